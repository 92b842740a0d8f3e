// Which VMs a backup job would back up now, told before it is saved, with those that it would leave out and why.
import type { BackupJob } from '../model/backup-job.ts';
import type { ChosenVm, JobSelection } from '../model/job-selection.ts';
import type { Vm } from '../model/vm.ts';
import type { Store } from '../store/store.ts';
import { readDisks } from '../vm/disks.ts';
import { takesPart } from '../vm/increment-ability.ts';
import { machinesOfJob } from './job-vms.ts';

export interface SelectionWish {
  /** What the onlooker may know of. */
  seen: (vm: Vm) => boolean;
  /** Whether the VM may be backed up by the job. */
  allowed: (vm: Vm) => boolean;
  /** So many VMs at most are told one by one. */
  limit: number;
}

const NOT_ALLOWED = 'the owner of the job may not back it up';

/** `job.id` is -1 for one that is not there yet. */
export async function jobSelection(
  store: Store,
  job: Pick<BackupJob, 'id' | 'template'>,
  { seen, allowed, limit }: SelectionWish,
): Promise<JobSelection> {
  const { listed, selected, gone, elsewhere } = await machinesOfJob(store, job);
  const known = [...listed.map((vm) => chosen(vm, 'listed')), ...selected.map((vm) => chosen(vm, 'selected'))].filter(
    ({ vm }) => seen(vm),
  );
  const taken = known.filter(({ vm }) => allowed(vm));
  return {
    total: taken.length,
    sizeMb: taken.reduce((sum, { sizeMb }) => sum + sizeMb, 0),
    vms: taken.slice(0, limit),
    gone,
    elsewhere: elsewhere
      .filter(({ vm }) => seen(vm))
      .slice(0, limit)
      .map(({ vm, jobId }) => ({ vmId: vm.id, name: vm.name, jobId })),
    refused: known
      .filter(({ vm }) => !allowed(vm))
      .slice(0, limit)
      .map(({ vm }) => ({ vmId: vm.id, name: vm.name, reason: NOT_ALLOWED })),
  };
}

function chosen(vm: Vm, how: ChosenVm['how']): ChosenVm {
  const { backupVolatile } = vm.backups.config;
  const disks = readDisks(vm.template).filter((disk) => takesPart(disk, backupVolatile));
  return { vm, how, sizeMb: disks.reduce((sum, { sizeMb }) => sum + sizeMb, 0) };
}
