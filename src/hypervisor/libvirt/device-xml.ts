// Single devices as libvirt wants them, the same for a new machine and for one that runs. Pure. Formats of disks and of their backing
// files are spelled out, so QEMU never has to guess one from bytes that a guest can write.
import { CODE, OneError } from '../../model/errors.ts';
import type { DomainDisk, DomainNic } from '../hypervisor.ts';
import { element, textElement } from './xml.ts';

/** Bytes and operations per second, in libvirt's order; the DISK attributes are the same in upper case. */
export const IO_LIMITS = [
  'total_bytes_sec',
  'read_bytes_sec',
  'write_bytes_sec',
  'total_iops_sec',
  'read_iops_sec',
  'write_iops_sec',
];

/** Longest name that the kernel gives an interface. */
const INTERFACE_NAME_MAX = 15;

/** The bus of a disk, by its name and the kind of machine (OS/MACHINE). */
export function busOf(disk: Pick<DomainDisk, 'diskId' | 'target' | 'cdrom'>, machine: string): string {
  const q35 = machine.includes('q35');
  const bus = { vd: 'virtio', sd: q35 ? 'sata' : 'scsi', hd: q35 ? 'sata' : 'ide' }[disk.target.slice(0, 2)];
  if (bus !== undefined && !(disk.cdrom && bus === 'virtio')) return bus;
  const why = bus === undefined ? 'its name must start with vd, sd or hd' : 'a CD drive cannot be a virtio disk';
  throw new OneError(CODE.ACTION, `Disk ${disk.diskId} cannot be attached as "${disk.target}": ${why}.`, {
    hint: `Set DEV_PREFIX of disk ${disk.diskId} to ${bus === undefined ? 'vd, sd or hd' : 'hd or sd'}.`,
  });
}

/** `boot`: its place among the devices to boot from, 0 for none. */
export function diskXml(disk: DomainDisk, machine: string, boot = 0): string {
  const driver = {
    name: 'qemu',
    type: disk.format,
    cache: disk.options.CACHE?.toLowerCase(),
    io: disk.options.IO?.toLowerCase(),
    discard: disk.options.DISCARD?.toLowerCase(),
    // a server that ends for good stops the machine: a guest that meets errors on its disks may damage what it has
    ...(disk.served && { error_policy: 'stop', rerror_policy: 'stop' }),
  };
  const limits = IO_LIMITS.map((name) => [name, disk.options[name.toUpperCase()]] as const);
  const tune = limits.map(([name, value]) => value && textElement(name, value));
  return element(
    'disk',
    { type: 'file', device: disk.cdrom ? 'cdrom' : 'disk' },
    element('driver', driver),
    element('source', { file: disk.path }),
    disk.served ? servedXml(disk.served) : backingXml(disk.backing),
    element('target', { dev: disk.target, bus: busOf(disk, machine) }),
    tune.some(Boolean) && element('iotune', {}, ...tune),
    boot > 0 && element('boot', { order: boot }),
    (disk.readonly || disk.cdrom) && element('readonly', {}),
  );
}

/** The rest of the chain; the empty element at its end says that there is nothing below. */
export function backingXml(chain: DomainDisk['backing']): string {
  const [next, ...rest] = chain;
  if (next === undefined) return element('backingStore', {});
  return element(
    'backingStore',
    { type: 'file' },
    element('format', { type: next.format }),
    element('source', { file: next.path }),
    backingXml(rest),
  );
}

function servedXml({ socket, exportName }: NonNullable<DomainDisk['served']>): string {
  const host = element('host', { transport: 'unix', socket });
  return element(
    'backingStore',
    { type: 'network' },
    element('format', { type: 'raw' }),
    element('source', { protocol: 'nbd', name: exportName }, host),
    backingXml([]),
  );
}

/** SCSI disks hang on this one, whatever model libvirt would choose. */
export function scsiControllerXml(): string {
  return element('controller', { type: 'scsi', index: 0, model: 'virtio-scsi' });
}

/** `vmId` is undefined for an adopted domain, whose interfaces libvirt names itself unless the NIC says how. */
export function nicXml(nic: DomainNic, vmId: number | undefined, boot = 0): string {
  const target = nic.target ?? (vmId === undefined ? '' : `one-${vmId}-${nic.nicId}`);
  return element(
    'interface',
    { type: nic.kind },
    nic.mac !== '' && element('mac', { address: nic.mac }),
    element('source', { [nic.kind]: nic.source }),
    target !== '' && target.length <= INTERFACE_NAME_MAX && element('target', { dev: target }),
    element('model', { type: nic.model === '' ? 'virtio' : nic.model }),
    boot > 0 && element('boot', { order: boot }),
  );
}
