// Disks and network cards of a domain that OneVault did not make, as a template has them. Pure.
import type { Element } from '@xmldom/xmldom';
import type { Attributes, Vector } from '../../model/attributes.ts';
import { isDiskFormat } from '../../model/ids.ts';
import { busOf, IO_LIMITS } from './device-xml.ts';
import { attribute, child, children, textAt } from './xml-read.ts';

/** What a template says of a part, and what it cannot say. */
export interface Told {
  said: Attributes;
  unsaid: string[];
}

export interface BootDevice {
  /** As OS/BOOT has it: disk0, nic1. */
  name: string;
  /** libvirt's word in the boot order of a machine. */
  kind: string;
  /** The device's own place in the order, 0 for none. */
  order: number;
}

const MIB = 1024 * 1024;
const KNOWN_OF_DISK = new Set([
  'driver',
  'source',
  'target',
  'backingStore',
  'alias',
  'address',
  'boot',
  'readonly',
  'iotune',
]);
const KNOWN_OF_NIC = new Set(['mac', 'source', 'target', 'model', 'alias', 'address', 'boot']);

export function wildDisks(
  devices: Element | undefined,
  machine: string,
  sizes: Map<string, number>,
): Told & { boot: BootDevice[] } {
  const [said, unsaid, boot]: [Attributes, string[], BootDevice[]] = [[], [], []];
  for (const disk of children(devices, 'disk')) {
    const target = attribute(child(disk, 'target'), 'dev');
    const why = whyNoDisk(disk);
    if (why !== null) {
      unsaid.push(`disk ${target}: ${why}`);
      continue;
    }
    const kind = attribute(disk, 'device') === 'cdrom' ? 'cdrom' : 'hd';
    boot.push({ name: `disk${said.length}`, kind, order: Number(attribute(child(disk, 'boot'), 'order')) });
    const size = sizes.get(target);
    said.push(['DISK', diskVector(disk, size)]);
    unsaid.push(...detailsOf(disk, machine, size).map((detail) => `disk ${target}: ${detail}`));
  }
  return { said, unsaid, boot };
}

function whyNoDisk(disk: Element): string | null {
  const device = attribute(disk, 'device') || 'disk';
  if (device !== 'disk' && device !== 'cdrom') return `its kind of device is ${device}`;
  const source = child(disk, 'source');
  if (source === undefined) return 'a drive without a medium';
  if (attribute(disk, 'type') !== 'file') return `no file but of type ${attribute(disk, 'type')}`;
  const format = attribute(child(disk, 'driver'), 'type');
  return isDiskFormat(format) ? null : `its format is ${format || 'not known'}, neither raw nor qcow2`;
}

function diskVector(disk: Element, size: number | undefined): Vector {
  const cdrom = attribute(disk, 'device') === 'cdrom';
  const target = attribute(child(disk, 'target'), 'dev');
  const driver = child(disk, 'driver');
  const entries: Vector = [
    ['TARGET', target],
    ['SOURCE', attribute(child(disk, 'source'), 'file')],
    ['FORMAT', attribute(driver, 'type')],
    ['TYPE', cdrom ? 'CDROM' : 'FILE'],
    ['SIZE', size === undefined ? '' : String(Math.ceil(size / MIB))],
    ['DEV_PREFIX', target.slice(0, 2)],
    ['READONLY', cdrom || child(disk, 'readonly') ? 'YES' : 'NO'],
    ['PERSISTENT', 'YES'],
    ['CACHE', attribute(driver, 'cache')],
    ['IO', attribute(driver, 'io')],
    ['DISCARD', attribute(driver, 'discard')],
    ...IO_LIMITS.map((name): [string, string] => [name.toUpperCase(), textAt(disk, 'iotune', name)]),
  ];
  return entries.filter(([, value]) => value !== '');
}

function detailsOf(disk: Element, machine: string, size: number | undefined): string[] {
  const names = children(disk).map(({ tagName }) => tagName);
  const details = names.filter((name) => !KNOWN_OF_DISK.has(name));
  const limits = children(child(disk, 'iotune')).map(({ tagName }) => tagName);
  details.push(...limits.filter((name) => !IO_LIMITS.includes(name)));
  const bus = attribute(child(disk, 'target'), 'bus');
  const other = busAfterRestore(disk, machine);
  if (bus !== other) details.push(`bus ${bus}, which becomes ${other}`);
  if (size === undefined) details.push('its size could not be read');
  return details;
}

function busAfterRestore(disk: Element, machine: string): string {
  const target = attribute(child(disk, 'target'), 'dev');
  try {
    return busOf({ diskId: 0, target, cdrom: attribute(disk, 'device') === 'cdrom' }, machine);
  } catch {
    return 'another one'; // a name that no machine of ours may give a disk
  }
}

export function wildNics(devices: Element | undefined): Told & { boot: BootDevice[] } {
  const [said, unsaid, boot]: [Attributes, string[], BootDevice[]] = [[], [], []];
  for (const nic of children(devices, 'interface')) {
    const mac = attribute(child(nic, 'mac'), 'address');
    const kind = attribute(nic, 'type');
    if (kind !== 'bridge' && kind !== 'network') {
      unsaid.push(`network card ${mac}: connected by ${kind}`);
      continue;
    }
    boot.push({ name: `nic${said.length}`, kind: 'network', order: Number(attribute(child(nic, 'boot'), 'order')) });
    const source = attribute(child(nic, 'source'), kind);
    const entries: Vector = [
      ['MAC', mac],
      [kind.toUpperCase(), source],
      ['MODEL', attribute(child(nic, 'model'), 'type')],
    ];
    said.push(['NIC', entries.filter(([, value]) => value !== '')]);
    const details = children(nic).map(({ tagName }) => tagName);
    unsaid.push(...details.filter((name) => !KNOWN_OF_NIC.has(name)).map((name) => `network card ${mac}: ${name}`));
  }
  return { said, unsaid, boot };
}
