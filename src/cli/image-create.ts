// `oneimage create`.
import type { Attributes } from '../model/attributes.ts';
import type { Family } from './family.ts';
import { Failure } from './failure.ts';
import { createTemplate, sizeMb } from './input.ts';
import { idOf, NOUN } from './lookup.ts';

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
  disk_type?: string;
  source?: string;
  no_check_capacity?: boolean;
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
  ['--disk_type <type>', 'BLOCK, CDROM, RBD or FILE'],
  ['--source <source>', 'content that is in the datastore already'],
  ['--no_check_capacity', 'do not check the room in the datastore'],
  ['--dry', 'print the template instead'],
] as const;

export function addCreate(family: Family): void {
  family.add<CreateOptions>(
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
    ['DISK_TYPE', given.disk_type],
    ['SOURCE', given.source],
    ['SIZE', given.size === undefined ? undefined : sizeMb('--size', given.size)],
  ];
  return texts.filter((entry): entry is [string, string] => entry[1] !== undefined);
}
