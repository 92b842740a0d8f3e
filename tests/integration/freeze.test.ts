// FS_FREEZE=AGENT with QEMU's own agent in the guest: what a process had written with fsync is in the backup, on file systems that need
// no repair; an agent that does not answer holds neither the backup nor the guest.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/exec/exec.ts';
import type { Operation } from '../../src/model/operation.ts';
import { agentAnswers, freezeStatus } from '../guest/agent-channel.ts';
import { again, STOP } from '../guest/background.ts';
import type { GuestConsole } from '../guest/console.ts';
import { Cloud, STATE } from './cloud.ts';

const LIMIT_SEC = 4;
/** What a run takes beside the freezing, on a slow machine. */
const GENEROUS_MS = 60_000;
const WHOLE_BYTES = 65_536;
/** A numbered line that is on disk is told in memory; a file is written in one go and only then gets its name. */
const WRITER = again(
  `i=$((i+1)); echo "line $i" | dd of=/data/log oflag=append conv=notrunc,fsync; echo $i > /tmp/next; mv /tmp/next /tmp/acked;
  yes "part $i" | head -c ${WHOLE_BYTES} | dd of=/data/new conv=fsync; mv /data/new /data/whole`.replaceAll('\n', ' '),
  'i=0',
);

let cloud: Cloud;
let vmId: number;
let guest: GuestConsole;

beforeAll(async () => {
  cloud = await Cloud.open(78400);
  const { rootImage, dataImage } = cloud.guest;
  const root = await cloud.image('root', { path: rootImage, format: 'raw', persistent: false });
  const data = await cloud.image('data', { path: dataImage, format: 'raw', persistent: false });
  vmId = await cloud.vm([root, data], 'FEATURES=[ GUEST_AGENT="yes" ]\nBACKUP_CONFIG=[ FS_FREEZE="AGENT" ]');
  guest = await cloud.console(vmId);
  await agentAnswers(`one-${vmId}`);
});

afterAll(async () => {
  await guest.close();
  await cloud.close();
});

describe('a guest that is frozen by its agent', () => {
  it('has in its backup all that was written with fsync, on clean file systems', async () => {
    await guest.run(WRITER);
    await guest.run('until [ -s /data/whole ] && [ "$(cat /tmp/acked)" -gt 3 ]; do usleep 100000; done');
    const acknowledged = Number(await guest.run('cat /tmp/acked'));
    const operation = await cloud.backup(vmId);
    await guest.run(`n=$(cat /tmp/acked); until [ "$(cat /tmp/acked)" -gt "$n" ]; do usleep 100000; done`); // it writes on
    await guest.run(`${STOP}; sync`);

    expect(await consistencyOf(operation)).toBe('filesystem');
    const [root = '', data = ''] = await restored(operation);
    for (const disk of [root, data]) expect(await isClean(disk)).toBe(true);
    const lines = (await fileIn(data, '/log')).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines).toEqual(lines.map((_line, index) => `line ${index + 1}`));
    expect(lines.length).toBeGreaterThanOrEqual(acknowledged);
    const whole = await fileIn(data, '/whole');
    expect(whole).toHaveLength(WHOLE_BYTES);
    expect(new Set(whole.split('\n').slice(0, -1)).size).toBe(1);
  });

  it('is not clean in a backup without: the proof can fail', async () => {
    await configure('FS_FREEZE="NONE"');
    const operation = await cloud.backup(vmId);
    expect(await consistencyOf(operation)).toBe('crash');
    const [, data = ''] = await restored(operation);
    expect(await isClean(data)).toBe(false);
  });
});

describe('an agent that does not answer', () => {
  it('fails the backup within the limit, and the guest is not frozen', async () => {
    await configure(`FS_FREEZE="AGENT", FREEZE_LIMIT="${LIMIT_SEC}", FREEZE_FAILURE="FAIL"`);
    await guest.run('killall -STOP qemu-ga');
    await cloud.call('one.vm.backup', vmId, cloud.backups, false);
    const operation = await cloud.follow('vm', vmId);
    expect(operation.result).toBe('failed');
    expect(operation.reason).toMatch(/agent/i);
    expect(operation.endedAt - operation.startedAt).toBeLessThan(LIMIT_SEC * 1000 + GENEROUS_MS);
    await cloud.vmIs(vmId, '3', STATE.RUNNING);
    await expectThawed();
  });

  it('leaves a backup that is crash-consistent when it may go on', async () => {
    await configure(`FS_FREEZE="AGENT", FREEZE_LIMIT="${LIMIT_SEC}", FREEZE_FAILURE="CONTINUE"`);
    await guest.run('killall -STOP qemu-ga');
    const operation = await cloud.backup(vmId);
    expect(operation.endedAt - operation.startedAt).toBeLessThan(LIMIT_SEC * 1000 + GENEROUS_MS);
    expect(await consistencyOf(operation)).toBe('crash');
    expect(cloud.daemonLog).toMatch(/only crash-consistent/);
    await expectThawed();
    const [, data = ''] = await restored(operation);
    expect(await isClean(data)).toBe(false);
  });

  it('freezes again when it is back', async () => {
    await configure('FS_FREEZE="AGENT"');
    expect(await consistencyOf(await cloud.backup(vmId))).toBe('filesystem');
    await expectWrites();
  });
});

/** While the agent is stopped, and after it has obeyed all that it was told meanwhile. */
async function expectThawed(): Promise<void> {
  await expectWrites();
  await guest.run('killall -CONT qemu-ga');
  await agentAnswers(`one-${vmId}`);
  expect(await freezeStatus(`one-${vmId}`)).toBe('thawed');
  await expectWrites();
}

async function expectWrites(): Promise<void> {
  await guest.run('for d in /root /data; do echo written > $d/written; done; sync');
}

async function configure(config: string): Promise<void> {
  await cloud.call('one.vm.updateconf', vmId, `BACKUP_CONFIG=[ ${config} ]`, 1);
}

async function consistencyOf({ imageIds }: Operation): Promise<string> {
  return (await cloud.info('image', imageIds[0] ?? -1)).textOf('BACKUP_POINT/CONSISTENCY');
}

/** The restored disks as raw files, made by other means. */
async function restored({ imageIds }: Operation): Promise<string[]> {
  const { images } = await cloud.restore(imageIds[0] ?? -1, `NAME="restored-${imageIds[0] ?? ''}"`);
  return Promise.all(
    images.map(async (id) => {
      const image = await cloud.info('image', id);
      const raw = `${cloud.directory}/restored-${id}.raw`;
      const [format, source] = [image.textOf('FORMAT'), image.textOf('SOURCE')];
      await run(['qemu-img', 'convert', '-f', format, '-O', 'raw', source, raw]);
      return raw;
    }),
  );
}

/** Whether a file system is as an unmount would have left it: nothing in its journal, nothing to repair. */
async function isClean(disk: string): Promise<boolean> {
  const { stdout } = await run(['dumpe2fs', '-h', disk]);
  if (/^Filesystem features:.*\bneeds_recovery\b/m.test(stdout)) return false;
  return (await run(['e2fsck', '-fn', disk], { okCodes: [1, 4, 8] })).code === 0;
}

/** What a file of the file system holds, the journal left aside. */
async function fileIn(disk: string, path: string): Promise<string> {
  return (await run(['debugfs', '-R', `cat ${path}`, disk])).stdout;
}
