// What a VM looks like to libvirt. Pure: the same specification gives the same XML. Formats of disks and of their
// backing files are spelled out, so QEMU never has to guess one from bytes that a guest can write.
import { field, vectors, type Vector } from '../../model/attributes.ts';
import type { DomainDisk, DomainSpec } from '../hypervisor.ts';
import { busOf, diskXml, nicXml, scsiControllerXml } from './device-xml.ts';
import { ownershipXml } from './ownership.ts';
import { element, lines, textElement } from './xml.ts';

const QEMU_NAMESPACE = 'http://libvirt.org/schemas/domain/qemu/1.0';
/** i440fx: its IDE controller is the one CD drive that small kernels know. OS/MACHINE overrides it. */
export const DEFAULT_MACHINE = 'pc';
/**
 * The domain's XML, marked as one of `installation`. `uuid` keeps the identity that an earlier definition gave it.
 */
export function domainXml(spec: DomainSpec, installation: string, uuid?: string): string {
  const os = vectors(spec.template, 'OS')[0];
  const features = vectors(spec.template, 'FEATURES')[0];
  const identity = field(os, 'UUID') ?? uuid;
  const xml = element(
    'domain',
    { type: spec.kvm ? 'kvm' : 'qemu', 'xmlns:qemu': QEMU_NAMESPACE },
    textElement('name', spec.name),
    identity && textElement('uuid', identity),
    ownershipXml(installation),
    textElement('memory', spec.memoryMb, { unit: 'MiB' }),
    textElement('vcpu', spec.vcpu),
    spec.cpu > 0 ? element('cputune', {}, textElement('shares', cpuShares(spec.cpu))) : '',
    osXml(os),
    featuresXml(features),
    cpuXml(spec),
    element('clock', { offset: isYes(field(features, 'LOCALTIME')) ? 'localtime' : 'utc' }),
    textElement('on_poweroff', 'destroy'),
    textElement('on_reboot', 'restart'),
    textElement('on_crash', 'destroy'),
    devicesXml(spec, os, features),
  );
  // RAW is the administrator's own libvirt XML, so it is not escaped.
  return lines(xml).replace(/<\/domain>\n$/, () => `${rawXml(spec)}</domain>\n`);
}

/** Weight of the VM among others: 100 a core, which suits both versions of control groups. */
function cpuShares(cpu: number): number {
  return Math.min(10_000, Math.max(2, Math.round(cpu * 100)));
}

/** `nvram` is a file of its own for what the firmware keeps; left out, libvirt chooses one that stays. */
export function osXml(os: Vector | undefined, nvram?: string): string {
  const firmware = field(os, 'FIRMWARE') ?? '';
  const path = firmware.startsWith('/') ? firmware : undefined;
  const kernel = field(os, 'KERNEL');
  const initrd = field(os, 'INITRD');
  const root = field(os, 'ROOT');
  const command = [root && `root=/dev/${root}`, field(os, 'KERNEL_CMD')].filter(Boolean).join(' ');
  return element(
    'os',
    { firmware: firmware.toUpperCase() === 'UEFI' ? 'efi' : undefined },
    textElement('type', 'hvm', {
      arch: field(os, 'ARCH') ?? 'x86_64',
      machine: field(os, 'MACHINE') ?? DEFAULT_MACHINE,
    }),
    path && textElement('loader', path, { readonly: 'yes', type: 'pflash' }),
    firmware !== '' && nvram && textElement('nvram', nvram),
    kernel && textElement('kernel', kernel),
    kernel && initrd && textElement('initrd', initrd),
    kernel && command && textElement('cmdline', command),
  );
}

export function featuresXml(features: Vector | undefined): string {
  const wanted = (name: string, otherwise: boolean): boolean => {
    const given = field(features, name);
    return given === undefined || given === '' ? otherwise : isYes(given);
  };
  return element(
    'features',
    {},
    wanted('ACPI', true) && element('acpi', {}),
    wanted('APIC', true) && element('apic', {}),
    wanted('PAE', false) && element('pae', {}),
  );
}

export function cpuXml(spec: Pick<DomainSpec, 'kvm' | 'template'>): string | null {
  const model = field(vectors(spec.template, 'CPU_MODEL')[0], 'MODEL');
  if (!spec.kvm || !model) return null;
  if (['host-passthrough', 'host-model', 'maximum'].includes(model)) return element('cpu', { mode: model });
  return element('cpu', { mode: 'custom', match: 'exact' }, textElement('model', model));
}

function devicesXml(spec: DomainSpec, os: Vector | undefined, features: Vector | undefined): string {
  const machine = field(os, 'MACHINE') ?? DEFAULT_MACHINE;
  const order = bootOrder(spec.disks, os);
  const disks = spec.disks.map((disk) => diskXml(disk, machine, order.indexOf(`disk${disk.diskId}`) + 1));
  const nics = spec.nics.map((nic) => nicXml(nic, spec.vmId, order.indexOf(`nic${nic.nicId}`) + 1));
  return element(
    'devices',
    {},
    ...disks,
    spec.disks.some((disk) => busOf(disk, machine) === 'scsi') && scsiControllerXml(),
    ...nics,
    element(
      'serial',
      { type: 'pty' },
      element('log', { file: `${spec.vmDirectory}/console.log`, append: 'on' }),
      element('target', { port: 0 }),
    ),
    element('console', { type: 'pty' }, element('target', { type: 'serial', port: 0 })),
    isYes(field(features, 'GUEST_AGENT')) &&
      element('channel', { type: 'unix' }, element('target', { type: 'virtio', name: 'org.qemu.guest_agent.0' })),
    ...vectors(spec.template, 'GRAPHICS').map(graphicsXml),
    element('memballoon', { model: 'virtio' }),
    element('rng', { model: 'virtio' }, textElement('backend', '/dev/urandom', { model: 'random' })),
  );
}

/** Devices (disk0, nic1) in the order in which they are tried. A kernel that is given makes the order moot. */
export function bootOrder(
  disks: ReadonlyArray<Pick<DomainDisk, 'diskId' | 'cdrom'>>,
  os: Vector | undefined,
): string[] {
  if (field(os, 'KERNEL')) return [];
  const boot = field(os, 'BOOT');
  if (boot) return boot.split(',').map((device) => device.trim().toLowerCase());
  const inOrder = disks.toSorted((a, b) => Number(a.cdrom) - Number(b.cdrom) || a.diskId - b.diskId);
  return inOrder.map(({ diskId }) => `disk${diskId}`);
}

function graphicsXml(graphics: Vector): string {
  const port = field(graphics, 'PORT');
  return element('graphics', {
    type: (field(graphics, 'TYPE') ?? 'vnc').toLowerCase(),
    listen: field(graphics, 'LISTEN') ?? '127.0.0.1',
    port: port ?? -1,
    autoport: port === undefined ? 'yes' : 'no',
    keymap: field(graphics, 'KEYMAP'),
    passwd: field(graphics, 'PASSWD'),
  });
}

function rawXml(spec: DomainSpec): string {
  const raw = vectors(spec.template, 'RAW').filter((vector) => field(vector, 'TYPE')?.toLowerCase() === 'kvm');
  return raw.map((vector) => field(vector, 'DATA') ?? '').join('');
}

export function isYes(value: string | undefined): boolean {
  return ['yes', 'true', '1', 'on'].includes((value ?? '').toLowerCase());
}
