// Restores at once, with a real guest: it answers while its disks are still being copied, what it writes is safe from the first moment
// whoever is killed, and in the end it stands on its own disks without a stop.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../src/exec/exec.ts';
import type { Operation } from '../../src/model/operation.ts';
import { processesWhere } from '../faults/processes.ts';
import type { GuestConsole } from '../guest/console.ts';
import { Cloud, sameContent, STATE } from './cloud.ts';
import { HeldRestic } from './held-restic.ts';
import { hasRsyncAndSsh } from './sshd.ts';

let cloud: Cloud;
let restic: HeldRestic;
let source: number;
let raw: number;
let chain: number;

beforeAll(async () => {
  restic = await HeldRestic.make();
  cloud = await Cloud.open(86_700, { env: { PATH: restic.path } });
  const root = await cloud.image('root', { path: cloud.guest.rootImage, format: 'raw', persistent: false });
  const data = await cloud.image('data', { path: cloud.guest.dataImage, format: 'raw', persistent: true });
  source = await cloud.vm([root, data], 'BACKUP_CONFIG=[ MODE="FULL" ]');
  await guest(source, 'echo raw > /data/note; dd if=/dev/urandom of=/data/blob bs=64k count=64; sync');
  raw = (await cloud.backup(source)).imageIds[0] ?? -1;
  await guest(source, 'umount /data');
  await cloud.call('one.vm.detach', source, 1);
  await cloud.vmIs(source, '3', STATE.RUNNING);
  await cloud.call('one.vm.updateconf', source, 'BACKUP_CONFIG=[ MODE="INCREMENT" ]', 1);
  await guest(source, 'dd if=/dev/urandom of=/root/blob bs=64k count=64; sync');
  chain = (await cloud.backup(source)).imageIds[0] ?? -1;
  await guest(source, 'echo increment > /root/note; dd if=/dev/urandom of=/root/more bs=64k count=16; sync');
  await cloud.backup(source);
  await cloud.call('one.vm.action', 'poweroff-hard', source);
});
afterAll(async () => {
  await restic.letGo();
  await cloud.close();
  await restic.close();
});

async function guest(vmId: number, command: string): Promise<string> {
  return withConsole(vmId, (console) => console.run(command));
}

async function withConsole<R>(vmId: number, work: (console: GuestConsole) => Promise<R>): Promise<R> {
  const console = await cloud.console(vmId);
  try {
    return await work(console);
  } finally {
    await console.close();
  }
}

/** Starts it and holds its copy back, until restic is let go. */
async function restoreAtOnce(imageId: number, options = ''): Promise<number> {
  await restic.hold();
  const vm = Number(await cloud.call('one.vm.restoreinstant', imageId, -1, options));
  await cloud.until('the copy is under way', () => Promise.resolve(restic.waiting().length > 0));
  return cloud.started(vm);
}

const copyOf = (vm: number): Promise<Operation> => cloud.follow('vm', vm, undefined, undefined, 'restore');

async function diskOf(vm: number, disk: number): Promise<{ image: number; path: string; format: string }> {
  const vector = (await cloud.info('vm', vm)).children('TEMPLATE/DISK')[disk];
  const image = Number(vector?.textOf('IMAGE_ID'));
  const info = await cloud.info('image', image);
  return { image, path: info.textOf('SOURCE'), format: info.textOf('FORMAT') };
}

async function backingOf(vm: number): Promise<string> {
  const command = '{"execute":"query-named-block-nodes","arguments":{"flat":true}}';
  return (await run(['virsh', 'qemu-monitor-command', `one-${vm}`, command])).stdout;
}

/** The images hold what an ordinary restore of that point makes. */
async function expectImages(vm: number, imageId: number, options = ''): Promise<void> {
  const { images } = await cloud.restore(imageId, `NAME="beside-${vm}"\n${options}`);
  for (const [index, id] of images.entries()) {
    const [mine, theirs] = [await diskOf(vm, index), await cloud.info('image', id)];
    const other: [string, string] = [theirs.textOf('SOURCE'), theirs.textOf('FORMAT')];
    expect(mine.format).toBe(other[1]);
    expect(await sameContent([mine.path, mine.format], other)).toBe(true);
  }
}

