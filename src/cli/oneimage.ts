// The oneimage command.
import type { Attributes } from '../model/attributes.ts';
import { formatTemplate } from '../wire/template-text.ts';
import type { XmlElement } from '../wire/xml-read.ts';
import { Failure } from './failure.ts';
import { argument, Family, forEachId, type Session } from './family.ts';
import { follow } from './follow.ts';
import { imageListing } from './image-list.ts';
import { imageText } from './image-show.ts';
import { createTemplate, sizeMb } from './input.ts';
import { processIo, type Io } from './io.ts';
import { addList, addShow, rowsText } from './list.ts';
import { idOf, NOUN } from './lookup.ts';
import { idsIn } from './show.ts';
import { vmListing } from './vm-list.ts';

export function oneimage(io: Io): Family {
  const family = new Family('oneimage', 'Disk images and backups', io);
  addCreate(family);
  addList(family, imageListing, [['--backup', 'backups only']]);
  addShow(
    family,
    'image',
    async ({ client }, given) => client.document('image.info', await idOf(client, NOUN.image, given), false),
    async (session, image) => imageText(image, await vmsUsing(session, image)),
  );
  addRestore(family);
  addDelete(family);
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

interface CreateOptions {
  datastore?: string;
  name?: string;
  description?: string;
  type?: string;
  path?: string;
  size?: string;
  format?: string;
  fs?: string;
  persistent?: boolean;
  prefix?: string;
  target?: string;
  noCheckCapacity?: boolean;
  dry?: boolean;
}

const CREATE_OPTIONS = [
  ['-d, --datastore <datastore>', 'image datastore, by id or name'],
  ['--name <name>', 'name of the image'],
  ['--description <text>', 'what it is'],
  ['--type <type>', 'OS, CDROM, DATABLOCK ...'],
  ['--path <path>', 'file or URL to take the content from'],
  ['--size <size>', 'size, 512 (MB) or 2g'],
  ['--format <format>', 'qcow2 or raw'],
  ['--fs <fs>', 'file system of an empty image'],
  ['--persistent', 'VMs change the image itself'],
  ['--prefix <prefix>', 'device prefix, vd or sd'],
  ['--target <device>', 'device in the VM'],
  ['--no_check_capacity', 'do not check the room in the datastore'],
  ['--dry', 'print the template instead'],
] as const;

function addCreate(family: Family): void {
  family.add<CreateOptions & { no_check_capacity?: boolean }>(
    { usage: 'create [file]', description: 'Create an image from a template or from options', options: CREATE_OPTIONS },
    async ({ client, io }, [file], given) => {
      if (given.datastore === undefined && !given.dry)
        throw new Failure('Datastore to save the image is mandatory: -d');
      const template = await createTemplate(io, file, imageAttributes(given));
      if (given.dry || given.datastore === undefined) return io.write(template);
      const datastore = await idOf(client, NOUN.datastore, given.datastore);
      io.write(`ID: ${await client.text('image.allocate', template, datastore, given.no_check_capacity ?? false)}\n`);
    },
  );
}

function imageAttributes(given: CreateOptions): Attributes {
  const texts: Array<[string, string | undefined]> = [
    ['NAME', given.name],
    ['DESCRIPTION', given.description],
    ['TYPE', given.type?.toUpperCase()],
    ['PERSISTENT', given.persistent ? 'YES' : undefined],
    ['DEV_PREFIX', given.prefix],
    ['TARGET', given.target],
    ['PATH', given.path],
    ['FORMAT', given.format],
    ['FS', given.fs],
    ['SIZE', given.size === undefined ? undefined : sizeMb('--size', given.size)],
  ];
  return texts.filter((entry): entry is [string, string] => entry[1] !== undefined);
}

interface RestoreOptions {
  datastore?: string;
  no_ip?: boolean;
  no_nic?: boolean;
  name?: string;
  increment?: string;
  diskId?: string;
  detach?: boolean;
}

const RESTORE_OPTIONS = [
  ['-d, --datastore <datastore>', 'image datastore for the disks, by id or name'],
  ['--no_ip', 'without the addresses of the NICs'],
  ['--no_nic', 'without NICs'],
  ['--name <name>', 'base name of the template and the images'],
  ['--increment <id>', 'point to restore, the last one by default'],
  ['--disk-id <id>', 'this disk only, without a template'],
  ['--detach', 'return at once, do not follow the restore'],
] as const;

function addRestore(family: Family): void {
  family.add<RestoreOptions>(
    { usage: 'restore <image>', description: 'Restore a backup as images and a VM template', options: RESTORE_OPTIONS },
    async (session, args, given) => {
      const { client, io } = session;
      if (given.datastore === undefined) throw new Failure('Datastore to restore the backup is mandatory: -d');
      const image = await idOf(client, NOUN.image, argument(args, 0));
      const datastore = await idOf(client, NOUN.datastore, given.datastore);
      const reply = await client.text('image.restore', image, datastore, restoreText(given));
      const [template = '', ...images] = reply.trim().split(/\s+/);
      io.write(`VM Template: ${template}\nImages: ${images.join(' ')}\n`);
      const [first] = images;
      if (given.detach || first === undefined) return;
      await follow(session, `/api/progress/image/${first}`, `IMAGE ${image}: restore`, `oneimage show ${first}`);
    },
  );
}

/** The options that one.image.restore takes as template text, in the original's order. */
function restoreText(given: RestoreOptions): string {
  const attributes: Attributes = [];
  if (given.no_nic) attributes.push(['NO_NIC', 'YES']);
  if (given.no_ip) attributes.push(['NO_IP', 'YES']);
  if (given.name !== undefined) attributes.push(['NAME', given.name]);
  if (given.increment !== undefined) attributes.push(['INCREMENT_ID', digits('--increment', given.increment)]);
  if (given.diskId !== undefined) attributes.push(['DISK_ID', digits('--disk-id', given.diskId)]);
  return formatTemplate(attributes);
}

function digits(option: string, given: string): string {
  if (/^\d+$/.test(given)) return given;
  throw new Failure(`${option} ${given} is no number.`);
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

if (import.meta.main) process.exitCode = await oneimage(processIo()).main(process.argv.slice(2));
