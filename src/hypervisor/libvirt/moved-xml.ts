// A saved machine remembers where its files were. When they have moved meanwhile, its description is told the new places; nothing
// else of it may change. Pure.
import { XMLSerializer, type Element } from '@xmldom/xmldom';
import type { DomainDisk, DomainSpec } from '../hypervisor.ts';
import { backingXml } from './device-xml.ts';
import { attribute, child, children, parseXml } from './xml-read.ts';

/** The description with the specification's paths and bridges; null when they are what they were. */
export function movedXml(xml: string, spec: DomainSpec): string | null {
  const domain = parseXml(xml);
  const devices = child(domain, 'devices');
  const moved = [
    ...children(devices, 'disk').map((disk) => moveDisk(disk, spec.disks)),
    ...children(devices, 'interface').map((nic) => moveNic(nic, spec)),
    ...children(devices, 'serial').map((serial) =>
      set(child(serial, 'log'), 'file', `${spec.vmDirectory}/console.log`),
    ),
    ...children(devices, 'console').map((console) =>
      set(child(console, 'log'), 'file', `${spec.vmDirectory}/console.log`),
    ),
  ];
  return moved.some(Boolean) ? new XMLSerializer().serializeToString(domain) : null;
}

function moveDisk(disk: Element, disks: DomainDisk[]): boolean {
  const target = attribute(child(disk, 'target'), 'dev');
  const wanted = disks.find((one) => one.target === target);
  if (wanted === undefined) return false;
  const moved = set(child(disk, 'source'), 'file', wanted.path);
  const chain = child(disk, 'backingStore');
  if (!moved && sameChain(chain, wanted.backing)) return false;
  const fresh = disk.ownerDocument?.importNode(parseXml(backingXml(wanted.backing)), true);
  if (chain && fresh) disk.replaceChild(fresh, chain);
  return true;
}

/** Layers between a disk and what it stands on may have gone meanwhile. A chain that was not told is looked for anyway. */
function sameChain(chain: Element | undefined, [next, ...rest]: DomainDisk['backing']): boolean {
  if (chain === undefined) return true;
  const file = attribute(child(chain, 'source'), 'file');
  if (next === undefined) return file === '';
  return file === next.path && sameChain(child(chain, 'backingStore'), rest);
}

function moveNic(nic: Element, spec: DomainSpec): boolean {
  const mac = attribute(child(nic, 'mac'), 'address').toLowerCase();
  const wanted = spec.nics.find((one) => one.mac.toLowerCase() === mac);
  if (wanted === undefined || attribute(nic, 'type') !== wanted.kind) return false;
  return set(child(nic, 'source'), wanted.kind, wanted.source);
}

/** Says whether that changed anything. An element that is not there stays away. */
function set(element: Element | undefined, name: string, value: string): boolean {
  if (element === undefined || attribute(element, name) === value) return false;
  element.setAttribute(name, value);
  return true;
}
