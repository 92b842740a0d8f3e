// What is done with a guest of the long soak, one thing after the other, as chance wants it: backups that are let alone, cancelled or
// whose guest is killed, restores of each kind, power cycles, verifications.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Operation } from '../../../src/model/operation.ts';
import type { Cloud } from '../../integration/cloud.ts';
import type { Random } from '../random.ts';
import type { SoakGuest } from './guest.ts';
import { keyOf, type Point, type Points } from './points.ts';
import type { Runs } from './runs.ts';

export interface Scene {
  cloud: Cloud;
  runs: Runs;
  points: Points;
  /** How often each thing was done. */
  count: (what: string) => void;
  /** Says what the soak was refused, and whether it may be. */
  refused: (what: string, error: unknown) => void;
  /** One guest more at a time: the machine has room for so many. */
  instants: Turn;
}

/** What only one at a time may do; nobody waits for it. */
export class Turn {
  #taken = false;

  /** Undefined when somebody else has it. */
  async take<R>(work: () => Promise<R>): Promise<R | undefined> {
    if (this.#taken) return undefined;
    this.#taken = true;
    return work().finally(() => (this.#taken = false));
  }
}

type Action = (scene: Scene, guest: SoakGuest, random: Random) => Promise<string[]>;

/** Of a second of its work a run has had this much when it is disturbed, at most. */
const DISTURBED_WITHIN_MS = 4000;
const MOST_ROOTS = 0.3;

const BACKUPS: Array<[name: string, often: number, action: Action]> = [
  ['backup', 8, (scene, guest) => backup(scene, guest, false)],
  ['backup, new chain', 1, (scene, guest) => backup(scene, guest, true)],
  ['backup, cancelled', 2, cancelledBackup],
  ['backup, guest killed', 1, killedBackup],
  ['restore in place', 1, inPlace],
];
const OTHERS: typeof BACKUPS = [
  ['restore', 3, restore],
  ['restore, cancelled', 1, cancelledRestore],
  ['instant restore', 1, instant],
  ['verify', 1, verify],
  ['power cycle', 2, powerCycle],
];

/** One thing, by chance. Machines of a job are backed up by the job alone. Returns what was wrong. */
export async function act(scene: Scene, guest: SoakGuest, random: Random): Promise<string[]> {
  const choices = guest.kind.jobId === undefined ? [...BACKUPS, ...OTHERS] : OTHERS;
  const deck = choices.flatMap((choice) => Array.from({ length: choice[1] }, () => choice));
  const [name, , action] = random.pick(deck);
  scene.count(name);
  const wrong = await action(scene, guest, random).catch((error: unknown) => {
    scene.refused(name, error);
    return [];
  });
  return wrong.map((what) => `${name} of VM ${guest.vmId}: ${what}`);
}

async function backup(
  scene: Scene,
  guest: SoakGuest,
  reset: boolean,
  began?: (run: Operation) => Promise<void>,
): Promise<string[]> {
  const { cloud, runs } = scene;
  const known = new Set(runs.all.map(({ id }) => id));
  guest.backupIsAsked();
  await cloud.call('one.vm.backup', guest.vmId, guest.kind.datastoreId, reset);
  const mine = ({ id, kind, vmId }: Operation): boolean => kind === 'backup' && vmId === guest.vmId && !known.has(id);
  if (began) await began(await runs.until(mine, () => true));
  await runs.until(mine);
  return [];
}

async function cancelledBackup(scene: Scene, guest: SoakGuest, random: Random): Promise<string[]> {
  return backup(scene, guest, false, async (run) => {
    await sleep(random.next() * DISTURBED_WITHIN_MS);
    scene.runs.blame(run, 'cancelled');
    await scene.cloud
      .call('one.vm.backupcancel', guest.vmId)
      .catch((error: unknown) => scene.refused('a cancel', error));
  });
}

/** As a host does that runs out of memory. */
async function killedBackup(scene: Scene, guest: SoakGuest, random: Random): Promise<string[]> {
  let wrong: Promise<string[]> = Promise.resolve([]);
  await backup(scene, guest, false, async (run) => {
    const isBegun = ({ id }: Operation): boolean => id === run.id;
    await scene.runs.until(isBegun, ({ phase, result }) => phase !== 'waiting' || result !== 'running');
    await sleep(random.next() * DISTURBED_WITHIN_MS);
    const killed = async (): Promise<void> => {
      await guest.kill();
      // until it has cleaned up, layers of its disks come and go
      await scene.runs.until(isBegun, ({ result, cleaned }) => result === 'done' || (result !== 'running' && cleaned));
    };
    wrong = scene.runs.outage(guest.vmId, 'its guest was killed', () => guest.cycle(killed));
    wrong.catch(() => undefined); // it is awaited below
  });
  return wrong;
}

async function powerCycle({ cloud, runs, refused }: Scene, guest: SoakGuest): Promise<string[]> {
  return runs.outage(guest.vmId, 'its guest was powered off', async () => {
    try {
      await cloud.call('one.vm.action', 'poweroff-hard', guest.vmId);
    } catch (error) {
      refused('a power cycle', error); // its job backs it up
      return [];
    }
    return guest.cycle(() => Promise.resolve());
  });
}

async function inPlace({ cloud, runs, points }: Scene, guest: SoakGuest, random: Random): Promise<string[]> {
  const point = await anyPoint(points, guest, random);
  if (!point) return [];
  const wrong = await restoredOnce(points, point);
  const known = new Set(runs.all.map(({ id }) => id));
  const found = await guest.restored(point.lineage, point.newest ?? NaN, async () => {
    await cloud.call('one.vm.restore', guest.vmId, point.imageId, point.pointId);
    await runs.until(({ id, vmId, kind }) => vmId === guest.vmId && kind === 'restore' && !known.has(id));
  });
  return [...wrong, ...found.map((what) => `${keyOf(point)}: ${what}`)];
}

/** What a point holds is known when it was restored beside the machine. */
async function restoredOnce(points: Points, point: Point): Promise<string[]> {
  return point.newest === undefined ? points.restore(point, false) : [];
}

async function restore({ points }: Scene, guest: SoakGuest, random: Random): Promise<string[]> {
  const point = await anyPoint(points, guest, random);
  return point ? points.restore(point, random.next() < MOST_ROOTS) : [];
}

async function cancelledRestore(
  { cloud, runs, points, refused }: Scene,
  guest: SoakGuest,
  random: Random,
): Promise<string[]> {
  const point = await anyPoint(points, guest, random);
  if (!point) return [];
  return points.restore(point, false, async (run) => {
    await sleep((random.next() * DISTURBED_WITHIN_MS) / 2);
    runs.blame(run, 'cancelled');
    await cloud.call('one.image.cancel', run.imageIds[0] ?? -1).catch((error: unknown) => refused('a cancel', error));
  });
}

async function instant({ points, instants }: Scene, guest: SoakGuest, random: Random): Promise<string[]> {
  const point = await anyPoint(points, guest, random);
  if (!point) return [];
  return (await instants.take(() => points.instant(point))) ?? points.restore(point, true);
}

async function verify({ cloud, runs, points }: Scene, guest: SoakGuest, random: Random): Promise<string[]> {
  const point = await anyPoint(points, guest, random);
  if (!point) return [];
  const known = new Set(runs.all.map(({ id }) => id));
  await cloud.call('one.image.verify', point.imageId, point.pointId);
  await runs.until(({ id, kind, imageIds }) => kind === 'verify' && imageIds.includes(point.imageId) && !known.has(id));
  return [];
}

async function anyPoint(points: Points, guest: SoakGuest, random: Random): Promise<Point | undefined> {
  const listed = await points.listed(guest.vmId);
  if (listed.length === 0) return undefined;
  const name = random.pick(listed);
  const point = points.find(name);
  if (!point) throw new Error(`${keyOf(name)} of VM ${guest.vmId} was made by no run that was seen.`);
  return point;
}
