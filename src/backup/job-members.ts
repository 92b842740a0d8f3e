// Which VMs are in a backup job: each VM says it itself, and is in one job at most.
import type { BackupConfig } from '../model/backup-config.ts';
import { CODE, OneError } from '../model/errors.ts';
import { VM_STATE, type Vm } from '../model/vm.ts';
import type { Store } from '../store/store.ts';
import { endChain, whyChainEnds } from '../vm/increment-ability.ts';

/** Puts VMs into a job; throws when one has ended or is in another job, and then none is. To be called in a transaction. */
export async function joinJob(tx: Store, jobId: number, vmIds: readonly number[]): Promise<void> {
  for (const id of vmIds) {
    const { state, backups } = await tx.vms.get(id);
    if (state === VM_STATE.DONE) {
      throw new OneError(CODE.ACTION, `Virtual machine ${id} has ended; it cannot be in a backup job.`, {
        objectId: id,
      });
    }
    const { backupJobId: other } = backups.config;
    if (other !== undefined && other !== jobId && (await tx.backupJobs.find(other))) {
      throw new OneError(
        CODE.INTERNAL,
        `Virtual machine ${id} is in backup job ${other} already; it cannot be in backup job ${jobId} as well.`,
        { objectId: id },
      );
    }
    if (other === jobId) continue;
    await tx.vms.update(id, (vm) => {
      endChain(vm, `the VM was put into backup job ${jobId}`);
      vm.backups.config.backupJobId = jobId;
    });
  }
}

/** Takes VMs out of a job; those that are gone, or in another by now, stay as they are. */
export async function leaveJob(tx: Store, jobId: number, vmIds: readonly number[]): Promise<void> {
  for (const id of vmIds) {
    const vm = await tx.vms.find(id);
    if (vm?.backups.config.backupJobId === jobId) await tx.vms.update(id, leave);
  }
}

/** What the job has made of increments ends with it, whatever the VM's own configuration says: the next one is a full backup. */
function leave(vm: Vm): void {
  const { config } = vm.backups;
  endChain(vm, `the VM left backup job ${config.backupJobId}`);
  delete config.backupJobId;
}

/** Increments that a job makes in another way from now on do not follow those that it has made. */
export async function endJobChains(
  tx: Store,
  vmIds: readonly number[],
  before: BackupConfig,
  now: BackupConfig,
): Promise<void> {
  const why = whyChainEnds(before, now);
  if (why === undefined) return;
  for (const id of vmIds) {
    if (await tx.vms.find(id)) await tx.vms.update(id, (vm) => endChain(vm, `${why} in its backup job`));
  }
}

/** A VM in a job is backed up by it alone, so that one retention and one chain hold for it. */
export function refuseInJob({ id, backups }: Vm): void {
  const { backupJobId } = backups.config;
  if (backupJobId === undefined) return;
  throw new OneError(CODE.INTERNAL, `Virtual machine ${id} is in backup job ${backupJobId}, which makes its backups.`, {
    objectId: id,
    hint: 'Take it out of the job first (onebackupjob update).',
  });
}
