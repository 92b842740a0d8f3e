// A backup job of four VMs: one after the other and side by side, cancelled half-way and retried; and a daemon that is killed at
// random moments of its run, after which every VM is in a right state without anybody's help and the job goes on to its end.
// ONEVAULT_KILLS says how many kills (1 by default, 20 with ONEVAULT_LONG), ONEVAULT_SEED repeats the moments of an earlier run.
// The guests run with ONEVAULT_LONG; else they are powered off, which a job does not care about.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Operation } from '../../src/model/operation.ts';
import { Cloud, STATE } from '../integration/cloud.ts';
import { Random } from '../soak/random.ts';
import { diskFiles, expectNothingLeft, expectSameBackups } from './aftermath.ts';

const LONG = process.env['ONEVAULT_LONG'] !== undefined;
const KILLS = Number(process.env['ONEVAULT_KILLS'] ?? (LONG ? 20 : 1));
const SEED = Number(process.env['ONEVAULT_SEED'] ?? Date.now() % 1_000_000);

let cloud: Cloud;
const vms: number[] = [];
const disks = new Map<number, string>();
let jobs = 0;

beforeAll(async () => {
  process.stdout.write(`Kills of the daemon: ${KILLS}; to repeat their moments: ONEVAULT_SEED=${SEED}\n`);
  if (!LONG)
    process.stdout.write('The VMs of the job are off; npm run soak:parts, or ONEVAULT_LONG=1, has running guests.\n');
  cloud = await Cloud.open(78300);
  const root = await cloud.image('root', { path: cloud.guest.rootImage, format: 'raw', persistent: false });
  for (let n = 0; n < 4; n++) {
    const id = await cloud.vm([root]);
    vms.push(id);
    if (!LONG) await cloud.call('one.vm.action', 'poweroff-hard', id);
  }
  for (const id of vms) {
    if (LONG) await (await cloud.console(id)).close();
    await settled(id);
    disks.set(id, await diskFiles(id));
  }
});
afterAll(() => cloud.close());

/** The VM is where it is without a backup. */
const settled = (id: number): Promise<void> =>
  LONG ? cloud.vmIs(id, '3', STATE.RUNNING) : cloud.vmIs(id, STATE.POWEROFF, '0');

async function job(execution: string): Promise<number> {
  for (const old of await jobPool()) await cloud.call('one.backupjob.delete', old);
  const text = `NAME="job-${jobs++}"\nBACKUP_VMS="${vms.join(',')}"\nDATASTORE_ID="${cloud.backups}"\nKEEP_LAST="2"\nEXECUTION="${execution}"`;
  return Number(await cloud.call('one.backupjob.allocate', text));
}

async function jobPool(): Promise<number[]> {
  return (await cloud.pool('backupjob')).map((one) => Number(one.textOf('ID')));
}

interface Lists {
  updated: number[];
  outdated: number[];
  backingUp: number[];
  error: number[];
  why: string;
}

async function lists(id: number): Promise<Lists> {
  const document = await cloud.info('backupjob', id);
  const of = (name: string): number[] => document.children(`${name}/ID`).map(({ text }) => Number(text));
  return {
    updated: of('UPDATED_VMS'),
    outdated: of('OUTDATED_VMS'),
    backingUp: of('BACKING_UP_VMS'),
    error: of('ERROR_VMS'),
    why: document.textOf('TEMPLATE/ERROR'),
  };
}

/** Waits for the job's end; returns its lists, and how many VMs were backed up at once at most. */
async function ended(id: number): Promise<Lists & { most: number }> {
  let most = 0;
  let now = await lists(id);
  await cloud.until('the job has ended', async () => {
    now = await lists(id);
    most = Math.max(most, now.backingUp.length);
    return now.outdated.length + now.backingUp.length === 0;
  });
  return { ...now, most };
}

/** Every VM is on its own disks, a guest that runs writes, and nothing of any run is left. */
async function expectAllWell(): Promise<void> {
  for (const id of vms) {
    await settled(id);
    await expectNothingLeft(cloud, id, await cloud.lastRun('vm', id), disks.get(id) ?? '');
    if (!LONG) continue;
    const guest = await cloud.console(id);
    await guest.run('echo alive > /root/alive && sync');
    await guest.close();
  }
  await expectSameBackups(cloud);
}

const all = async (): Promise<Operation[]> => Promise.all(vms.map((id) => cloud.lastRun('vm', id)));

it.each([
  ['SEQUENTIAL', 1],
  ['PARALLEL', 2], // MAX_BACKUPS_HOST is 2
])('of four VMs, %s: all are backed up, %i at a time; cancelled half-way, and retried', async (execution, atOnce) => {
  const id = await job(execution);
  await cloud.call('one.backupjob.backup', id);
  await expect(cloud.call('one.backupjob.backup', id)).rejects.toMatchObject({ code: 0x800 });
  const whole = await ended(id);
  expect(whole.why).toBe('');
  expect([...whole.updated].sort()).toEqual(vms);
  expect(whole.most).toBe(atOnce);

  await cloud.call('one.backupjob.backup', id);
  await cloud.until('one VM is done and another is being backed up', async () => {
    const { updated, backingUp } = await lists(id);
    return updated.length >= 1 && backingUp.length >= 1;
  });
  const from = performance.now();
  await cloud.call('one.backupjob.cancel', id);
  const cancelled = await ended(id);
  process.stdout.write(`${execution}: cancelled in ${((performance.now() - from) / 1000).toFixed(1)} s\n`);
  expect(cancelled.error).toEqual([]);
  expect(cancelled.updated.length).toBeLessThan(4);
  expect((await all()).some(({ result }) => result === 'cancelled')).toBe(true);
  await expectAllWell();

  await cloud.call('one.backupjob.retry', id);
  const retried = await ended(id);
  expect(retried.why).toBe('');
  expect([...retried.updated].sort()).toEqual(vms);
  expect((await all()).map(({ result }) => result)).toEqual(['done', 'done', 'done', 'done']);
});

it(`goes on by itself when the daemon is killed, ${KILLS} times`, async () => {
  const random = new Random(SEED);
  const id = await job('PARALLEL');
  for (let n = 0; n < KILLS; n++) {
    const afterMs = random.next() * 5000;
    await cloud.call('one.backupjob.backup', id);
    await sleep(afterMs);
    cloud.signalDaemon('SIGKILL');
    await cloud.daemonEnded();
    await cloud.startDaemon();
    const { updated, error, why } = await ended(id);
    process.stdout.write(
      `killed at ${(afterMs / 1000).toFixed(2)} s: ${updated.length} updated, ${error.length} failed ${why}\n`,
    );
    expect([...updated].sort()).toEqual(vms);
    expect((await all()).map(({ result }) => result)).toEqual(['done', 'done', 'done', 'done']);
    await expectAllWell();
  }
});
