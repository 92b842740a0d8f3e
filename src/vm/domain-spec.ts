// What a hypervisor is told about a VM. Pure.
import type { DomainDisk, DomainSpec } from '../hypervisor/hypervisor.ts';
import { field, text } from '../model/attributes.ts';
import { domainName, isDiskFormat } from '../model/ids.ts';
import type { Image } from '../model/image.ts';
import type { Vm } from '../model/vm.ts';
import { diskPath, readDisks, type VmDisk } from './disks.ts';

/** `images` holds every image that a disk of the VM uses, by id. */
export function domainSpec(vm: Vm, images: Map<number, Image>, vmDirectory: string, kvm: boolean): DomainSpec {
  return {
    name: domainName(vm.id),
    vmId: vm.id,
    memoryMb: Number(text(vm.template, 'MEMORY')),
    vcpu: Number(text(vm.template, 'VCPU') ?? 1),
    cpu: Number(text(vm.template, 'CPU')),
    kvm,
    disks: readDisks(vm.template).map((disk) => domainDisk(disk, images.get(disk.imageId), vmDirectory)),
    template: vm.template,
    vmDirectory,
  };
}

function domainDisk(disk: VmDisk, image: Image | undefined, vmDirectory: string): DomainDisk {
  const cdrom = disk.kind === 'cdrom';
  const standsAlone = disk.persistent || cdrom || image === undefined;
  const base = image?.format ?? 'raw';
  return {
    diskId: disk.diskId,
    target: disk.target,
    path: diskPath(disk, vmDirectory),
    format: disk.format,
    backing: standsAlone ? [] : [{ path: image.source, format: isDiskFormat(base) ? base : 'raw' }],
    cdrom,
    readonly: cdrom || field(disk.vector, 'READONLY') === 'YES',
    options: Object.fromEntries(disk.vector),
  };
}
