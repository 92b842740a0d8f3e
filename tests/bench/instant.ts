// How long a machine that is restored at once takes to answer, for the bench of restores: a disk of 20 GiB of which 2 GiB hold data that
// does not compress. Its guest writes while the copy goes on, and in the end has what it wrote and stands on its own disk.
import { createCipheriv, randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { run } from '../../src/exec/exec.ts';
import { Cloud, sameContent } from '../integration/cloud.ts';

const MIB = 2 ** 20;
const DISK_GIB = 20;
const DATA_MIB = 2048;
/** Where the data begins, behind the file system that the guest boots from. */
const DATA_AT = 1024 * MIB;
const FIRST_VM = 99_400;
/** What the guest writes into the midst of the data while it is being copied. */
const WRITTEN = 'W';
const WRITTEN_AT = DATA_AT + 1500 * MIB;

export interface InstantFigures {
  /** From the request until the guest has answered a command. */
  answerSec: number;
  /** From the request until it stands on its own disk. */
  copiedSec: number;
}

export async function instantRestore(tell: (line: string) => void): Promise<InstantFigures> {
  const cloud = await Cloud.open(FIRST_VM);
  try {
    const path = `${cloud.directory}/large.raw`;
    await largeDisk(cloud.guest.rootImage, path);
    const root = await cloud.image('large', { path, format: 'raw', persistent: false });
    await rm(path);
    const source = await cloud.vm([root]);
    tell(`backing up a disk of ${DISK_GIB} GiB with ${DATA_MIB} MiB of data`);
    const [backup = -1] = (await cloud.backup(source)).imageIds;
    await cloud.call('one.vm.action', 'terminate-hard', source);
    await cloud.vmIs(source, '6', '0');
    const asked = performance.now();
    const vm = Number(await cloud.call('one.vm.restoreinstant', backup, -1, 'NAME="at-once"'));
    await cloud.started(vm);
    const console = await cloud.console(vm);
    await console.run('echo written > /root/own; sync');
    const answerSec = (performance.now() - asked) / 1000;
    const device = `of=/dev/vda bs=1M count=1 seek=${WRITTEN_AT / MIB} iflag=fullblock conv=notrunc`;
    await console.run(`tr '\\000' ${WRITTEN} < /dev/zero | dd ${device}; sync`);
    const operation = await cloud.follow('vm', vm, undefined, undefined, 'restore');
    const copiedSec = (performance.now() - asked) / 1000;
    if (operation.result !== 'done') throw new Error(operation.reason);
    if (!(await console.run('cat /root/own')).includes('written')) throw new Error('What the guest wrote is gone.');
    await console.close();
    await cloud.call('one.vm.action', 'poweroff-hard', vm);
    await cloud.vmIs(vm, '8', '0');
    tell('comparing its disk with an ordinary restore, byte for byte');
    await compareDisks(cloud, vm, backup);
    return { answerSec, copiedSec };
  } finally {
    await cloud.close();
  }
}

/**
 * The image has to be the backup as an ordinary restore makes it, and the guest's disk, behind the file system that it boots from, the
 * backup with what it is known to have written.
 */
async function compareDisks(cloud: Cloud, vm: number, backup: number): Promise<void> {
  const { images } = await cloud.restore(backup, 'NAME="beside"');
  const disk = (await cloud.info('vm', vm)).children('TEMPLATE/DISK')[0];
  const [mine, theirs] = await Promise.all(
    [Number(disk?.textOf('IMAGE_ID')), images[0] ?? -1].map(async (id): Promise<[string, string]> => {
      const image = await cloud.info('image', id);
      return [image.textOf('SOURCE'), image.textOf('FORMAT')];
    }),
  );
  if (!mine || !theirs || !(await sameContent(mine, theirs))) throw new Error('The copied image is not the backup.');
  const expected = `${cloud.directory}/expected.qcow2`;
  await run(['qemu-img', 'create', '-q', '-f', 'qcow2', '-b', theirs[0], '-F', theirs[1], expected]);
  await run(['qemu-io', '-f', 'qcow2', '-c', `write -P ${WRITTEN.charCodeAt(0)} ${WRITTEN_AT} ${MIB}`, expected]);
  const own = `${cloud.directory}/datastores/0/${vm}/disk.0`;
  const behind = (path: string): string =>
    `driver=raw,offset=${DATA_AT},file.driver=qcow2,file.file.driver=file,file.file.filename=${path}`;
  const argv = ['qemu-img', 'compare', '--image-opts', behind(own), behind(expected)];
  if ((await run(argv, { okCodes: [1] })).code !== 0) throw new Error("The guest's disk is not what it should hold.");
}

async function largeDisk(rootImage: string, path: string): Promise<void> {
  await run(['cp', '--sparse=always', '--', rootImage, path]);
  const cipher = createCipheriv('aes-128-ctr', randomBytes(16), randomBytes(16));
  const file = await open(path, 'r+');
  await file.truncate(DISK_GIB * 1024 * MIB);
  const zeroes = Buffer.alloc(MIB);
  for (let at = 0; at < DATA_MIB; at++) await file.write(cipher.update(zeroes), 0, MIB, DATA_AT + at * MIB);
  await file.close();
}
