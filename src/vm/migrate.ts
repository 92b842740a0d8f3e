// How a VM begins to move to another host. Pure. The guest's memory is saved or its power off meanwhile.
import type { Datastore } from '../model/datastore.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import type { Vm } from '../model/vm.ts';
import { closeHistory, HISTORY_ACTION, noteAction, openHistory, type By } from './history.ts';
import { hostIdsOf } from '../model/vm-hosts.ts';
import { whyNotOn, type Promised } from './placement.ts';
import { enter } from './states.ts';

/** As one.vm.migrate numbers them. */
export const MIGRATIONS = ['save', 'poff', 'poff-hard'] as const;
export type MigrationKind = (typeof MIGRATIONS)[number];

const RECORDED: Record<MigrationKind, number> = {
  save: HISTORY_ACTION.MIGRATE,
  poff: HISTORY_ACTION.POFF_MIGRATE,
  'poff-hard': HISTORY_ACTION.POFF_HARD_MIGRATE,
};

export interface Migration {
  host: Host;
  promised: Promised;
  system: Datastore;
  kind: MigrationKind;
  by: By;
  /** Epoch seconds. */
  now: number;
}

/** Closes the record of the old host and opens one of the new. Throws when the VM cannot move there. */
export function startMigration(vm: Vm, { host, promised, system, kind, by, now }: Migration): void {
  const [present] = hostIdsOf(vm); // before the state says that it moves
  enter('migrate', vm);
  if (present === host.id) {
    throw new OneError(CODE.ACTION, `Virtual machine ${vm.id} is on host ${host.id} (${host.name}) already.`, {
      objectId: vm.id,
    });
  }
  const why = whyNotOn(vm, host, promised);
  if (why !== undefined) throw new OneError(CODE.ACTION, why, { objectId: host.id, retry: true });
  noteAction(vm, now, RECORDED[kind], by);
  closeHistory(vm, now);
  vm.history.push(openHistory(vm, host, system, now));
  vm.resched = false;
}
