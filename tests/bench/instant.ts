// How long a machine that is restored at once takes to answer, for the bench of restores: a disk of 20 GiB of which 2 GiB hold data that
// does not compress. Its guest writes while the copy goes on, and in the end has what it wrote and stands on its own disk.
import { createCipheriv, randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { run } from '../../src/exec/exec.ts';
import { Cloud } from '../integration/cloud.ts';

const MIB = 2 ** 20;
const DISK_GIB = 20;
const DATA_MIB = 2048;
/** Where the data begins, behind the file system that the guest boots from. */
const DATA_AT = 1024 * MIB;
const FIRST_VM = 99_400;

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
    const operation = await cloud.follow('vm', vm, undefined, undefined, 'restore');
    const copiedSec = (performance.now() - asked) / 1000;
    if (operation.result !== 'done') throw new Error(operation.reason);
    if (!(await console.run('cat /root/own')).includes('written')) throw new Error('What the guest wrote is gone.');
    await console.close();
    return { answerSec, copiedSec };
  } finally {
    await cloud.close();
  }
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
