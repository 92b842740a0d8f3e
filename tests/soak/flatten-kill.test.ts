// SIGKILL to the mover or the daemon at each step of a merge of layers, the one between record and removal included. Whatever was cut
// short, every point holds what the disks held, and in the end the store has the snapshots that backups need and no other.
import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operation } from '../../src/model/operation.ts';
import { virsh } from '../guest/domains.ts';
import { Cloud } from '../integration/cloud.ts';
import { SoakMachine } from './machine.ts';
import { pointsOf, References, type PointName } from './points.ts';
import { killNow, processesWhere } from '../faults/processes.ts';

const KEEP_LAST = 2;
const POLL_MS = 5;
const STEPS = ['reading the layers', 'uploading', 'reading back'] as const;
const RECORDED = 'done';
const BACKUP_TYPE = '6';

type Victim = 'mover' | 'daemon';

const CASES: Array<[Victim, string]> = [
  ...STEPS.map((step): [Victim, string] => ['mover', step]),
  ...[...STEPS, RECORDED].map((step): [Victim, string] => ['daemon', step]),
];

let cloud: Cloud;
let machine: SoakMachine;
let references: References;

beforeAll(async () => {
  cloud = await Cloud.open(78500);
  // anything over the base has it rewritten: then every rotation merges
  cloud.backups = await cloud.backupDatastore('merging', 'FLATTEN_SHARE="1"\nPRUNE_INTERVAL="100000"');
  machine = await SoakMachine.open(cloud, `MODE="INCREMENT", KEEP_LAST="${KEEP_LAST}"`);
  references = await References.open(cloud);
  for (let count = 0; count < KEEP_LAST; count++) await backup();
});

afterAll(async () => {
  await machine.close();
  await cloud.close();
});

describe('a merge of layers that is cut short', () => {
  it.each(CASES)('because the %s dies while %s', async (victim, step) => {
    const known = await lastMerge();
    const { imageId } = await backup();
    const merge = await killAt(imageId, victim, step, known);
    process.stdout.write(`${victim} killed at "${step}": ${merge}\n`);
    await expectPoints();
    if (victim === 'mover') await backup(); // after which what failed is begun again
    await expectBalance();
    await expectPoints();
  });
});

/** Changes the disks, copies them and backs them up. */
async function backup(): Promise<PointName> {
  await machine.inGuest('scribble /root/blob 65536 1 5 9 30 77; scribble /data/blob 65536 2 6 10 31 78');
  await virsh('suspend', machine.domain);
  const copies = await references.copy(await machine.disks());
  const operation = await cloud.backup(machine.vmId).finally(() => virsh('resume', machine.domain));
  const { recorded } = operation;
  if (!recorded) throw new Error(`The backup ended without a record: ${operation.reason}`);
  references.keep(recorded, copies);
  return recorded;
}

async function lastMerge(): Promise<string> {
  const [first] = await pointsOf(cloud, machine.vmId);
  const stop = new AbortController();
  let id = '';
  const seen = (operation: Operation): void => {
    id = operation.id;
    stop.abort();
  };
  await cloud.follow('image', first?.imageId ?? -1, seen, stop.signal, 'flatten').catch(() => undefined);
  return id;
}

/** Kills the victim when a new merge reaches the step. Returns how the merge stood then. */
async function killAt(imageId: number, victim: Victim, step: string, known: string): Promise<string> {
  let killed = '';
  const seen = (operation: Operation): void => {
    if (operation.id === known || operation.phase !== step || killed !== '') return;
    killed = `${operation.id} ${operation.result}`;
    if (victim === 'daemon') cloud.signalDaemon('SIGKILL');
    else killMover(operation.id);
  };
  const limit = Date.now() + 60_000;
  while (killed === '' && Date.now() < limit) {
    // there may be none yet, and the daemon that is asked may be the one that dies
    await cloud.follow('image', imageId, seen, undefined, 'flatten').catch(() => undefined);
  }
  if (killed === '') throw new Error(`No merge reached "${step}" in time.`);
  if (victim === 'daemon') {
    await cloud.daemonEnded();
    await cloud.startDaemon();
  }
  return killed;
}

/** Its process may start a moment after the step was told. */
function killMover(operationId: string): void {
  const limit = Date.now() + 10_000;
  const look = (): void => {
    const pids = processesWhere((command) => command.includes(`mover/main.ts ${operationId}`));
    pids.forEach(killNow);
    if (pids.length === 0 && Date.now() < limit) setTimeout(look, POLL_MS);
  };
  look();
}

async function expectPoints(): Promise<void> {
  const points = await pointsOf(cloud, machine.vmId);
  expect(points).toHaveLength(KEEP_LAST);
  await references.only(points);
  for (const point of points) expect(await references.differences(point)).toEqual([]);
}

/** The store holds what backups need, and neither mounts nor run directories are left. */
async function expectBalance(): Promise<void> {
  const look = async (): Promise<unknown> => {
    const images = (await cloud.pool('image')).filter((image) => image.textOf('TYPE') === BACKUP_TYPE);
    const needed = images
      .flatMap((image) => image.children('BACKUP_INCREMENTS/INCREMENT'))
      .flatMap((increment) => increment.textOf('SOURCE').split('+'));
    const there = (await cloud.snapshots()).map(({ short_id }) => short_id);
    const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
    return {
      missing: needed.filter((id) => !there.includes(id)),
      leaked: there.filter((id) => !needed.includes(id)),
      merged: needed.length === KEEP_LAST,
      mounts: mounts.filter((line) => line.includes(cloud.directory) && / - fuse/.test(line)),
      runs: await readdir(`${cloud.directory}/run`),
    };
  };
  const balanced = { missing: [], leaked: [], merged: true, mounts: [], runs: [] };
  await expect.poll(look, { timeout: 90_000, interval: 300 }).toEqual(balanced);
}
