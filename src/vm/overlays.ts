// Layers over the disks of a VM, which backups in increment mode SNAPSHOT make. What they hold is put into a disk before anything works
// on the disk's own file, or leaves it to others.
import type { OverlaidDisk } from '../hypervisor/hypervisor.ts';
import type { Vm } from '../model/vm.ts';
import { diskPath, overlayDirectory, type VmDisk } from './disks.ts';
import type { Parts } from './parts.ts';
import { filesOf, hypervisorOf, systemDatastore, vmDirectory } from './places.ts';

/** Whether the VM runs or is off. The chain of increments ends by it, if there were layers. */
export async function collapse(parts: Parts, vm: Vm, disks: readonly VmDisk[]): Promise<void> {
  const overlaid: OverlaidDisk[] = [];
  for (const disk of disks) {
    const one = await overlaidDisk(parts, vm, disk);
    if (await hasFiles(parts, vm, one.overlays)) overlaid.push(one);
  }
  // a host that is gone is asked only when it has to be
  if (overlaid.length > 0) await (await hypervisorOf(parts, vm)).collapseOverlays(vm.deployId, overlaid);
}

/** The file of a disk of a VM that is off to which was written last. */
export async function activeLayer(
  parts: Parts,
  vm: Vm,
  disk: VmDisk,
): Promise<Pick<VmDisk, 'format'> & { path: string }> {
  const one = await overlaidDisk(parts, vm, disk);
  if (!(await hasFiles(parts, vm, one.overlays))) return one;
  return (await hypervisorOf(parts, vm)).activeLayer(one);
}

/** For a disk that is thrown away. */
export async function removeLayers(parts: Parts, vm: Vm, disk: VmDisk): Promise<void> {
  const { overlays } = await overlaidDisk(parts, vm, disk);
  await (await filesOf(parts, vm)).remove(overlays);
}

async function overlaidDisk(parts: Parts, vm: Vm, disk: VmDisk): Promise<OverlaidDisk & { overlays: string }> {
  const directory = vmDirectory(vm, await systemDatastore(parts.store));
  const { diskId, format } = disk;
  return { diskId, format, path: diskPath(disk, directory), overlays: overlayDirectory(disk, directory) };
}

async function hasFiles(parts: Parts, vm: Vm, directory: string): Promise<boolean> {
  return (await (await filesOf(parts, vm)).list(directory)).length > 0;
}
