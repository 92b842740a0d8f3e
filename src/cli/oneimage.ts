// The oneimage command.
import type { XmlElement } from '../wire/xml-read.ts';
import { argument, done, Family, forEachId, type Session } from './family.ts';
import { partId } from './ids.ts';
import { addCopy } from './image-copy.ts';
import { addCreate } from './image-create.ts';
import { addDrill } from './image-drill.ts';
import { imageListing } from './image-list.ts';
import { addFiles } from './image-files.ts';
import { addRestore } from './image-restore.ts';
import { imageText } from './image-show.ts';
import { processIo, type Io } from './io.ts';
import { addList, addShow, rowsText } from './list.ts';
import { addPins } from './image-pin.ts';
import { addRetention } from './image-retention.ts';
import { addVerify } from './image-verify.ts';
import { idOf, NOUN } from './lookup.ts';
import { addCall, addChmod, addLocks, addOwnership, addRename, addUpdate } from './object-commands.ts';
import { idsIn } from './show.ts';
import { vmListing } from './vm-list.ts';

export function oneimage(io: Io): Family {
  const family = new Family('oneimage', 'Disk images and backups', io);
  addCreate(family);
  addList(family, imageListing, [['--backup', 'backups only']]);
  addShow<{ decrypt?: boolean }>(
    family,
    'image',
    async ({ client }, given, { decrypt = false }) =>
      client.document('image.info', await idOf(client, NOUN.image, given), decrypt),
    async (session, image) => imageText(image, await vmsUsing(session, image)),
    [['--decrypt', 'show secrets in the clear, to administrators']],
  );
  addRestore(family);
  addFiles(family);
  addVerify(family);
  addDrill(family);
  addPins(family);
  addRetention(family);
  addCopy(family);
  addCancel(family);
  addDelete(family);
  addClone(family);
  addSwitches(family);
  addUpdate(family, NOUN.image);
  addRename(family, NOUN.image);
  addOwnership(family, NOUN.image);
  addChmod(family, NOUN.image);
  addLocks(family, NOUN.image);
  addSnapshots(family);
  addOrphans(family);
  return family;
}

/** The list of the VMs that use an image; '' for a backup, which only points at its VM. */
async function vmsUsing({ client, io }: Session, image: XmlElement): Promise<string> {
  const ids = new Set(idsIn(image, 'VMS'));
  if (ids.size === 0 || image.textOf('TYPE') === '6') return '';
  const pool = await client.document(NOUN.vm.pool, ...NOUN.vm.poolParams);
  const using = pool.children('VM').filter((vm) => ids.has(vm.textOf('ID')));
  return rowsText(using, vmListing.columns(Math.trunc(io.now() / 1000)), vmListing.shown, {});
}

function addCancel(family: Family): void {
  const description = 'Cancel what is done with a backup or a restore';
  family.add({ usage: 'cancel <image>', description }, async (session, args) => {
    await session.client.call('image.cancel', await idOf(session.client, NOUN.image, argument(args, 0)));
  });
}

function addDelete(family: Family): void {
  const options = [['--force', 'even if something still depends on it']] as const;
  family.add<{ force?: boolean }>(
    { usage: 'delete <images>', description: 'Delete images, backups included', options },
    async (session, args, given) => {
      await forEachId(session, NOUN.image, argument(args, 0), 'deleted', (id) =>
        session.client.call('image.delete', id, given.force ?? false),
      );
    },
  );
}

function addClone(family: Family): void {
  const options = [['-d, --datastore <datastore>', 'datastore of the copy, that of the image by default']] as const;
  family.add<{ datastore?: string }>(
    { usage: 'clone <image> <name>', description: 'Copy an image', options },
    async ({ client, io }, args, given) => {
      const id = await idOf(client, NOUN.image, argument(args, 0));
      const datastore = given.datastore === undefined ? -1 : await idOf(client, NOUN.datastore, given.datastore);
      io.write(`ID: ${await client.text('image.clone', id, argument(args, 1), datastore)}\n`);
    },
  );
}

function addSwitches(family: Family): void {
  const persistent = { verb: 'persistent', params: [true] };
  addCall(family, NOUN.image, 'persistent', 'Let a VM change the image itself', 'made persistent', persistent);
  const copied = { verb: 'persistent', params: [false] };
  addCall(family, NOUN.image, 'nonpersistent', 'Give each VM a copy', 'made non-persistent', copied);
  addCall(family, NOUN.image, 'enable', 'Allow use', 'enabled', { params: [true] });
  addCall(family, NOUN.image, 'disable', 'Forbid use', 'disabled', { verb: 'enable', params: [false] });
  family.add(
    { usage: 'chtype <images> <type>', description: 'Change the type: OS, DATABLOCK ...' },
    async (session, args) => {
      const type = argument(args, 1).toUpperCase();
      await forEachId(session, NOUN.image, argument(args, 0), `type ${type}`, (id) =>
        session.client.call('image.chtype', id, type),
      );
    },
  );
}

function addSnapshots(family: Family): void {
  const verbs = [
    ['delete', 'Remove a snapshot'],
    ['revert', 'Go back to a snapshot'],
    ['flatten', 'Make a snapshot the image and forget all others'],
  ] as const;
  for (const [verb, description] of verbs) {
    family.add({ usage: `snapshot-${verb} <image> <snapshot>`, description }, async (session, args) => {
      const snapshot = partId('snapshot', argument(args, 1));
      const id = await idOf(session.client, NOUN.image, argument(args, 0));
      await session.client.call(`image.snapshot${verb}`, id, snapshot);
      done(session, NOUN.image, id, `snapshot ${snapshot} ${verb}`);
    });
  }
}

const BACKUP_TYPE = '6';

/** Backups are needed though no template names them. */
function addOrphans(family: Family): void {
  family.add({ usage: 'orphans', description: 'List the images that no template uses' }, async ({ client, io }) => {
    const images = await client.document(NOUN.image.pool, ...NOUN.image.poolParams);
    const templates = await client.document(NOUN.template.pool, ...NOUN.template.poolParams);
    const disks = templates.children('VMTEMPLATE/TEMPLATE/DISK');
    const ids = new Set(disks.map((disk) => disk.textOf('IMAGE_ID')));
    const names = new Set(disks.map((disk) => disk.textOf('IMAGE')));
    const orphans = images
      .children('IMAGE')
      .filter((image) => image.textOf('TYPE') !== BACKUP_TYPE)
      .filter((image) => !ids.has(image.textOf('ID')) && !names.has(image.textOf('NAME')));
    io.write(rowsText(orphans, imageListing.columns(0), imageListing.shown, {}, io.columns));
  });
}

if (import.meta.main) process.exitCode = await oneimage(processIo()).main(process.argv.slice(2));
