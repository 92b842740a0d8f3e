// Describes a domain that OneVault did not make as an OpenNebula template, and says in words what no template can say of it. Pure.
// Anything that is not known here is named, so that nobody believes in a restore that brings back less than there was.
import type { Element } from '@xmldom/xmldom';
import type { Attributes, Vector } from '../../model/attributes.ts';
import { wildDisks, wildNics, type BootDevice, type Told } from './wild-devices.ts';
import { attribute, child, children, parseXml, textAt } from './xml-read.ts';

export interface WildXml {
  /** As it runs: which devices it has now. */
  current: string;
  /** As it is defined: what somebody wrote, before libvirt filled in this host's details. */
  defined: string;
  /** Bytes of its disks, by target. */
  sizes: Map<string, number>;
}

export interface Description {
  vcpu: number;
  memoryMb: number;
  template: Attributes;
  unsaid: string[];
}

const KIB: Record<string, number> = {
  b: 1 / 1024,
  bytes: 1 / 1024,
  '': 1,
  KiB: 1,
  MiB: 1024,
  GiB: 1024 ** 2,
  TiB: 1024 ** 3,
};
/** Parts of a domain that the template says, or that every machine gets anyway. */
const KNOWN = new Set(
  [
    'name',
    'uuid',
    'title',
    'description',
    'metadata',
    'memory',
    'currentMemory',
    'vcpu',
    'os',
    'features',
    'cpu',
    'clock',
  ].concat(['on_poweroff', 'on_reboot', 'on_crash', 'devices', 'seclabel', 'resource']),
);
const KNOWN_OS = new Set(['type', 'boot', 'kernel', 'initrd', 'cmdline', 'loader', 'firmware']);
const KNOWN_FEATURES = new Set(['acpi', 'apic', 'pae']);

export function describeWild(xml: WildXml): Description {
  const defined = parseXml(xml.defined);
  const devices = child(parseXml(xml.current), 'devices');
  const memoryMb = Math.ceil(kibOf(child(defined, 'memory')) / 1024);
  const vcpu = Number(textAt(defined, 'vcpu')) || 1;
  const machine = attribute(child(defined, 'os', 'type'), 'machine');
  const [disks, nics] = [wildDisks(devices, machine, xml.sizes), wildNics(devices)];
  const boot = [...disks.boot, ...nics.boot];
  const parts = [osOf(defined, boot), featuresOf(defined, devices), cpuOf(defined), graphicsOf(devices), disks, nics];
  return {
    vcpu,
    memoryMb,
    template: [
      ['NAME', textAt(defined, 'name')],
      ...descriptionOf(defined),
      ['CPU', String(vcpu)],
      ['VCPU', String(vcpu)],
      ['MEMORY', String(memoryMb)],
      ...parts.flatMap(({ said }) => said),
    ],
    unsaid: [...restOf(defined), ...parts.flatMap(({ unsaid }) => unsaid), ...otherDevices(devices)],
  };
}

function descriptionOf(domain: Element): Attributes {
  const description = textAt(domain, 'description');
  return description === '' ? [] : [['DESCRIPTION', description]];
}

function kibOf(element: Element | undefined): number {
  return Number(element?.textContent ?? 0) * (KIB[attribute(element, 'unit')] ?? 1);
}

function vector(name: string, entries: Array<[string, string]>): Attributes {
  const given: Vector = entries.filter(([, value]) => value !== '');
  return given.length === 0 ? [] : [[name, given]];
}

function osOf(domain: Element, devices: BootDevice[]): Told {
  const os = child(domain, 'os');
  const loader = child(os, 'loader');
  const pflash = attribute(loader, 'type') === 'pflash';
  const unsaid = children(os)
    .filter(({ tagName }) => !KNOWN_OS.has(tagName))
    .map(({ tagName }) => `os: ${tagName}`);
  if (loader !== undefined && !pflash) unsaid.push('os: a loader that is not of type pflash');
  if (attribute(loader, 'secure') === 'yes') unsaid.push('os: secure boot');
  const said = vector('OS', [
    ['ARCH', attribute(child(os, 'type'), 'arch')],
    ['MACHINE', attribute(child(os, 'type'), 'machine')],
    ['FIRMWARE', attribute(os, 'firmware') === 'efi' ? 'UEFI' : pflash ? textAt(loader) : ''],
    ['KERNEL', textAt(os, 'kernel')],
    ['INITRD', textAt(os, 'initrd')],
    ['KERNEL_CMD', textAt(os, 'cmdline')],
    ['BOOT', bootOrder(os, devices)],
  ]);
  return { said, unsaid };
}

