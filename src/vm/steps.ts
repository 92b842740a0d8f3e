// The work of each step of a VM's life. Every one may be done again after a crash of the daemon: it finds what is done already.
import { LCM, VM_STATE, type LcmState, type Vm } from '../model/vm.ts';
import { boot, prolog, resumeFromMemory } from './boot.ts';
import { forgetEverywhere, removeAll } from './end.ts';
import { askedHard, HISTORY_ACTION } from './history.ts';
import type { Change } from './life.ts';
import { moveOver } from './move-over.ts';
import type { Parts } from './parts.ts';
import { checkpointFile, filesOf, hypervisorOf, systemDatastore, vmDirectory } from './places.ts';

/** The guest was asked to power off: the tick sees when it has, or that it will not. */
export const WAITS = 'waits';

/**
 * Returns what the VM becomes when that is not what the step's table says. `again` after a restart of the daemon, when nobody knows
 * how far the step had come.
 */
export type Work = (parts: Parts, vm: Vm, again: boolean) => Promise<typeof WAITS | Change | undefined>;

/** What ends as its step's table says. */
const plain =
  (work: (parts: Parts, vm: Vm, again: boolean) => Promise<void>): Work =>
  async (parts, vm, again) => {
    await work(parts, vm, again);
    return undefined;
  };

const WORK: ReadonlyMap<LcmState, Work> = new Map<LcmState, Work>([
  [LCM.PROLOG, plain(prolog)],
  [LCM.PROLOG_RESUME, plain(nothing)],
  [LCM.PROLOG_UNDEPLOY, plain(nothing)],
  [LCM.PROLOG_MIGRATE, moves],
  [LCM.PROLOG_MIGRATE_POWEROFF, moves],
  [LCM.PROLOG_MIGRATE_SUSPEND, moves],
  [LCM.BOOT, plain(boot)],
  [LCM.BOOT_POWEROFF, plain(boot)],
  [LCM.BOOT_UNKNOWN, plain(boot)],
  [LCM.BOOT_UNDEPLOY, plain(boot)],
  [LCM.BOOT_SUSPENDED, resumeFromMemory],
  [LCM.BOOT_STOPPED, resumeFromMemory],
  [
    LCM.BOOT_MIGRATE,
    (parts, vm, again) => (movesMemory(vm) ? resumeFromMemory(parts, vm, again) : plain(boot)(parts, vm, again)),
  ],
  [LCM.SAVE_SUSPEND, plain(save)],
  [LCM.SAVE_STOP, plain(save)],
  [LCM.SAVE_MIGRATE, (parts, vm, again) => (movesMemory(vm) ? plain(save)(parts, vm, again) : powerOff(parts, vm))],
  [LCM.SHUTDOWN, powerOff],
  [LCM.SHUTDOWN_POWEROFF, powerOff],
  [LCM.SHUTDOWN_UNDEPLOY, powerOff],
  [LCM.EPILOG, plain(removeAll)],
  [LCM.EPILOG_STOP, plain(forgetEverywhere)],
  [LCM.EPILOG_UNDEPLOY, plain(forgetEverywhere)],
  [LCM.CLEANUP_DELETE, plain(removeAll)],
  [LCM.CLEANUP_RESUBMIT, plain(removeAll)],
]);

/** The work that a VM's state asks for, if any. */
export function workOf(vm: Pick<Vm, 'state' | 'lcmState'>): Work | undefined {
  return vm.state === VM_STATE.ACTIVE ? WORK.get(vm.lcmState) : undefined;
}

/** Whether a VM that changes its host takes its memory along. */
function movesMemory(vm: Vm): boolean {
  return vm.history.at(-2)?.action === HISTORY_ACTION.MIGRATE;
}

/** A daemon that stops leaves the rest to the next one. */
async function moves(parts: Parts, vm: Vm): Promise<typeof WAITS | undefined> {
  try {
    await moveOver(parts, vm);
    return undefined;
  } catch (error) {
    if (parts.ending.aborted) return WAITS;
    throw error;
  }
}

/** Disks are on storage that all hosts share: there is nothing to bring. */
async function nothing(): Promise<void> {}

/** A file from an earlier time must not pass for the memory of now. */
async function save(parts: Parts, vm: Vm, again: boolean): Promise<void> {
  const file = checkpointFile(vmDirectory(vm, await systemDatastore(parts.store)));
  if (!again) await (await filesOf(parts, vm)).remove(file);
  await (await hypervisorOf(parts, vm)).save(vm.deployId, file);
}

async function powerOff(parts: Parts, vm: Vm): Promise<typeof WAITS> {
  const asked = vm.lcmState === LCM.SAVE_MIGRATE ? vm.history.slice(0, -1) : vm.history;
  await (await hypervisorOf(parts, vm)).shutdown(vm.deployId, askedHard(asked));
  return WAITS;
}
