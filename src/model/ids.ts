// Identifiers that are made rather than counted.
import type { DiskFormat } from './image.ts';

/** Name of the libvirt domain of a VM. */
export function domainName(vmId: number): string {
  return `one-${vmId}`;
}

/** Name of the domain of a drill: never that of a VM. */
export function drillDomain(operationId: string): string {
  return `one-drill-${operationId}`;
}

/** The VM id in a domain name, or undefined for a domain of somebody else. */
export function vmIdOf(domain: string): number | undefined {
  const found = /^one-(\d+)$/.exec(domain);
  return found ? Number(found[1]) : undefined;
}

/** Whether a text names a disk format that is supported. */
export function isDiskFormat(text: string): text is DiskFormat {
  return text === 'qcow2' || text === 'raw';
}
