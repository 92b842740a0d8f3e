// Drives a guest, its chain of backups and what befalls both through rounds of a seed. After each round a surviving point is restored
// and compared with what the disks held, while the machine goes on; the type of each backup, its reason and what KEEP_LAST leaves are held against what is due.
import { join } from 'node:path';
import { run } from '../../src/exec/exec.ts';
import type { BackupLayout } from '../../src/model/backup-layout.ts';
import { reasonOf } from '../../src/model/errors.ts';
import type { Operation } from '../../src/model/operation.ts';
import { childrenOf, killNow, processesWhere } from '../faults/processes.ts';
import { virsh } from '../guest/domains.ts';
import { Cloud } from '../integration/cloud.ts';
import { SoakMachine } from './machine.ts';
import { planRounds, type Round } from './plan.ts';
import { keyOf, pointsOf, References, type PointName } from './points.ts';

const KEEP_LAST = 4;
const POLL_MS = 5;

export type Mode = 'CBT' | 'SNAPSHOT';

export interface ChainOptions {
  mode: Mode;
  /** RESTIC_LAYOUT of the datastore. */
  layout?: BackupLayout;
  seed: number;
  firstVmId: number;
  /** Whether there is to be another round after so many. */
  more: (rounds: number) => boolean;
}

/** Returns how many rounds were good; throws at the first thing that is not as it has to be. */
export async function driveChain({ mode, layout = 'QCOW2', seed, firstVmId, more }: ChainOptions): Promise<number> {
  tell(`${mode}, ${layout}, seed ${seed}`);
  const cloud = await Cloud.open(firstVmId);
  try {
    if (layout === 'SLICES') cloud.backups = await cloud.backupDatastore('slices', 'RESTIC_LAYOUT="SLICES"');
    const config = `MODE="INCREMENT", INCREMENT_MODE="${mode}", KEEP_LAST="${KEEP_LAST}"`;
    const chain = new Chain(mode, layout, await SoakMachine.open(cloud, config), await References.open(cloud));
    let done = 0;
    for (const round of planRounds(seed)) {
      if (!more(done)) break;
      await chain.round(round).catch((error: unknown) => {
        throw new Error(`${mode}, seed ${seed}, round ${round.number}: ${told(round)}`, { cause: error });
      });
      done += 1;
    }
    await chain.end();
    return done;
  } finally {
    await cloud.close();
  }
}

class Chain {
  readonly #mode: Mode;
  readonly #layout: BackupLayout;
  readonly #machine: SoakMachine;
  readonly #references: References;
  #points: PointName[] = [];
  /** Why the next backup has to be a full one; null when it goes on with the newest point. */
  #full: RegExp | null = /the first backup of a chain/;
  /** Why the next backup reads all, though it goes on with the newest point: slices can do that. */
  #unread: RegExp | null = null;
  #reset = false;
  #restoring: Promise<string[]> = Promise.resolve([]);

  constructor(mode: Mode, layout: BackupLayout, machine: SoakMachine, references: References) {
    this.#mode = mode;
    this.#layout = layout;
    this.#machine = machine;
    this.#references = references;
  }

  async round(round: Round): Promise<void> {
    const from = Date.now();
    await this.#befall(round);
    const off = round.event.startsWith('powered off');
    if (!off || round.writes.length > 0) for (const command of round.writes) await this.#machine.inGuest(command);
    if (off) await this.#machine.powerOff();
    await this.#restored();
    const what = await this.#backup(round, off);
    await this.#expectKept();
    const point = this.#points[Math.floor(round.restored * this.#points.length)];
    if (point) this.#restore(point);
    if (off) await this.#machine.powerOn();
    const sec = ((Date.now() - from) / 1000).toFixed(1);
    tell(`round ${round.number}: ${told(round)}; ${what}; restores ${point ? keyOf(point) : 'nothing'}; ${sec} s`);
  }

