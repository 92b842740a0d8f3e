// SIGKILL to the daemon, the mover, restic or the guest at random moments of a backup. Afterwards the guest is as it was, nothing
// is left, nothing looks like a backup that is none, and the next backup succeeds.
// ONEVAULT_KILLS says how many kills per victim (1 by default), ONEVAULT_SEED repeats the moments of an earlier run.
import { mkdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/exec/exec.ts';
import type { Operation } from '../../src/model/operation.ts';
import { copyDisk } from '../guest/build.ts';
import { virsh } from '../guest/domains.ts';
import { Cloud, sameContent, STATE } from '../integration/cloud.ts';
import { diskFiles, expectExplained, expectNothingLeft, expectSameBackups } from './aftermath.ts';
import { childrenOf, killNow, processesWhere } from './processes.ts';
import { Random } from '../soak/random.ts';

const KILLS = Number(process.env['ONEVAULT_KILLS'] ?? 1);
const SEED = Number(process.env['ONEVAULT_SEED'] ?? Date.now() % 1_000_000);
const POLL_MS = 5;
const WRITE =
  '(while true; do for d in /root /data; do dd if=/dev/urandom of=$d/blob bs=64k count=16 seek=$(($RANDOM % 112)) conv=notrunc,fsync; done; sleep 0.2; done) >/dev/null 2>&1 &';

type Victim = 'daemon' | 'mover' | 'restic' | 'guest';

const REASON: Record<Victim, RegExp> = {
  daemon: /^The daemon ended while it ran\./,
  mover: /^The mover was ended by SIGKILL without a result\./,
  restic: /: restic was stopped\./,
  guest: /^The guest one-73000 powered off or died, which ended its backup: /,
};

let cloud: Cloud;
let vmId: number;
let disks: string;
/** When a backup uploads and when it ends, in milliseconds from its request. */
let upload: { fromMs: number; toMs: number };
let durationMs: number;
const chance = new Random(SEED);
const random = (): number => chance.next();

beforeAll(async () => {
  process.stdout.write(`Kills per victim: ${KILLS}; to repeat their moments: ONEVAULT_SEED=${SEED}\n`);
  cloud = await Cloud.open(73000);
  await mkdir(`${cloud.directory}/reference`);
  const data = await copyDisk(cloud.guest.dataImage, `${cloud.directory}/data.raw`);
  const root = await cloud.image('root', { path: cloud.guest.rootImage, format: 'raw', persistent: false });
  const dataId = await cloud.image('data', { path: data, format: 'raw', persistent: true });
  vmId = await cloud.vm([root, dataId], 'BACKUP_CONFIG=[ KEEP_LAST="3" ]');
  disks = await diskFiles(vmId);
  await letGuestWrite(
    'dd if=/dev/urandom of=/root/blob bs=1M count=8; dd if=/dev/urandom of=/data/blob bs=1M count=8;',
  );
  await cloud.backup(vmId); // makes the repository
  await measure();
});

afterAll(async () => cloud.close());

async function measure(): Promise<void> {
  const from = performance.now();
  const at = new Map<string, number>();
  await cloud.backup(vmId, ({ phase }) => {
    if (!at.has(phase)) at.set(phase, performance.now() - from);
  });
  durationMs = performance.now() - from;
  upload = { fromMs: at.get('uploading') ?? 0, toMs: at.get('ending the job') ?? durationMs };
  const sec = (ms: number): string => (ms / 1000).toFixed(1);
  process.stdout.write(
    `A backup takes ${sec(durationMs)} s and uploads from ${sec(upload.fromMs)} to ${sec(upload.toMs)} s.\n`,
  );
}

/** restic lives only while the backup uploads, and shortly before that. */
function randomMomentOf(victim: Victim): number {
  if (victim === 'restic') return upload.fromMs + random() * (upload.toMs - upload.fromMs);
  return random() * durationMs;
}

async function letGuestWrite(before = ''): Promise<void> {
  const guest = await cloud.console(vmId);
  await guest.run(`${before} ${WRITE}`);
  await guest.close();
}

describe.each<Victim>(['daemon', 'mover', 'restic', 'guest'])('the %s dies during a backup', (victim) => {
  it(`${KILLS} times, and nothing of it is left`, async () => {
    for (let index = 0; index < KILLS; index++) {
      if (index > 0) await cloud.backup(vmId);
      await killOnce(victim, randomMomentOf(victim));
    }
  });

  it('and the next backup holds what the disks held', async () => {
    await virsh('suspend', `one-${vmId}`);
    const reference = `${cloud.directory}/reference/${victim}`;
    const [root, data] = disks
      .trim()
      .split('\n')
      .map((row) => row.trim().split(/\s+/)[1] ?? '');
    await run(['qemu-img', 'convert', '-U', '-f', 'qcow2', '-O', 'raw', root ?? '', `${reference}-root.raw`]);
    await run(['qemu-img', 'convert', '-U', '-f', 'raw', '-O', 'raw', data ?? '', `${reference}-data.raw`]);
    const operation = await cloud.backup(vmId);
    await virsh('resume', `one-${vmId}`);
    const { images } = await cloud.restore(operation.imageIds[0] ?? -1, `NAME="after-${victim}"`);
    const restored = await Promise.all(images.map((id) => cloud.info('image', id)));
    const sources = restored.map((image) => image.textOf('SOURCE'));
    expect(await sameContent([sources[0] ?? '', 'qcow2'], [`${reference}-root.raw`, 'raw'])).toBe(true);
    expect(await sameContent([sources[1] ?? '', 'raw'], [`${reference}-data.raw`, 'raw'])).toBe(true);
  });
});

async function killOnce(victim: Victim, afterMs: number): Promise<void> {
  const before = await cloud.lastRun('vm', vmId);
  const from = performance.now();
  const asked = cloud.call('one.vm.backup', vmId, cloud.backups, false).catch((error: unknown) => error);
  await sleep(afterMs);
  const hit = await kill(victim);
  const operation = await settled(victim, asked);
  const isNew = operation.id !== before.id;
  const how = isNew ? `${operation.result}: ${operation.reason}` : 'it had not begun';
  const took = ((performance.now() - from) / 1000).toFixed(1);
  process.stdout.write(
    `${victim} ${hit ? 'killed' : 'missed'} at ${(afterMs / 1000).toFixed(2)} s, ${took} s: ${how}\n`,
  );

  await expectNothingLeft(cloud, vmId, operation, disks);
  await expectSameBackups(cloud);
  if (isNew && operation.result !== 'done') {
    expect(await expectExplained(cloud, vmId, operation)).toMatch(REASON[victim]);
  }
  if (hit && victim !== 'daemon' && victim !== 'guest' && isNew) expect(operation.result).toBe('failed');
  if (victim === 'guest') {
    await cloud.vmIs(vmId, STATE.POWEROFF, '0');
    await cloud.call('one.vm.action', 'resume', vmId);
    await cloud.vmIs(vmId, '3', STATE.RUNNING);
    await letGuestWrite();
  }
}

/** Kills the victim as soon as there is one. False when the backup ended before. */
async function kill(victim: Victim): Promise<boolean> {
  if (victim === 'daemon') {
    cloud.signalDaemon('SIGKILL');
    return true;
  }
  for (;;) {
    const pids = await findVictim(victim);
    pids.forEach(killNow);
    if (pids.length > 0) return true;
    if ((await cloud.lastRun('vm', vmId)).result !== 'running') return false;
    await sleep(POLL_MS);
  }
}

async function findVictim(victim: Exclude<Victim, 'daemon'>): Promise<number[]> {
  switch (victim) {
    case 'mover':
      return movers((await cloud.lastRun('vm', vmId)).id);
    case 'restic': {
      const restic = processesWhere((command) => command.startsWith('restic ') && command.includes(cloud.repository));
      const ofMover = movers((await cloud.lastRun('vm', vmId)).id).flatMap(childrenOf);
      return restic.filter((pid) => ofMover.includes(pid));
    }
    case 'guest':
      return [Number(await readFile(`/run/libvirt/qemu/one-${vmId}.pid`, 'utf8'))];
  }
}

function movers(operationId: string): number[] {
  return processesWhere((command) => command.includes(`mover/main.ts ${operationId}`));
}

/** Waits until the run has ended and the VM has left it; starts the daemon again when it was killed. */
async function settled(victim: Victim, asked: Promise<unknown>): Promise<Operation> {
  if (victim === 'daemon') {
    await cloud.daemonEnded();
    await cloud.startDaemon();
  }
  await asked;
  const operation = await cloud.follow('vm', vmId);
  const vm = await cloud.info('vm', vmId);
  expect(['69', '70']).not.toContain(vm.textOf('LCM_STATE'));
  if (victim !== 'guest') expect([vm.textOf('STATE'), vm.textOf('LCM_STATE')]).toEqual(['3', STATE.RUNNING]);
  return operation;
}
