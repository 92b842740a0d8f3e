// Where backups that want to begin are let in: it knows what is under way, what is between its admission and its record, and whose turn it
// is. A verdict and the count of what it lets in are one step, between which nothing changes.
import type { Limits } from '../model/limits.ts';
import type { Operation } from '../model/operation.ts';
import type { TakenPlaces } from '../store/store.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import type { Parts } from '../vm/parts.ts';
import { jobIdOf, NO_LOAD, take, waitsFor, type Load } from './admission.ts';
import { admit, noTurnsOfPlaces, type Admission } from './admit.ts';
import type { Candidate } from './candidate.ts';
import type { Elsewhere } from './elsewhere.ts';
import { KnownPlaces } from './known-places.ts';
import type { Rules } from './places.ts';
import { occupy } from './room.ts';

export interface EntranceParts {
  parts: Pick<Parts, 'store' | 'clock' | 'log'>;
  log: Pick<OperationLog, 'all'>;
  limits: Limits;
  elsewhere: Elsewhere;
  /** Whether a record is of a backup that has not begun. */
  isWaiting: (operation: Operation) => boolean;
}

export interface Seen {
  rules: Rules;
  /** Backups on hosts of other control nodes. */
  elsewhere: readonly TakenPlaces[];
}

/** How many begin at one look; more follow at the next, so that others are served in between. */
export const BEGIN_AT_ONCE = 50;

export class Entrance {
  readonly #parts: EntranceParts;
  readonly #places: KnownPlaces;
  readonly #turns = noTurnsOfPlaces();
  /** Those between their admission and their record, by VM. */
  readonly #beginning = new Map<number, Candidate>();

  constructor(parts: EntranceParts) {
    this.#parts = parts;
    this.#places = new KnownPlaces(parts.parts);
  }

  close(): void {
    this.#places.close();
  }

  isBeginning(vmId: number): boolean {
    return this.#beginning.has(vmId);
  }

  isBeginningOn(hostId: number): boolean {
    return [...this.#beginning.values()].some((candidate) => candidate.hostId === hostId);
  }

  /** What others say: read before a verdict, which then waits for nobody. */
  async see(): Promise<Seen> {
    return { rules: await this.rules(), elsewhere: await this.#parts.elsewhere.taken() };
  }

  /** Those that are not on their way in already. What begins is entered. */
  async admit(candidates: readonly Candidate[], nowSec: number): Promise<Admission<Candidate>> {
    const seen = await this.see();
    const fresh = candidates.filter((one) => this.#beginning.get(one.vmId)?.source !== one.source);
    const { rules } = seen;
    const admission = admit(fresh, { load: this.#load(seen), rules, turns: this.#turns, nowSec, most: BEGIN_AT_ONCE });
    for (const candidate of admission.begin) this.#beginning.set(candidate.vmId, candidate);
    return admission;
  }

  /** Lets one in that was asked for just now; else it is told what it has to wait for. */
  enter(candidate: Candidate, seen: Seen, nowSec: number): string | undefined {
    const waits = waitsFor(candidate, this.#load(seen), seen.rules, nowSec);
    if (waits === undefined) this.#beginning.set(candidate.vmId, candidate);
    return waits;
  }

  /** It has its record, or will not get one. */
  passed({ vmId }: Candidate): void {
    this.#beginning.delete(vmId);
  }

  async rules(): Promise<Rules> {
    return { limits: this.#parts.limits, ...(await this.#places.now()) };
  }

  #load({ rules, elsewhere }: Seen): Load {
    const load = NO_LOAD();
    for (const operation of this.#parts.log.all()) {
      const { kind, vmId, hostId, datastoreId, asked } = operation;
      if (kind !== 'backup' || this.#parts.isWaiting(operation)) continue;
      take(load, { vmId, hostId, datastoreId, jobId: asked?.by === 'job' ? asked.jobId : undefined }, rules);
    }
    for (const candidate of this.#beginning.values()) {
      if (!load.vms.has(candidate.vmId)) take(load, { ...candidate, jobId: jobIdOf(candidate) }, rules);
    }
    for (const { count, ...where } of elsewhere) occupy(load, where, rules, count);
    return load;
  }
}
