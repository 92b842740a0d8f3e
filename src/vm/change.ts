// What every change of a VM's devices or snapshots consists of: work outside the store, and what the record says after it.
import type { Vm } from '../model/vm.ts';
import type { Store } from '../store/store.ts';
import type { Parts } from './parts.ts';

export interface ChangeWork {
  /** The change itself. `vm` is the record as it was accepted. */
  carryOut(parts: Parts, vm: Vm): Promise<void>;
  /** Whether the work may be done again after a daemon died in it. Otherwise it is undone then, and counts as failed. */
  repeatable: boolean;
  /** Takes back what failed work may have left. Safe to repeat. */
  undo?(parts: Parts, vm: Vm): Promise<void>;
  /** What the record says when the work is done, and when it has failed. */
  done?(vm: Vm, nowSec: number): void;
  failed?(vm: Vm): void;
  /** What other records say then, in the same transaction. `error` says why it failed. */
  settle?(tx: Store, vm: Vm, error: string | undefined): Promise<void>;
}
