// What a hypervisor is told about a VM. Pure.
import type { DomainDisk, DomainNic, DomainSpec } from '../hypervisor/hypervisor.ts';
import { field, text, vectors, type Vector } from '../model/attributes.ts';
import { isDiskFormat } from '../model/ids.ts';
import type { Image } from '../model/image.ts';
import type { Vm } from '../model/vm.ts';
import { diskPath, overlayDirectory, readDisks, type VmDisk } from './disks.ts';

/** `images` holds every image that a disk of the VM uses, by id. */
export function domainSpec(vm: Vm, images: Map<number, Image>, vmDirectory: string, kvm: boolean): DomainSpec {
  return {
    name: vm.deployId,
    vmId: vm.id,
    memoryMb: Number(text(vm.template, 'MEMORY')),
    vcpu: Number(text(vm.template, 'VCPU') ?? 1),
    cpu: Number(text(vm.template, 'CPU')),
    kvm,
    disks: readDisks(vm.template).map((disk) => {
      const under = vm.standalone?.includes(disk.diskId) ? undefined : images.get(disk.imageId);
      const served = vm.instant?.disks.find(({ diskId }) => diskId === disk.diskId);
      return { ...domainDisk(disk, under, vmDirectory), ...(served && { served }) };
    }),
    nics: vectors(vm.template, 'NIC').flatMap(domainNic),
    template: vm.template,
    vmDirectory,
  };
}

/** One disk as a hypervisor attaches it. */
export function domainDisk(disk: VmDisk, image: Image | undefined, vmDirectory: string): DomainDisk {
  const cdrom = disk.kind === 'cdrom';
  const standsAlone = disk.persistent || cdrom || image === undefined;
  const base = image?.format ?? 'raw';
  return {
    diskId: disk.diskId,
    target: disk.target,
    path: diskPath(disk, vmDirectory),
    format: disk.format,
    backing: standsAlone ? [] : [{ path: image.source, format: isDiskFormat(base) ? base : 'raw' }],
    ...(!cdrom && { overlays: overlayDirectory(disk, vmDirectory) }),
    cdrom,
    readonly: cdrom || field(disk.vector, 'READONLY') === 'YES',
    options: Object.fromEntries(disk.vector),
  };
}

/** A NIC that names neither a bridge nor a network of libvirt's is not connected to anything, so the machine does not get it. */
export function domainNic(nic: Vector, index: number): DomainNic[] {
  const bridge = field(nic, 'BRIDGE') ?? '';
  const network = (field(nic, 'NETWORK_ID') ?? '') === '' ? (field(nic, 'NETWORK') ?? '') : '';
  if (bridge === '' && network === '') return [];
  const target = field(nic, 'TARGET') ?? '';
  return [
    {
      nicId: Number(field(nic, 'NIC_ID') ?? index),
      mac: field(nic, 'MAC') ?? '',
      kind: bridge === '' ? 'network' : 'bridge',
      source: bridge === '' ? network : bridge,
      model: field(nic, 'MODEL') ?? '',
      ip: field(nic, 'IP') ?? '',
      ...(target === '' ? {} : { target }),
    },
  ];
}
