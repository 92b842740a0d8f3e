// Reads what this product needs from libvirt's own XML of a domain, a backup job or the host. Pure.
import { DOMParser, type Document, type Element } from '@xmldom/xmldom';

export interface LiveDomain {
  uuid: string;
  disks: Array<{ target: string; device: string; path: string }>;
  /** Numeric user QEMU runs as; undefined when libvirt does not change users. */
  qemuUser: { uid: number; gid: number } | undefined;
}

export function readDomain(xml: string): LiveDomain {
  const document = parse(xml);
  const disks = elements(document, 'disk').map((disk) => ({
    target: elements(disk, 'target')[0]?.getAttribute('dev') ?? '',
    device: disk.getAttribute('device') ?? 'disk',
    path: elements(disk, 'source')[0]?.getAttribute('file') ?? '',
  }));
  const label = elements(document, 'seclabel').find((one) => one.getAttribute('model') === 'dac');
  return {
    uuid: textOf(document, 'uuid'),
    disks,
    qemuUser: label && readUser(textOf(label, 'label')),
  };
}

/** Socket and scratch files of a running backup job. */
export function readBackupJob(xml: string): { socket: string; scratch: string[] } {
  const document = parse(xml);
  const scratch = elements(document, 'scratch').map((one) => one.getAttribute('file') ?? '');
  return { socket: elements(document, 'server')[0]?.getAttribute('socket') ?? '', scratch };
}

/** The user that QEMU will run as on this host, and the host's architecture, from `virsh capabilities`. */
export function readCapabilities(xml: string): { qemuUser: LiveDomain['qemuUser']; arch: string } {
  const document = parse(xml);
  const dac = elements(document, 'secmodel').find((model) => textOf(model, 'model') === 'dac');
  return { qemuUser: dac && readUser(textOf(dac, 'baselabel')), arch: textOf(document, 'arch') };
}

function readUser(label: string): LiveDomain['qemuUser'] {
  const [, uid, gid] = /^\+?(\d+):\+?(\d+)$/.exec(label.trim()) ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

function parse(xml: string): Document {
  return new DOMParser().parseFromString(xml, 'text/xml');
}

function elements(parent: Document | Element, name: string): Element[] {
  return [...parent.getElementsByTagName(name)];
}

function textOf(parent: Document | Element, name: string): string {
  return elements(parent, name)[0]?.textContent?.trim() ?? '';
}
