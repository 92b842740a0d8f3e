// The onedatastore command.
import { Family } from './family.ts';
import { datastoreListing, datastoreText } from './datastore-show.ts';
import { requiredTemplate } from './input.ts';
import { processIo, type Io } from './io.ts';
import { addList, addShow } from './list.ts';
import { idOf, NOUN } from './lookup.ts';

export function onedatastore(io: Io): Family {
  const family = new Family('onedatastore', 'Datastores for images, running disks and backups', io);
  family.add<{ cluster?: string }>(
    {
      usage: 'create [file]',
      description: 'Create a datastore from a template',
      options: [['-c, --cluster <cluster>', 'cluster it belongs to']],
    },
    async ({ client }, [file], given) => {
      const template = await requiredTemplate(io, file, 1);
      const cluster = given.cluster === undefined ? -1 : await idOf(client, NOUN.cluster, given.cluster);
      io.write(`ID: ${await client.text('datastore.allocate', template, cluster)}\n`);
    },
  );
  addList(family, datastoreListing);
  addShow(
    family,
    'datastore',
    async ({ client }, given) => client.document('datastore.info', await idOf(client, NOUN.datastore, given), false),
    (_session, datastore) => datastoreText(datastore),
  );
  return family;
}

if (import.meta.main) process.exitCode = await onedatastore(processIo()).main(process.argv.slice(2));
