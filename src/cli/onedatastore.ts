// The onedatastore command.
import { Family } from './family.ts';
import { addFill } from './datastore-fill.ts';
import { datastoreListing, datastoreText } from './datastore-show.ts';
import { requiredTemplate } from './input.ts';
import { processIo, type Io } from './io.ts';
import { addList, addShow } from './list.ts';
import { addRescan } from './datastore-rescan.ts';
import { idOf, NOUN } from './lookup.ts';
import { addCall, addChmod, addDelete, addOwnership, addRename, addUpdate } from './object-commands.ts';

export function onedatastore(io: Io): Family {
  const family = new Family('onedatastore', 'Datastores for images, running disks and backups', io);
  addCreate(family);
  addList(family, datastoreListing);
  addShow<{ decrypt?: boolean }>(
    family,
    'datastore',
    async ({ client }, given, { decrypt = false }) =>
      client.document('datastore.info', await idOf(client, NOUN.datastore, given), decrypt),
    (_session, datastore) => datastoreText(datastore),
    [['--decrypt', 'show secrets in the clear, to administrators']],
  );
  addDelete(family, NOUN.datastore);
  // With its secrets: what the editor does not show would be gone when the text replaces the template.
  addUpdate(family, NOUN.datastore, { infoParams: [true] });
  addRename(family, NOUN.datastore);
  addOwnership(family, NOUN.datastore);
  addChmod(family, NOUN.datastore);
  addCall(family, NOUN.datastore, 'enable', 'Allow use', 'enabled', { params: [true] });
  addCall(family, NOUN.datastore, 'disable', 'Forbid use', 'disabled', { verb: 'enable', params: [false] });
  addFill(family);
  addRescan(family);
  return family;
}

function addCreate(family: Family): void {
  const options = [['-c, --cluster <cluster>', 'cluster it belongs to']] as const;
  family.add<{ cluster?: string }>(
    { usage: 'create [file]', description: 'Create a datastore from a template', options },
    async ({ client, io }, [file], given) => {
      const template = await requiredTemplate(io, file, 1);
      const cluster = given.cluster === undefined ? -1 : await idOf(client, NOUN.cluster, given.cluster);
      io.write(`ID: ${await client.text('datastore.allocate', template, cluster)}\n`);
    },
  );
}

if (import.meta.main) process.exitCode = await onedatastore(processIo()).main(process.argv.slice(2));
