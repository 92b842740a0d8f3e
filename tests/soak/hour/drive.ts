// An hour of everything: guests that write all the time, one daemon, and all that can be done with backups, by chance and at once. In the
// end everything must be explained, at rest, whole and as large as it was.
import { mkdir, rm } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../../src/exec/exec.ts';
import { reasonOf } from '../../../src/model/errors.ts';
import type { Operation } from '../../../src/model/operation.ts';
import { removeLeftovers } from '../../guest/domains.ts';
import { Cloud } from '../../integration/cloud.ts';
import { Random } from '../random.ts';
import { act, Turn, type Scene } from './actions.ts';
import { allOff, allPoints, fsck, idle, leftOfAll, repositories, rescans, stopped } from './end.ts';
import { SoakGuest, type GuestKind } from './guest.ts';
import { SoakJob } from './jobs.ts';
import { Points } from './points.ts';
import { reported } from './report.ts';
import { Runs } from './runs.ts';
import { verdictOf, type AtRest } from './verdict.ts';
import { Watch, watched, temporaryOf } from './watch.ts';

const FIRST_VM = 61_000;
const MOST_VMS = 5000;
const AT_ONCE = 3;
const MOST_PAUSE_MS = 20_000;
const KEEP = 'KEEP_LAST="3"';

export interface HourOptions {
  guests: number;
  minutes: number;
  seed: number;
  tell: (line: string) => void;
  /** Ends it early, in good order. */
  signal: AbortSignal;
}

/** Returns what was wrong. */
export async function driveHour(options: HourOptions): Promise<readonly string[]> {
  const scratch = join(import.meta.dirname, '../../../var', `soak-${process.pid}`);
  await mkdir(temporaryOf(scratch), { recursive: true });
  await removeLeftovers(FIRST_VM, MOST_VMS);
  const cloud = await Cloud.open(FIRST_VM, { env: watched(scratch) });
  const hour = new Hour(cloud, scratch, options);
  try {
    return await hour.drive();
  } finally {
    await hour.close();
    await removeLeftovers(FIRST_VM, MOST_VMS);
    await cloud.close();
    await rm(scratch, { recursive: true });
  }
}

class Hour {
  readonly #cloud: Cloud;
  readonly #options: HourOptions;
  readonly #wrong: string[] = [];
  readonly #done = new Map<string, number>();
  readonly #refusals = new Map<string, number>();
  readonly #guests: SoakGuest[] = [];
  readonly #runs: Runs;
  readonly #points: Points;
  readonly #watch: Watch;
  readonly #scene: Scene;
  readonly #random: Random;
  #datastores: number[] = [];
  #jobs: SoakJob[] = [];

  constructor(cloud: Cloud, scratch: string, options: HourOptions) {
    this.#cloud = cloud;
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#watch = new Watch(cloud, scratch);
    this.#runs = Runs.follow(cloud, (operation) => this.#ended(operation));
    this.#points = new Points(cloud, this.#runs);
    const count = (what: string): void => void this.#done.set(what, (this.#done.get(what) ?? 0) + 1);
    const refused = (what: string, error: unknown): void => this.#refused(what, error);
    this.#scene = { cloud, runs: this.#runs, points: this.#points, instants: new Turn(), count, refused };
  }