it('answers before its disks are there, and outlives the daemon', async () => {
  const vm = await restoreAtOnce(raw, 'NAME="first"');
  const console = await cloud.console(vm);
  expect((await console.run('cat /data/note')).trim()).toBe('raw');
  await console.run('echo written > /data/own; sync');
  expect((await cloud.info('image', (await diskOf(vm, 0)).image)).textOf('STATE')).toBe('4');
  await expect(cloud.call('one.vm.backup', vm, cloud.backups, false)).rejects.toThrow(/still reads from the backup/);
  expect(await backingOf(vm)).toContain('nbd+unix');
  cloud.signalDaemon('SIGKILL');
  await cloud.daemonEnded();
  await restic.letGo();
  const reading = console.run('md5sum /data/blob');
  await cloud.startDaemon();
  const hash = (await reading).split(' ')[0];
  expect(await copyOf(vm)).toMatchObject({ result: 'done', instant: true });
  expect(await backingOf(vm)).not.toContain('nbd+unix');
  expect((await console.run('md5sum /data/blob; cat /data/own')).split(/\s+/)).toEqual(
    expect.arrayContaining([hash, 'written']),
  );
  await console.close();
  for (const disk of [0, 1]) {
    const image = await cloud.info('image', (await diskOf(vm, disk)).image);
    expect([image.textOf('STATE'), image.textOf('TEMPLATE/ERROR')]).toEqual(['2', '']);
  }
  await expectImages(vm, raw);
  expect((await cloud.backup(vm)).result).toBe('done');
  await cloud.call('one.vm.action', 'poweroff-hard', vm);
  await cloud.vmIs(vm, STATE.POWEROFF, '0');
  await cloud.call('one.vm.action', 'resume', vm);
  await cloud.vmIs(vm, '3', STATE.RUNNING);
  expect((await guest(vm, 'cat /data/own')).trim()).toBe('written');
  await cloud.call('one.vm.action', 'terminate-hard', vm);
  await cloud.vmIs(vm, STATE.DONE, '0');
});

it('loses nothing that was written when QEMU is killed, or the server of its data', async () => {
  const vm = await restoreAtOnce(chain, 'NAME="second"');
  expect((await guest(vm, 'cat /root/note; echo written > /root/own; sync')).trim()).toBe('increment');
  const [qemu] = processesWhere((command) => command.includes(`guest=one-${vm},`));
  if (qemu === undefined) throw new Error('no guest');
  process.kill(qemu, 'SIGKILL');
  await cloud.vmIs(vm, STATE.POWEROFF, '0');
  await cloud.call('one.vm.action', 'resume', vm);
  await cloud.vmIs(vm, '3', STATE.RUNNING);
  const console = await cloud.console(vm);
  expect((await console.run('cat /root/own')).trim()).toBe('written');
  const [server] = processesWhere((command) => command.startsWith('qemu-nbd ') && command.includes(cloud.directory));
  if (server === undefined) throw new Error('no server');
  process.kill(server, 'SIGKILL');
  await console.run('md5sum /root/blob /root/more');
  await restic.letGo();
  expect((await copyOf(vm)).result).toBe('done');
  expect(await console.run('cat /root/own')).toContain('written');
  await console.close();
  await expectImages(vm, chain);
  const servers = (): number[] =>
    processesWhere((command) => /^(qemu-nbd|\S*restic) /.test(command) && command.includes(`${cloud.directory}/run/`));
  await cloud.until('its servers have ended', () => Promise.resolve(servers().length === 0));
});

it('goes on when the copy fails, and the copy is resumed', async () => {
  const vm = await restoreAtOnce(chain, 'NAME="third"\nINCREMENT_ID="0"');
  for (const pid of restic.waiting()) process.kill(pid, 'SIGKILL');
  await cloud.until('the failure is told', async () =>
    (await cloud.info('vm', vm)).textOf('USER_TEMPLATE/ERROR').includes(`onevm restore --resume ${vm}`),
  );
  await restic.letGo();
  expect(await guest(vm, 'cat /root/note 2>&1 || true')).toContain('No such file');
  await expect(cloud.call('one.image.cancel', (await diskOf(vm, 0)).image)).rejects.toThrow(/terminate it first/);
  await cloud.call('one.vm.restoreresume', vm);
  expect((await copyOf(vm)).result).toBe('done');
  await expectImages(vm, chain, 'INCREMENT_ID="0"');
  await expect(cloud.call('one.vm.restoreresume', vm)).rejects.toThrow(/nothing to resume/);
});

it.runIf(await hasRsyncAndSsh())('reads out of directories that rsync has filled as well', async () => {
  const text = 'NAME="plain"\nTYPE="BACKUP_DS"\nDS_MAD="rsync"\nRSYNC_BACKEND="LOCAL"';
  const plain = Number(await cloud.call('one.datastore.allocate', text, -1));
  await cloud.call('one.vm.updateconf', source, 'BACKUP_CONFIG=[ MODE="FULL" ]', 1);
  await cloud.call('one.vm.backup', source, plain, false);
  const [backup = -1] = (await cloud.follow('vm', source)).imageIds;
  const vm = Number(await cloud.call('one.vm.restoreinstant', backup, -1, 'NAME="fourth"'));
  await cloud.started(vm);
  expect((await guest(vm, 'cat /root/note')).trim()).toBe('increment');
  expect((await copyOf(vm)).result).toBe('done');
  await expectImages(vm, backup);
});
