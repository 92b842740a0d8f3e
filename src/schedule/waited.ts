// Backups that somebody asked for while there was no room: each has its record from the start, so that it can be seen and cancelled, and is
// not forgotten when the daemon ends.
import { draftBackup, type BackupWish } from '../backup/decide.ts';
import type { Operation } from '../model/operation.ts';
import type { Vm } from '../model/vm.ts';
import { hostIdsOf } from '../model/vm-hosts.ts';
import type { Store } from '../store/store.ts';
import type { OperationLog } from '../vm/operation-log.ts';

export interface WaitedBackup {
  operation: Operation;
  wish: BackupWish;
}

export class Waited {
  readonly #store: Store;
  readonly #log: OperationLog;
  /** By VM: there is one of each at most. */
  readonly #backups = new Map<number, WaitedBackup>();

  constructor(store: Store, log: OperationLog) {
    this.#store = store;
    this.#log = log;
  }

  /** Writes down a backup that has to wait. `reason` says what for. */
  async add(vm: Vm, wish: BackupWish, reason: string): Promise<void> {
    const operation = draftBackup(this.#log, vm.id, hostIdsOf(vm)[0] ?? -1, wish);
    operation.waits = reason;
    operation.plan = { wish };
    this.#backups.set(vm.id, { operation, wish });
    try {
      await this.#store.operations.add(operation);
    } catch (error) {
      this.#backups.delete(vm.id);
      throw error;
    }
    this.#log.started(operation);
  }

  /** Goes on waiting with one that waited when the daemon ended; false when it is none. */
  takeUp(operation: Operation): boolean {
    const wish = wishOf(operation);
    if (!wish) return false;
    this.#backups.set(operation.vmId, { operation, wish });
    this.#log.started(operation);
    return true;
  }

  of(vmId: number): WaitedBackup | undefined {
    return this.#backups.get(vmId);
  }

  all(): WaitedBackup[] {
    return [...this.#backups.values()];
  }

  /** It waits no more: it has begun. */
  begun(operation: Operation): void {
    if (this.#backups.get(operation.vmId)?.operation.id === operation.id) this.#backups.delete(operation.vmId);
  }

  /** Ends one that never began, as cancelled if that was asked for. */
  async end(operation: Operation, reason: string): Promise<void> {
    this.begun(operation);
    await this.#store.transaction((tx) => this.#log.end(tx, operation, 'failed', reason));
    this.#log.announce(operation);
  }
}

function wishOf({ kind, plan, begunAt }: Operation): BackupWish | undefined {
  if (kind !== 'backup' || begunAt !== undefined || plan === null) return undefined;
  return (plan as { wish?: BackupWish }).wish;
}
