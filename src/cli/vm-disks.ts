// onevm subcommands on the disks of a VM.
import { argument, done, type Family, type Session } from './family.ts';
import { Failure } from './failure.ts';
import { numberOption, partId } from './ids.ts';
import { readTemplateFile, requiredTemplate, sizeMb, vectorText } from './input.ts';
import { idOf, NOUN } from './lookup.ts';

export function addDisks(family: Family): void {
  addAttach(family);
  addDetach(family);
  addSaveas(family);
  addResize(family);
}

interface AttachOptions {
  file?: string;
  image?: string;
  target?: string;
  prefix?: string;
  cache?: string;
  discard?: string;
}

function addAttach(family: Family): void {
  const options = [
    ['-f, --file <file>', 'template with the DISK; stdin without -f and -i'],
    ['-i, --image <image>', 'image to attach, by id or name'],
    ['-t, --target <device>', 'device in the VM, vdb'],
    ['--prefix <prefix>', 'device prefix, vd or sd'],
    ['--cache <mode>', 'cache mode'],
    ['--discard <mode>', 'what becomes of discarded blocks'],
  ] as const;
  family.add<AttachOptions>(
    { usage: 'disk-attach <vm>', description: 'Attach a disk', options },
    async (session, args, given) => {
      const id = await idOf(session.client, NOUN.vm, argument(args, 0));
      await session.client.call('vm.attach', id, await diskText(session, given));
      done(session, NOUN.vm, id, 'disk attached');
    },
  );
}

async function diskText({ client, io }: Session, given: AttachOptions): Promise<string> {
  if (given.image === undefined) {
    return given.file === undefined ? requiredTemplate(io, undefined, 2) : readTemplateFile(given.file, 2);
  }
  if (given.file !== undefined) throw new Failure('Give the disk either as a file or as an image, not both ways.');
  return vectorText('DISK', [
    ['IMAGE_ID', String(await idOf(client, NOUN.image, given.image))],
    ['TARGET', given.target],
    ['DEV_PREFIX', given.prefix],
    ['CACHE', given.cache],
    ['DISCARD', given.discard],
  ]);
}

function addDetach(family: Family): void {
  family.add({ usage: 'disk-detach <vm> <disk>', description: 'Detach a disk' }, async (session, args) => {
    const disk = partId('disk', argument(args, 1));
    const id = await idOf(session.client, NOUN.vm, argument(args, 0));
    await session.client.call('vm.detach', id, disk);
    done(session, NOUN.vm, id, `disk ${disk} detached`);
  });
}

function addSaveas(family: Family): void {
  const options = [
    ['-t, --type <type>', 'type of the image, OS or DATABLOCK'],
    ['-s, --snapshot <id>', 'this snapshot of the disk'],
  ] as const;
  family.add<{ type?: string; snapshot?: string }>(
    { usage: 'disk-saveas <vm> <disk> <name>', description: 'Save a disk as an image', options },
    async ({ client, io }, args, given) => {
      const disk = partId('disk', argument(args, 1));
      const snapshot = numberOption('--snapshot', given.snapshot, -1);
      const id = await idOf(client, NOUN.vm, argument(args, 0));
      const image = await client.text('vm.disksaveas', id, disk, argument(args, 2), given.type ?? '', snapshot);
      io.write(`Image ID: ${image}\n`);
    },
  );
}

function addResize(family: Family): void {
  family.add(
    { usage: 'disk-resize <vm> <disk> <size>', description: 'Make a disk larger: 512 (MB), 2g, 1t' },
    async (session, args) => {
      const { client } = session;
      const disk = partId('disk', argument(args, 1));
      const size = sizeMb('size', argument(args, 2));
      const id = await idOf(client, NOUN.vm, argument(args, 0));
      const vm = await client.document('vm.info', id, false);
      const present = vm.children('TEMPLATE/DISK').find((candidate) => candidate.textOf('DISK_ID') === String(disk));
      if (!present) throw new Failure(`VM ${id} has no disk ${disk}.`);
      if (Number(size) <= Number(present.textOf('SIZE'))) {
        throw new Failure(`Disk ${disk} of VM ${id} has ${present.textOf('SIZE')} MB already, and disks only grow.`);
      }
      await client.call('vm.diskresize', id, disk, size);
      done(session, NOUN.vm, id, `disk ${disk} resized`);
    },
  );
}
