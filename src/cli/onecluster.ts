// The onecluster command.
import { clusterListing, clusterText } from './cluster-show.ts';
import { argument, Family, forEachId } from './family.ts';
import { processIo, type Io } from './io.ts';
import { addList, addShow } from './list.ts';
import { idOf, NOUN } from './lookup.ts';
import { addDelete, addRename, addUpdate } from './object-commands.ts';

/** What a cluster has: how the calls name it, and which noun it is. */
const MEMBERS = [
  ['host', NOUN.host],
  ['datastore', NOUN.datastore],
  ['vnet', NOUN.vnet],
] as const;

export function onecluster(io: Io): Family {
  const family = new Family('onecluster', 'Clusters: hosts, datastores and networks that belong together', io);
  family.add({ usage: 'create <name>', description: 'Create a cluster' }, async ({ client }, args) => {
    io.write(`ID: ${await client.text('cluster.allocate', argument(args, 0))}\n`);
  });
  addList(family, clusterListing);
  addShow(
    family,
    'cluster',
    async ({ client }, given) => client.document('cluster.info', await idOf(client, NOUN.cluster, given), false),
    (_session, cluster) => clusterText(cluster),
  );
  addDelete(family, NOUN.cluster);
  addRename(family, NOUN.cluster);
  addUpdate(family, NOUN.cluster);
  addMembership(family, 'add', 'Put into a cluster');
  addMembership(family, 'del', 'Take out of a cluster');
  return family;
}

/** Adds addhost, adddatastore and addvnet, or those that undo them. */
function addMembership(family: Family, verb: 'add' | 'del', description: string): void {
  for (const [word, noun] of MEMBERS) {
    family.add(
      { usage: `${verb}${word} <cluster> <${word}s>`, description: `${description}: ${word}s` },
      async (session, args) => {
        const cluster = await idOf(session.client, NOUN.cluster, argument(args, 0));
        const doneText = verb === 'add' ? `added to cluster ${cluster}` : `removed from cluster ${cluster}`;
        await forEachId(session, noun, argument(args, 1), doneText, (id) =>
          session.client.call(`cluster.${verb}${word}`, cluster, id),
        );
      },
    );
  }
}

if (import.meta.main) process.exitCode = await onecluster(processIo()).main(process.argv.slice(2));
