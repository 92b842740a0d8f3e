// Ends what failed or dead backups have left, through a mover that is asked to clean up. Safe to repeat; host and datastore are asked
// as they are now.
import { ConnectionLost, reasonOf } from '../model/errors.ts';
import type { KeptBackup } from '../model/tasks/backup.ts';
import type { CleanupResult, CleanupTask } from '../model/tasks/cleanup.ts';
import type { Operation } from '../model/operation.ts';
import type { Parts } from '../vm/parts.ts';

/** Runs of a VM that are looked through for one whose clean-up failed. */
const EARLIER = 20;

/** Cleans after a failed run and returns what there is to say about it. */
export async function cleanFailed(
  parts: Parts,
  operation: Operation,
  stored: boolean,
  wait: WaitForHost,
): Promise<string> {
  try {
    const { mended, left } = await cleanWhenBack(parts, operation, stored, wait);
    const done = mended.map((what) => what.replace(/\.$/, '')).join('; ');
    operation.cleaned = left === '';
    const todo = left === '' ? '' : ` Its snapshot may be left, and is looked for before the next backup: ${left}`;
    return (done === '' ? '' : ` Cleaned up: ${done}.`) + todo;
  } catch (cleaning) {
    operation.cleaned = false;
    return ` The clean-up failed as well and is repeated before the next backup: ${reasonOf(cleaning)}`;
  }
}

/**
 * Cleans after earlier backups of the VM whose own clean-up failed, a libvirtd that was down for example. A store that is still out
 * of reach is tried again another time: the VM can go to a different one meanwhile.
 */
export async function cleanEarlier(parts: Parts, { vmId, id }: Operation): Promise<void> {
  for (const earlier of await parts.store.operations.ofVm(vmId, EARLIER)) {
    if (earlier.id === id || earlier.kind !== 'backup' || earlier.cleaned) continue;
    const { left } = await clean(parts, earlier, true);
    if (left === '') await parts.store.operations.save({ ...earlier, cleaned: true });
  }
}

/** Waits a while for a host that is away, and says whether it is to be tried again. */
export type WaitForHost = (reason: string) => Promise<boolean>;

/** What a run has left on a host that is away can only be cleaned when it is back. */
async function cleanWhenBack(
  parts: Parts,
  operation: Operation,
  stored: boolean,
  wait: WaitForHost,
): Promise<CleanupResult> {
  for (;;) {
    try {
      return await clean(parts, operation, stored);
    } catch (error) {
      if (!(error instanceof ConnectionLost) || !(await wait(reasonOf(error)))) throw error;
    }
  }
}

async function clean(parts: Parts, operation: Operation, stored: boolean): Promise<CleanupResult> {
  const { store } = parts;
  const kept = operation.plan as KeptBackup;
  const host = await store.hosts.find(operation.hostId);
  const datastore = stored ? await store.datastores.find(operation.datastoreId) : undefined;
  const task: CleanupTask = {
    kind: 'cleanup',
    operationId: operation.id,
    backup: host ? { ...kept, hypervisor: parts.hypervisorConfigOf(host) } : kept,
    store: datastore ? await parts.backupStoreConfigOf(datastore) : null,
  };
  return parts.move<CleanupResult>(task, new AbortController().signal, () => undefined, host);
}

/** What the record of a flatten or copy keeps of its task. */
export interface KeptUpkeep {
  /** Where the result's virtual directory is mounted. */
  directory: string;
}

/** Cleans after work on chains that failed or died; returns what there is to say about it. */
export async function cleanUpkeep(parts: Parts, operation: Operation): Promise<string> {
  if (operation.kind !== 'flatten' && operation.kind !== 'copy') return '';
  const datastore = await parts.store.datastores.find(operation.datastoreId);
  try {
    const task: CleanupTask = {
      kind: 'cleanup',
      operationId: operation.id,
      backup: null,
      directory: (operation.plan as KeptUpkeep).directory,
      store: datastore ? await parts.backupStoreConfigOf(datastore) : null,
    };
    const { left } = await parts.move<CleanupResult>(task, new AbortController().signal, () => undefined);
    operation.cleaned = left === '';
    return left === '' ? '' : ` Its snapshot may be left: ${left}`;
  } catch (error) {
    operation.cleaned = false;
    return ` The clean-up failed as well: ${reasonOf(error)}`;
  }
}