  async drive(): Promise<readonly string[]> {
    const { tell, minutes, signal } = this.#options;
    await this.#open();
    const before = await this.#watch.atRest();
    tell(`${this.#guests.length} guests write; load ${load()}`);
    const begunMs = Date.now();
    this.#watch.begin();
    const until = begunMs + minutes * 60_000;
    const goOn = (): boolean => Date.now() < until && !signal.aborted;
    await Promise.all([
      ...this.#guests.map((guest) => this.#drive(guest, goOn)),
      ...this.#jobs.map((job) => this.#driveJob(job, goOn)),
      this.#tellNow(begunMs, goOn),
    ]);
    await this.#watch.end();
    const loaded = load();
    tell('Nothing more is begun; waiting for what goes on.');
    await idle(this.#runs);
    const after = await this.#watch.atRest();
    await this.#must('what is left', () => leftOfAll(this.#cloud, this.#guests, this.#runs));
    return this.#end({ before, after }, (Date.now() - begunMs) / 60_000, loaded);
  }

  async close(): Promise<void> {
    await this.#watch.end();
    await this.#runs.close();
  }

  async #end(rest: AtRest, minutes: number, loaded: string): Promise<readonly string[]> {
    const { tell, seed } = this.#options;
    tell('All points are restored and compared.');
    const left = (await this.#points.listed()).length;
    const cloud = this.#cloud;
    await this.#must('all points', () => allPoints(this.#points, this.#random, AT_ONCE));
    await this.#must('the rescans', () => rescans(cloud, this.#runs, this.#datastores));
    await this.#must('the last power cut', () => allOff(cloud, this.#guests));
    await idle(this.#runs);
    await this.#runs.close();
    const { runs, wrong } = await stopped(cloud);
    this.#wrongWas(wrong);
    await this.#must('fsck', () => fsck(cloud));
    const [restic = -1, , slices = -1] = this.#datastores;
    await this.#must('restic check', () => repositories(cloud, [restic, slices]));
    const verdict = verdictOf(runs, this.#runs, this.#watch.samples, rest);
    this.#wrong.push(...verdict.wrong);
    const { compared, roots } = this.#points;
    const done = this.#done;
    const refusals = this.#refusals;
    const told = {
      guests: this.#guests.length,
      minutes,
      seed,
      load: loaded,
      runs,
      causes: verdict.causes,
      done,
      refusals,
    };
    reported({ ...told, compared, roots, left, watched: verdict.watched, wrong: this.#wrong }).forEach(tell);
    return this.#wrong;
  }

  async #open(): Promise<void> {
    const { cloud } = this.#scene;
    const rsync = 'NAME="plain"\nTYPE="BACKUP_DS"\nDS_MAD="rsync"\nRSYNC_BACKEND="LOCAL"';
    const plain = Number(await cloud.call('one.datastore.allocate', rsync, -1));
    const slices = await cloud.backupDatastore('slices', 'RESTIC_LAYOUT="SLICES"');
    this.#datastores = [cloud.backups, plain, slices];
    this.#jobs = [
      await SoakJob.open(this.#scene, 'beside', jobText(cloud.backups, 'MODE="INCREMENT"\nEXECUTION="PARALLEL"')),
      await SoakJob.open(this.#scene, 'in-turn', jobText(plain, 'MODE="FULL"\nEXECUTION="SEQUENTIAL"')),
    ];
    const path = `${cloud.directory}/root.qcow2`;
    await run(['qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', cloud.guest.rootImage, path]);
    const root = await cloud.image('root', { path, format: 'qcow2', persistent: false });
    const kinds = kindsOf({ restic: cloud.backups, plain, slices }, this.#jobs);
    const waiting = Array.from({ length: this.#options.guests }, (_, at) => kinds[at % kinds.length]);
    const open = async (): Promise<void> => {
      for (let kind = waiting.shift(); kind; kind = waiting.shift()) {
        const { jobId } = kind;
        const guest = await SoakGuest.open(cloud, root, kind);
        const job = this.#jobs.find(({ id }) => id === jobId);
        await job?.add(this.#scene, guest);
        this.#guests.push(guest);
        this.#options.tell(`VM ${guest.vmId}: ${kind.name}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, open));
  }

  async #drive(guest: SoakGuest, goOn: () => boolean): Promise<void> {
    const random = new Random(this.#options.seed * 1000 + guest.vmId);
    while (goOn()) {
      await sleep(random.next() * MOST_PAUSE_MS, undefined, { signal: this.#options.signal }).catch(() => undefined); // the end is asked for
      if (goOn()) this.#wrongWas(await act(this.#scene, guest, random));
    }
  }

  async #driveJob(job: SoakJob, goOn: () => boolean): Promise<void> {
    const random = new Random(this.#options.seed * 1000 + job.id);
    while (goOn()) {
      this.#wrongWas(await job.run(this.#scene, random).catch((error: unknown) => [`job ${job.id}: ${String(error)}`]));
      await sleep(random.next() * MOST_PAUSE_MS * 2, undefined, { signal: this.#options.signal }).catch(
        () => undefined,
      ); // as above
    }
  }

  async #tellNow(begunMs: number, goOn: () => boolean): Promise<void> {
    for (let tick = 1; goOn(); tick++) {
      await sleep(1000);
      if (tick % 60 !== 0) continue;
      const running = this.#runs.running();
      const begun = running.filter(({ phase }) => phase !== 'waiting').length;
      const minute = Math.round((Date.now() - begunMs) / 60_000);
      this.#options.tell(
        `minute ${minute}: ${this.#runs.all.length} runs, ${begun} go on, ${running.length - begun} wait; ` +
          `${this.#points.compared} points compared; wrong: ${this.#wrong.length}; load ${load()}`,
      );
    }
  }

  #ended(operation: Operation): void {
    const guest = this.#guests.find(({ vmId }) => vmId === operation.vmId);
    if (operation.kind === 'backup' && guest && operation.result === 'done') this.#points.made(operation, guest);
    if (operation.result === 'done' || this.#runs.causeOf(operation) !== undefined) return;
    this.#options.tell(
      `The ${operation.kind} ${operation.id} of VM ${operation.vmId} is ${operation.result}: ${operation.reason}`,
    );
  }

  #refused(what: string, error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    const rule = MAY_BE_REFUSED.find(([of, why]) => what === of && why.test(text));
    if (!rule) return this.#wrongWas([`${what}: ${error instanceof Error ? (error.stack ?? text) : text}`]);
    const name = `${what}: ${rule[2]}`;
    this.#refusals.set(name, (this.#refusals.get(name) ?? 0) + 1);
  }

  /** What cannot be looked at is wrong as well; the rest is looked at all the same. */
  async #must(what: string, look: () => Promise<string[]>): Promise<void> {
    this.#wrongWas(await look().catch((error: unknown) => [`${what} could not be looked at: ${reasonOf(error)}`]));
  }

  #wrongWas(what: readonly string[]): void {
    for (const one of what) this.#options.tell(`WRONG: ${one}`);
    this.#wrong.push(...what);
  }
}

/** What the soak asks for and cannot have, as something else was quicker. */
const MAY_BE_REFUSED: Array<[what: string, why: RegExp, told: string]> = [
  ['a cancel', /no backup in progress|nothing .*cancel/i, 'it has just ended'],
  ['a power cycle', /state/i, 'its backup goes on'],
  ...['restore', 'restore, cancelled', 'restore in place', 'instant restore', 'verify'].map(
    (what): [string, RegExp, string] => [
      what,
      /it (is being (deleted|changed)|has no increment)|Error getting image/,
      'retention has just changed its backup',
    ],
  ),
];

function jobText(datastoreId: number, attributes: string): string {
  return `DATASTORE_ID="${datastoreId}"\n${KEEP}\n${attributes}`;
}

function kindsOf(to: { restic: number; plain: number; slices: number }, [beside, inTurn]: SoakJob[]): GuestKind[] {
  const increments = (mode: string): string => `MODE="INCREMENT", INCREMENT_MODE="${mode}", ${KEEP}`;
  const qcow2 = { format: 'qcow2' as const };
  return [
    { name: 'full backups, restic', format: 'raw', config: `MODE="FULL", ${KEEP}`, datastoreId: to.restic },
    { name: 'CBT, restic', ...qcow2, config: increments('CBT'), datastoreId: to.restic },
    { name: 'SNAPSHOT, rsync', ...qcow2, config: increments('SNAPSHOT'), datastoreId: to.plain },
    { name: 'CBT, slices', ...qcow2, config: increments('CBT'), datastoreId: to.slices },
    { name: 'job, side by side', ...qcow2, config: KEEP, datastoreId: to.restic, ...(beside && { jobId: beside.id }) },
    { name: 'SNAPSHOT, slices', ...qcow2, config: increments('SNAPSHOT'), datastoreId: to.slices },
    { name: 'CBT, rsync', ...qcow2, config: increments('CBT'), datastoreId: to.plain },
    { name: 'SNAPSHOT, restic', ...qcow2, config: increments('SNAPSHOT'), datastoreId: to.restic },
    { name: 'job, in turn', ...qcow2, config: KEEP, datastoreId: to.plain, ...(inTurn && { jobId: inTurn.id }) },
    { name: 'full backups, slices', format: 'raw', config: `MODE="FULL", ${KEEP}`, datastoreId: to.slices },
  ];
}

function load(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}
