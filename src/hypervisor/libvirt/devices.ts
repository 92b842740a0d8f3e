// What a domain's XML says about its changeable devices. Pure.
import type { Element } from '@xmldom/xmldom';
import { attribute, child, children, parseXml } from './xml-read.ts';

export interface Devices {
  /** Kind of machine, like pc-i440fx-7.2. */
  machine: string;
  disks: LiveDisk[];
  nics: Array<{ mac: string; type: string }>;
  hasScsi: boolean;
}

export interface LiveDisk {
  target: string;
  /** Empty for a drive without a medium and for a disk that is no file. */
  path: string;
  format: string;
  readonly: boolean;
  /** QEMU's name of the device; empty in a domain that is off. */
  alias: string;
}

export function readDevices(xml: string): Devices {
  const domain = parseXml(xml);
  const devices = child(domain, 'devices');
  return {
    machine: attribute(child(domain, 'os', 'type'), 'machine'),
    disks: children(devices, 'disk').map(readDisk),
    nics: children(devices, 'interface').map((nic) => ({
      mac: attribute(child(nic, 'mac'), 'address').toLowerCase(),
      type: attribute(nic, 'type'),
    })),
    hasScsi: children(devices, 'controller').some((one) => attribute(one, 'type') === 'scsi'),
  };
}

function readDisk(disk: Element): LiveDisk {
  return {
    target: attribute(child(disk, 'target'), 'dev'),
    path: attribute(child(disk, 'source'), 'file'),
    format: attribute(child(disk, 'driver'), 'type'),
    readonly: child(disk, 'readonly') !== undefined || attribute(disk, 'device') === 'cdrom',
    alias: attribute(child(disk, 'alias'), 'name'),
  };
}

/** Targets of the disks that cannot hold a snapshot of the whole machine: whatever is written to must be qcow2. */
export function withoutSnapshots(disks: LiveDisk[]): string[] {
  const unable = disks.filter(({ readonly, format }) => !readonly && format !== 'qcow2');
  return unable.map(({ target, format }) => `${target} (${format || 'unknown format'})`);
}
