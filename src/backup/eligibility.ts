// Whether the next backup of a VM can be an increment, and what is in the way, disk by disk. Pure: it goes by records; what notes the
// changes on the host is asked for by the preview of a backup.
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import type { Datastore } from '../model/datastore.ts';
import type { DiskEligibility, Eligibility } from '../model/eligibility.ts';
import type { Image } from '../model/image.ts';
import type { Vm } from '../model/vm.ts';
import { readDisks, type VmDisk } from '../vm/disks.ts';
import { obstaclesOf, takesPart, whyNotIncrement } from '../vm/increment-ability.ts';
import { next, stateName } from '../vm/states.ts';
import { planBackup, whyLeftOut } from './plan.ts';

/** `datastore` is where the chain is, or any for backups while there is none. */
export function eligibilityOf(vm: Vm, chain: Image | undefined, datastore: Datastore | undefined): Eligibility {
  const { mode, incrementMode, backupVolatile } = vm.backups.config;
  const disks = readDisks(vm.template).map((disk) => diskOf(disk, vm, backupVolatile));
  const obstacles = obstaclesOf(vm);
  const taking = disks.filter((disk) => disk.takesPart);
  return {
    vmId: vm.id,
    mode,
    incrementMode,
    ...nextOf(vm, chain, datastore),
    possible: obstacles.length === 0 && taking.length > 0 && taking.every(({ increment }) => increment),
    obstacles,
    disks,
  };
}

function nextOf(
  vm: Vm,
  chain: Image | undefined,
  datastore: Datastore | undefined,
): Pick<Eligibility, 'next' | 'reason'> {
  if (!next('backup', vm)) {
    const state = stateName(vm.state, vm.lcmState);
    return { next: 'NONE', reason: `the VM is in state ${state}; backups are possible in RUNNING and POWEROFF` };
  }
  if (!datastore) return { next: 'NONE', reason: 'there is no backup datastore' };
  try {
    // where the disks lie does not matter here
    const { type, reason } = planBackup({ vm, datastore, vmDirectory: '/', chain, unattended: true });
    return { next: type, reason };
  } catch (error) {
    if (error instanceof OneError && error.code === CODE.ACTION) return { next: 'NONE', reason: reasonOf(error) };
    throw error;
  }
}

function diskOf(disk: VmDisk, vm: Vm, backupVolatile: boolean): DiskEligibility {
  const { diskId, target, format, sizeMb } = disk;
  const part = takesPart(disk, backupVolatile);
  const [why] = part ? whyNotIncrement(disk, vm.diskSnapshots) : [whyLeftOut(disk)];
  return { diskId, target, format, sizeMb, takesPart: part, increment: why === undefined, reason: why ?? '' };
}