  /** Begins to restore a point: the machine goes on meanwhile, up to its next backup. */
  #restore(point: PointName): void {
    this.#restoring = this.#references.differences(point).catch((error: unknown) => [reasonOf(error)]);
  }

  async #restored(): Promise<void> {
    expectNone(await this.#restoring);
  }

  /** Every point that is left, the records, and the guest itself. */
  async end(): Promise<void> {
    const { cloud } = this.#machine;
    await this.#restored();
    for (const point of this.#points) expectNone(await this.#references.differences(point));
    await this.#machine.powerOff();
    await this.#machine.powerOn();
    await this.#machine.inGuest(
      'cd /data && sha256sum -c SHA256SUMS >/dev/null && cd /usr/share/guest && sha256sum -c SHA256SUMS >/dev/null',
    );
    await this.#machine.close();
    cloud.signalDaemon('SIGTERM');
    await cloud.daemonEnded();
    const onevault = join(import.meta.dirname, '../../bin/onevault');
    const { code, stdout } = await run([onevault, 'fsck', '--state', cloud.directory], { okCodes: [1] });
    if (code !== 0) throw new Error(`The records do not fit together: ${stdout}`);
  }

  async #befall({ event, disk }: Round): Promise<void> {
    const machine = this.#machine;
    if (event === 'power cycle') {
      await machine.powerOff();
      await machine.powerOn();
    } else if (event === 'killed') {
      await machine.kill();
      // an overlay lives on, a bitmap in memory does not
      if (this.#mode === 'CBT' && this.#layout === 'SLICES') this.#unread ??= /^disk \d+: .*, so all is read/;
      else if (this.#mode === 'CBT') this.#full ??= /^disk \d+: /;
    } else if (event === 'attach or detach') {
      const { diskId, attached } = await machine.attachOrDetach();
      if (attached && this.#full === null) await this.#expectRefusal(new RegExp(`disk ${diskId} .*attached`));
      if (attached) this.#mustReset();
      else this.#full ??= new RegExp(`^disk ${diskId} was detached`);
    } else if (event === 'resize') {
      const diskId = await machine.resize(disk);
      this.#full ??= new RegExp(`^disk ${diskId} (has|is)`);
    } else if (event === 'reset') this.#mustReset();
  }

  #mustReset(): void {
    this.#full = /a new chain was asked for/;
    this.#reset = true;
  }

  /** A person has to say that a disk that was added begins a new chain. */
  async #expectRefusal(why: RegExp): Promise<void> {
    const { cloud, vmId } = this.#machine;
    const answer = await cloud.call('one.vm.backup', vmId, cloud.backups, false).then(
      () => 'it was accepted',
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (!why.test(answer) || !answer.includes('--reset')) {
      throw new Error(`A backup should have been refused with ${why} and --reset: ${answer}`);
    }
  }

  /** Copies the disks, backs them up as they are, and says how it went. */
  async #backup(round: Round, off: boolean): Promise<string> {
    const { domain, cloud, vmId } = this.#machine;
    if (!off) await virsh('suspend', domain);
    const copies = await this.#references.copy(await this.#machine.disks());
    let overwriting: Promise<unknown> | undefined;
    let disturbed = false;
    const goOn = async (): Promise<void> => {
      await virsh('resume', domain);
      await this.#machine.inGuest(round.meanwhile);
    };
    const reached = (operation: Operation): void => {
      if (!disturbed && operation.phase === round.phase && round.event === 'cancelled') {
        disturbed = true;
        void this.#cancel();
      }
      if (operation.phase !== 'uploading') return;
      if (!disturbed && round.event === 'upload fails') {
        disturbed = true;
        failUpload(cloud, operation);
      }
      if (!off) overwriting ??= goOn();
    };
    await cloud.call('one.vm.backup', vmId, cloud.backups, this.#reset);
    const operation = await cloud.follow('vm', vmId, reached);
    await (overwriting ?? (off ? undefined : goOn()));
    if (operation.result === 'done') return this.#expectRecorded(operation, copies);
    await this.#references.drop(copies);
    if (round.event !== 'cancelled' && round.event !== 'upload fails') throw new Error(operation.reason);
    return `failed: ${operation.reason}`;
  }

  async #cancel(): Promise<void> {
    // one that has just ended cannot be cancelled any more, and is a good backup
    await this.#machine.cloud.call('one.vm.backupcancel', this.#machine.vmId).catch(() => undefined);
  }

  async #expectRecorded(
    { recorded, reason }: Operation,
    copies: Awaited<ReturnType<References['copy']>>,
  ): Promise<string> {
    if (!recorded) throw new Error('The backup ended well without a record of what it made.');
    const last = this.#points.at(-1);
    const follows = last !== undefined && recorded.imageId === last.imageId && recorded.pointId === last.pointId + 1;
    if (this.#full === null && !follows)
      throw new Error(`It should have followed ${last ? keyOf(last) : '?'}: ${reason}`);
    if (this.#full !== null && (recorded.pointId !== 0 || !this.#full.test(reason))) {
      throw new Error(`It should have been full because ${this.#full}: ${keyOf(recorded)}, ${reason}`);
    }
    if (this.#full === null && this.#unread !== null && !this.#unread.test(reason)) {
      throw new Error(`It should have read all because ${this.#unread}: ${reason}`);
    }
    this.#full = null;
    this.#unread = null;
    this.#reset = false;
    this.#points.push(recorded);
    this.#references.keep(recorded, copies);
    return `${follows ? 'increment' : 'full'} ${keyOf(recorded)} (${reason})`;
  }

  /** What KEEP_LAST drops is not listed any more, and nothing else is missing. */
  async #expectKept(): Promise<void> {
    const { cloud, vmId } = this.#machine;
    this.#points = this.#points.slice(-KEEP_LAST);
    const due = this.#points.map(keyOf).join('; ');
    let seen = '';
    const look = async (): Promise<boolean> => {
      seen = (await pointsOf(cloud, vmId)).map(keyOf).join('; ');
      return seen === due;
    };
    await cloud.until(`these points are kept: ${due}`, look).catch((error: unknown) => {
      throw new Error(`There should be ${due}; there is ${seen}.`, { cause: error });
    });
    await this.#references.only(this.#points);
  }
}

/** Ends restic under the mover as soon as it is there. */
function failUpload(cloud: Cloud, { id }: Operation): void {
  const end = Date.now() + 20_000;
  const look = (): void => {
    const movers = processesWhere((command) => command.includes(`mover/main.ts ${id}`));
    const restic = movers
      .flatMap(childrenOf)
      .filter((pid) => processesWhere((command) => command.includes(cloud.repository)).includes(pid));
    restic.forEach(killNow);
    if (restic.length === 0 && movers.length > 0 && Date.now() < end) setTimeout(look, POLL_MS);
  };
  look();
}

function told({ event, phase, writes }: Round): string {
  return `${event === 'cancelled' ? `cancelled while ${phase}` : event} after ${writes.length} writes`;
}

function expectNone(differences: readonly string[]): void {
  if (differences.length > 0) throw new Error(`Not what was backed up: ${differences.join('; ')}`);
}

function tell(text: string): void {
  process.stdout.write(`${text}\n`);
}
