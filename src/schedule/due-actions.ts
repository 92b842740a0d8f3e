// Scheduled actions whose time has come, as far as they are known: a row is read once when it becomes due, not at every tick. What is
// kept here is a view alone: an action begins only against its record.
import type { SchedulePolicy } from '../model/limits.ts';
import type { ScheduledAction } from '../model/scheduled-action.ts';
import type { Store } from '../store/store.ts';
import { become } from './become.ts';
import { occurrenceAt, skipped } from './due.ts';

export interface DueAction {
  action: ScheduledAction;
  /** Epoch seconds of the occurrence. */
  dueSec: number;
  /** It has failed before. */
  again: boolean;
}

const READ_AT_ONCE = 500;

export class DueActions {
  readonly #store: Store;
  readonly #policy: SchedulePolicy;
  readonly #known = new Map<number, DueAction>();

  constructor(store: Store, policy: SchedulePolicy) {
    this.#store = store;
    this.#policy = policy;
  }

  /** All that are due now. Occurrences that were missed for too long are skipped on the way. */
  async at(nowSec: number): Promise<DueAction[]> {
    const due = new Set(await this.#store.actions.dueBy(nowSec));
    for (const id of this.#known.keys()) if (!due.has(id)) this.#known.delete(id);
    const fresh = [...due].filter((id) => !this.#known.has(id));
    for (let at = 0; at < fresh.length; at += READ_AT_ONCE) {
      const actions = await this.#store.actions.list({ ids: fresh.slice(at, at + READ_AT_ONCE), ascending: true });
      for (const action of actions) await this.#take(action, nowSec);
    }
    return [...this.#known.values()];
  }

  of(actionId: number): DueAction | undefined {
    return this.#known.get(actionId);
  }

  /** The scheduled backup of a VM that waits for its turn. */
  backupOf(vmId: number): DueAction | undefined {
    return [...this.#known.values()].find(({ action: { action, parent } }) => {
      return action === 'backup' && parent.type === 'VM' && parent.id === vmId;
    });
  }

  /** Its record has changed. */
  forget(actionId: number): void {
    this.#known.delete(actionId);
  }

  forgetAll(): void {
    this.#known.clear();
  }

  async #take(action: ScheduledAction, nowSec: number): Promise<void> {
    const due = occurrenceAt(action, nowSec, this.#policy);
    if (due.kind === 'run' || due.kind === 'retry') {
      this.#known.set(action.id, { action, dueSec: due.dueSec, again: due.kind === 'retry' });
    }
    if (due.kind !== 'missed') return;
    await this.#store.actions.update(action.id, (record) => {
      // between reading and writing somebody may have changed it
      const now = occurrenceAt(record, nowSec, this.#policy);
      if (now.kind === 'missed') become(record, skipped(record, now, nowSec, this.#policy));
    });
  }
}
