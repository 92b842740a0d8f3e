// When backup datastores are checked: each after its interval, in turn with other upkeep, alone in its datastore. A check that made way begins
// again after a while.
import type { BackupPolicy } from '../model/backup-policy.ts';
import { DATASTORE_TYPE, type Datastore } from '../model/datastore.ts';
import { datastoreDuty } from '../nodes/duty.ts';
import type { Lane } from '../vm/lane.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import type { Parts } from '../vm/parts.ts';
import { isUsed } from './datastore-use.ts';
import { checkDueSec, checkOnce } from './check.ts';

/** How long a check that had to make way waits. */
const AGAIN_MS = 600_000;
/** A timer holds 24 days at most, and a datastore's interval may be changed meanwhile. */
const LOOK_MS = 3_600_000;

export interface CheckDoors {
  parts: Parts;
  log: OperationLog;
  lane: Lane;
  policyOf: (datastoreId: number) => Promise<BackupPolicy>;
}

export class CheckSchedule {
  readonly #doors: CheckDoors;
  readonly #watched = new Set<number>();
  readonly #timers = new Map<number, NodeJS.Timeout>();
  /** When a datastore was first looked at here, in seconds: from then on one that was never checked waits. */
  readonly #since = new Map<number, number>();

  #stopped = false;

  constructor(doors: CheckDoors) {
    this.#doors = doors;
  }

  /** The datastore holds backups: it is checked from now on, as its template says. */
  watch(datastoreId: number): void {
    if (this.#watched.has(datastoreId)) return;
    this.#watched.add(datastoreId);
    this.#soon(datastoreId, 0);
  }

  /** A check that is under way ends, and begins again later. */
  async makeWay(datastoreId: number): Promise<void> {
    await this.#doors.lane.stop(keyOf(datastoreId));
  }

  /** The datastore is another node's now. */
  forget(datastoreId: number): void {
    this.#watched.delete(datastoreId);
    clearTimeout(this.#timers.get(datastoreId));
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #soon(datastoreId: number, atLeastMs: number): void {
    if (this.#stopped) return;
    this.#plan(datastoreId, atLeastMs).catch((err: unknown) => {
      this.#doors.parts.log.error({ datastore: datastoreId, err }, 'a check could not be planned');
      this.#later(datastoreId, AGAIN_MS, () => this.#soon(datastoreId, 0));
    });
  }

  async #plan(datastoreId: number, atLeastMs: number): Promise<void> {
    const { parts, policyOf } = this.#doors;
    const datastore = await parts.store.datastores.find(datastoreId);
    const ours = parts.duties.owns(datastoreDuty(datastoreId));
    if (datastore?.type !== DATASTORE_TYPE.BACKUP_DS || this.#stopped || !ours) {
      this.#watched.delete(datastoreId); // it is gone, or another node's
      return;
    }
    const policy = await policyOf(datastoreId);
    const since = this.#since.get(datastoreId) ?? parts.clock() / 1000;
    this.#since.set(datastoreId, since);
    const dueMs = checkDueSec(datastore.template, policy.checkIntervalSec, since) * 1000 - parts.clock();
    const waitMs = policy.check ? Math.max(dueMs, atLeastMs) : LOOK_MS;
    if (waitMs > 0) this.#later(datastoreId, Math.min(waitMs, LOOK_MS), () => this.#soon(datastoreId, 0));
    else this.#run(datastore, policy.checkParts);
  }

  #run(datastore: Datastore, checkParts: number): void {
    const { parts, log, lane } = this.#doors;
    const { id } = datastore;
    const run = async (signal: AbortSignal): Promise<void> => {
      if (!parts.duties.owns(datastoreDuty(id))) return;
      const used = await isUsed(parts, log, id);
      const known = !signal.aborted && !used && (await checkOnce(parts, log, datastore, checkParts, signal));
      this.#soon(id, known ? 0 : AGAIN_MS);
    };
    lane.add({ key: keyOf(id), alone: [`datastore ${id}`], run });
  }

  #later(datastoreId: number, ms: number, then: () => void): void {
    clearTimeout(this.#timers.get(datastoreId));
    this.#timers.set(datastoreId, setTimeout(then, ms).unref());
  }
}

export function keyOf(datastoreId: number): string {
  return `check ${datastoreId}`;
}
