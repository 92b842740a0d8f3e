// Which VMs a backup job would back up now: those that it lists, in their order, then those that it selects. A VM that has ended or is in
// another job is none of them.
import type { BackupJob } from '../model/backup-job.ts';
import { VM_STATE, type Vm } from '../model/vm.ts';
import type { Filter, Store } from '../store/store.ts';
import { idIn, readSelections, selects, type VmSelection } from './job-select.ts';
import { vmsOf } from './job-template.ts';

export interface JobVms {
  /** Those of BACKUP_VMS. */
  listed: number[];
  /** Those of BACKUP_VMS_SELECT that are not listed, by id. */
  selected: number[];
  /** Listed, but there no more. */
  gone: number[];
  /** Listed or selected, and in another job. */
  elsewhere: Array<{ vmId: number; jobId: number }>;
}

export async function vmsOfJob(store: Store, job: Pick<BackupJob, 'id' | 'template'>): Promise<JobVms> {
  const { listed, selected, gone, elsewhere } = await machinesOfJob(store, job);
  const idOf = ({ id }: Vm): number => id;
  return {
    listed: listed.map(idOf),
    selected: selected.map(idOf),
    gone,
    elsewhere: elsewhere.map(({ vm, jobId }) => ({ vmId: vm.id, jobId })),
  };
}

/** The same with the VMs themselves. */
export interface JobMachines {
  listed: Vm[];
  selected: Vm[];
  gone: number[];
  elsewhere: Array<{ vm: Vm; jobId: number }>;
}

export async function machinesOfJob(
  store: Store,
  { id, template }: Pick<BackupJob, 'id' | 'template'>,
): Promise<JobMachines> {
  const wanted = vmsOf(template);
  const living = await livingVms(store, wanted);
  const chosen = await selectedVms(store, readSelections(template));
  const jobs = new Set((await store.backupJobs.names()).keys());
  const gone = wanted.filter((vmId) => !living.has(vmId));
  const found: JobMachines = { listed: [], selected: [], gone, elsewhere: [] };
  const sort = (vm: Vm, list: Vm[]): void => {
    const jobId = otherJobOf(vm, id, jobs);
    if (jobId === undefined) list.push(vm);
    else found.elsewhere.push({ vm, jobId });
  };
  for (const vmId of wanted) {
    const vm = living.get(vmId);
    if (vm) sort(vm, found.listed);
  }
  for (const [vmId, vm] of [...chosen].toSorted(([a], [b]) => a - b)) {
    if (!living.has(vmId)) sort(vm, found.selected);
  }
  return found;
}

/** The job that a VM is in, when it is another one than `jobId` and exists. */
function otherJobOf({ backups }: Vm, jobId: number, jobs: ReadonlySet<number>): number | undefined {
  const { backupJobId } = backups.config;
  return backupJobId !== undefined && backupJobId !== jobId && jobs.has(backupJobId) ? backupJobId : undefined;
}

const AT_ONCE = 500;

/** The VMs with these ids that have not ended. */
async function livingVms(store: Store, vmIds: readonly number[]): Promise<Map<number, Vm>> {
  const vms = new Map<number, Vm>();
  for (let at = 0; at < vmIds.length; at += AT_ONCE) {
    const ids = vmIds.slice(at, at + AT_ONCE);
    for (const vm of await store.vms.list({ ids, notState: VM_STATE.DONE })) vms.set(vm.id, vm);
  }
  return vms;
}

async function selectedVms(store: Store, selections: readonly VmSelection[]): Promise<Map<number, Vm>> {
  const vms = new Map<number, Vm>();
  for (const selection of selections) {
    const owner = await ownerFilter(store, selection);
    if (owner === 'nobody') continue;
    for await (const batch of store.vms.each({ ...owner, notState: VM_STATE.DONE, ascending: true })) {
      for (const vm of batch) if (selects(selection, vm)) vms.set(vm.id, vm);
    }
  }
  return vms;
}

/** What the store can sort out by itself. */
async function ownerFilter(store: Store, { owner, group }: VmSelection): Promise<Pick<Filter, 'owner'> | 'nobody'> {
  if (owner !== undefined) {
    const uid = idIn(owner) ?? [...(await store.users.names({ name: owner })).keys()][0];
    return uid === undefined ? 'nobody' : { owner: { uid } };
  }
  if (group === undefined) return {};
  const gid = idIn(group) ?? [...(await store.groups.names({ name: group })).keys()][0];
  return gid === undefined ? 'nobody' : { owner: { gids: [gid] } };
}
