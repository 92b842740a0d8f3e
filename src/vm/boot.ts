// Brings a VM up: makes the disks it needs, and starts its domain, from nothing or from saved memory.
import type { HostFiles } from '../datastore/files.ts';
import type { DomainSpec, Hypervisor } from '../hypervisor/hypervisor.ts';
import type { ImageStore } from '../datastore/image-store.ts';
import { CODE, OneError } from '../model/errors.ts';
import { isDiskFormat } from '../model/ids.ts';
import type { Image } from '../model/image.ts';
import { isOverSsh } from '../model/ssh-host.ts';
import { LCM, type Vm } from '../model/vm.ts';
import { diskPath, isInPlace, readDisks, type VmDisk } from './disks.ts';
import { domainSpec } from './domain-spec.ts';
import { HISTORY_ACTION, showError } from './history.ts';
import { poweredOff, type Change } from './life.ts';
import type { Parts } from './parts.ts';
import { whyNotOn } from './placement.ts';
import { checkpointFile, filesOf, hostOf, hypervisorOf, imagesOf, systemDatastore, vmDirectory } from './places.ts';

const MIB = 1024 * 1024;
const { SUSPEND, STOP } = HISTORY_ACTION;

export async function prolog(parts: Parts, vm: Vm): Promise<void> {
  const { store } = parts;
  const system = await systemDatastore(store);
  const directory = vmDirectory(vm, system);
  const host = await hostOf(store, vm);
  await parts.filesOf(host).mkdir(directory, 0o755);
  const images = await imagesOf(store, vm);
  for (const disk of readDisks(vm.template)) {
    const served = vm.instant?.disks.find(({ diskId }) => diskId === disk.diskId);
    await prepareDisk(parts.imageStoreOf(system, host), disk, images, directory, served?.virtualBytes);
  }
}

/**
 * Makes the file of a VM's disk, unless the disk is used in place or its file is there already. `comingBytes` is the virtual size of an
 * image whose data is still to come.
 */
export async function prepareDisk(
  files: ImageStore,
  disk: VmDisk,
  images: Map<number, Image>,
  directory: string,
  comingBytes?: number,
): Promise<void> {
  if (isInPlace(disk)) return;
  const path = diskPath(disk, directory);
  if (disk.kind === 'file' || disk.kind === 'cdrom') {
    const image = images.get(disk.imageId);
    if (!image)
      throw new OneError(CODE.NO_EXISTS, `Image ${disk.imageId} of disk ${disk.diskId} does not exist any more.`);
    const base = { path: image.source, format: isDiskFormat(image.format) ? image.format : ('raw' as const) };
    if (comingBytes !== undefined) return files.overlay({ ...base, later: true }, path, comingBytes);
    await files.overlay(base, path, disk.sizeMb > image.sizeMb ? disk.sizeMb * MIB : undefined);
  } else {
    await files.volatile(path, disk.sizeMb * MIB, disk.format, disk.kind, disk.fs);
  }
}

/** Starts the VM from its disks. Memory that was saved before is of no use then: it would not fit what the guest writes now. */
export async function boot(parts: Parts, vm: Vm): Promise<void> {
  const hypervisor = await hypervisorOf(parts, vm);
  const { spec, checkpoint } = await described(parts, vm);
  await (await filesOf(parts, vm)).remove(checkpoint);
  if (vm.instant) await serve(parts, vm);
  if (vm.imported) await hypervisor.start(vm.deployId);
  else await hypervisor.deploy(spec);
}

async function serve(parts: Parts, vm: Vm): Promise<void> {
  const host = await hostOf(parts.store, vm);
  const why = isOverSsh(host) ? whyNotOn(vm, host, new Map()) : undefined;
  if (why !== undefined) throw new OneError(CODE.ACTION, why, { objectId: vm.id, hint: 'Deploy it on a host here.' });
  await parts.servesInstant(vm);
}

/**
 * Lets the VM go on from its memory. Memory that is gone, or was used by a guest that has written since, is of no use: then the VM is
 * off. `again` says that an earlier attempt may have come through without anybody noting it.
 */
export async function resumeFromMemory(parts: Parts, vm: Vm, again: boolean): Promise<Change | undefined> {
  const hypervisor = await hypervisorOf(parts, vm);
  const { spec, checkpoint } = await described(parts, vm);
  const files = await filesOf(parts, vm);
  const state = (await hypervisor.domains()).get(vm.deployId);
  if (state !== 'running' && state !== 'paused') {
    const gone = (await files.stat(checkpoint)) === undefined;
    if (gone || (again && (await writtenSince(hypervisor, files, spec, savedAt(vm))))) {
      await files.remove(checkpoint);
      return withoutMemory;
    }
    await hypervisor.restore(spec, checkpoint);
  }
  await files.remove(checkpoint);
  return undefined;
}

const withoutMemory: Change = (vm, now) => {
  poweredOff(vm, now);
  const reason =
    'The memory it was saved with is gone or used up, so it is powered off; onevm resume boots it from its disks.';
  showError(vm, reason, now * 1000);
};

/** When the memory was complete, in epoch seconds. */
function savedAt(vm: Vm): number {
  if (vm.lcmState === LCM.BOOT_MIGRATE) return vm.history.at(-1)?.pstime ?? 0;
  return vm.history.findLast(({ action }) => action === SUSPEND || action === STOP)?.etime ?? 0;
}

/** Whether a disk was written after that second. */
async function writtenSince(hypervisor: Hypervisor, files: HostFiles, spec: DomainSpec, sec: number): Promise<boolean> {
  const written = await Promise.all(
    spec.disks
      .filter(({ readonly }) => !readonly)
      .map(async (disk) => (await files.stat((await hypervisor.activeLayer(disk)).path))?.mtimeMs ?? 0),
  );
  return written.some((ms) => Math.floor(ms / 1000) > sec);
}

/** What a hypervisor is told about a VM now. */
export async function described(parts: Parts, vm: Vm): Promise<{ spec: DomainSpec; checkpoint: string }> {
  const { store } = parts;
  const directory = vmDirectory(vm, await systemDatastore(store));
  const host = await hostOf(store, vm);
  const spec = domainSpec(vm, await imagesOf(store, vm), directory, host.kvm === true);
  return { spec, checkpoint: checkpointFile(directory) };
}