/** Devices have numbers of their own, or the machine names kinds of device; of each kind it tries the first. */
function bootOrder(os: Element | undefined, devices: BootDevice[]): string {
  const numbered = devices.filter(({ order }) => order > 0).toSorted((a, b) => a.order - b.order);
  if (numbered.length > 0) return numbered.map(({ name }) => name).join(',');
  const kinds = children(os, 'boot').map((boot) => attribute(boot, 'dev'));
  return kinds.flatMap((kind) => devices.find((device) => device.kind === kind)?.name ?? []).join(',');
}

function featuresOf(domain: Element, devices: Element | undefined): Told {
  const features = child(domain, 'features');
  const clock = child(domain, 'clock');
  const offset = attribute(clock, 'offset');
  const yesNo = (name: string): string => (child(features, name) === undefined ? 'no' : 'yes');
  const unsaid = children(features)
    .filter(({ tagName }) => !KNOWN_FEATURES.has(tagName))
    .map(({ tagName }) => `feature ${tagName}`);
  if (offset !== 'utc' && offset !== 'localtime') unsaid.push(`clock offset ${offset}`);
  if (child(clock, 'timer') !== undefined) unsaid.push('clock timers');
  const agent = children(devices, 'channel').some(isAgent);
  const said = vector('FEATURES', [
    ['ACPI', yesNo('acpi')],
    ['APIC', yesNo('apic')],
    ['PAE', yesNo('pae')],
    ['LOCALTIME', offset === 'localtime' ? 'yes' : ''],
    ['GUEST_AGENT', agent ? 'yes' : ''],
  ]);
  return { said, unsaid };
}

function isAgent(channel: Element): boolean {
  return attribute(child(channel, 'target'), 'name') === 'org.qemu.guest_agent.0';
}

function cpuOf(domain: Element): Told {
  const cpu = child(domain, 'cpu');
  const mode = attribute(cpu, 'mode');
  const unsaid = [...new Set(children(cpu).map(({ tagName }) => tagName))].filter((name) => name !== 'model');
  return {
    said: vector('CPU_MODEL', [['MODEL', mode === 'custom' || mode === '' ? textAt(cpu, 'model') : mode]]),
    unsaid: unsaid.map((name) => `cpu: ${name}`),
  };
}

function graphicsOf(devices: Element | undefined): Told {
  const graphics = children(devices, 'graphics');
  const said = graphics.flatMap((one) =>
    vector('GRAPHICS', [
      ['TYPE', attribute(one, 'type').toUpperCase()],
      ['LISTEN', attribute(one, 'listen')],
      ['PORT', attribute(one, 'autoport') === 'yes' ? '' : attribute(one, 'port').replace('-1', '')],
      ['KEYMAP', attribute(one, 'keymap')],
    ]),
  );
  return { said, unsaid: [] };
}

function restOf(domain: Element): string[] {
  const rest = children(domain)
    .filter(({ tagName }) => !KNOWN.has(tagName))
    .map(({ tagName }) => tagName);
  if (kibOf(child(domain, 'currentMemory')) < kibOf(child(domain, 'memory')))
    rest.push('a memory balloon that is smaller than its memory');
  if (child(domain, 'vcpu')?.hasAttribute('current')) rest.push('virtual CPUs that are not plugged in');
  return [...new Set(rest)];
}

/** What a machine made of the template has as well. */
const STANDARD: Record<string, (device: Element) => boolean> = {
  emulator: () => true,
  disk: () => true,
  interface: () => true,
  controller: () => true,
  graphics: () => true,
  serial: (one) => attribute(one, 'type') === 'pty',
  console: (one) => attribute(one, 'type') === 'pty',
  channel: isAgent,
  input: (one) => attribute(one, 'bus') === 'ps2',
  video: (one) => ['vga', 'cirrus', 'none'].includes(attribute(child(one, 'model'), 'type')),
  audio: (one) => attribute(one, 'type') === 'none',
  memballoon: () => true,
  rng: () => true,
};

function otherDevices(devices: Element | undefined): string[] {
  const others = children(devices).filter((device) => !(STANDARD[device.tagName]?.(device) ?? false));
  return others.map((device) => {
    const kind = [attribute(device, 'model'), attribute(device, 'type'), attribute(child(device, 'model'), 'type')];
    const name = attribute(child(device, 'target'), 'name');
    const words = [...kind, name].filter(Boolean);
    return `device ${device.tagName}${words.length > 0 ? ` (${words.join(', ')})` : ''}`;
  });
}
