// Reads what this product needs from libvirt's own XML of a domain, a backup job or the host. Pure.
import { attribute, child, children, parseXml, textAt } from './xml-read.ts';

export interface LiveDisk {
  target: string;
  device: string;
  path: string;
  /** Number that QEMU's block nodes of its top file carry in their names; empty when the domain does not run. */
  index: string;
}

export interface LiveDomain {
  uuid: string;
  disks: LiveDisk[];
  /** Numeric user QEMU runs as; undefined when libvirt does not change users. */
  qemuUser: { uid: number; gid: number } | undefined;
}

export function readDomain(xml: string): LiveDomain {
  const domain = parseXml(xml);
  const disks = children(child(domain, 'devices'), 'disk').map((disk) => ({
    target: attribute(child(disk, 'target'), 'dev'),
    device: attribute(disk, 'device') || 'disk',
    path: attribute(child(disk, 'source'), 'file'),
    index: attribute(child(disk, 'source'), 'index'),
  }));
  const label = children(domain, 'seclabel').find((one) => attribute(one, 'model') === 'dac');
  return { uuid: textAt(domain, 'uuid'), disks, qemuUser: label && readUser(textAt(label, 'label')) };
}

/** Files of a disk of a domain that runs, the one that the guest writes to first; what a job copies it to is the last. */
export function openFiles(xml: string, target: string): string[] {
  const disks = children(child(parseXml(xml), 'devices'), 'disk');
  const disk = disks.find((one) => attribute(child(one, 'target'), 'dev') === target);
  const files: string[] = [];
  for (let at = disk; at !== undefined; at = child(at, 'backingStore'))
    files.push(attribute(child(at, 'source'), 'file'));
  files.push(attribute(child(disk, 'mirror', 'source'), 'file'));
  return files.filter((file) => file !== '');
}

/** Socket and scratch files of a running backup job. */
export function readBackupJob(xml: string): { socket: string; scratch: string[] } {
  const job = parseXml(xml);
  const scratch = children(child(job, 'disks'), 'disk').flatMap((disk) => children(disk, 'scratch'));
  return {
    socket: attribute(child(job, 'server'), 'socket'),
    scratch: scratch.map((one) => attribute(one, 'file')),
  };
}

/** The user that QEMU will run as on this host, and the host's architecture, from `virsh capabilities`. */
export function readCapabilities(xml: string): { qemuUser: LiveDomain['qemuUser']; arch: string } {
  const host = child(parseXml(xml), 'host');
  const dac = children(host, 'secmodel').find((model) => textAt(model, 'model') === 'dac');
  return { qemuUser: dac && readUser(textAt(dac, 'baselabel')), arch: textAt(host, 'cpu', 'arch') };
}

function readUser(label: string): LiveDomain['qemuUser'] {
  const [, uid, gid] = /^\+?(\d+):\+?(\d+)$/.exec(label.trim()) ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}
