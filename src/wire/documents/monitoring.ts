// Figures of hosts and VMs at one time each: MONITORING, the entries of MONITORING_DATA.
import type { Attributes } from '../../model/attributes.ts';
import { alphabetical, templateXml } from '../template-xml.ts';
import { branch, leaf } from '../xml-write.ts';

export const MONITORING_DATA = 'MONITORING_DATA';

/** What a VM was seen to use; `figures` as in its MONITORING: CPU, MEMORY, NETRX, DISK_SIZE ... */
export interface VmFigures {
  vmId: number;
  /** Epoch seconds. */
  timestamp: number;
  figures: Attributes;
}

export function vmMonitoringXml({ vmId, timestamp, figures }: VmFigures): string {
  const known = figures.filter(([name]) => name !== 'ID' && name !== 'TIMESTAMP');
  const named: Attributes = [...known, ['ID', String(vmId)], ['TIMESTAMP', String(timestamp)]];
  return templateXml(alphabetical(named), 'MONITORING');
}

/** What a host was seen to have left, and what is in use of it: hundredths of a core, KiB. */
export interface HostFigures {
  hostId: number;
  /** Epoch seconds. */
  timestamp: number;
  freeCpu: number;
  freeMemKb: number;
  usedCpu: number;
  usedMemKb: number;
}

export function hostMonitoringXml(figures: HostFigures): string {
  return branch(
    'MONITORING',
    leaf('TIMESTAMP', figures.timestamp),
    leaf('ID', figures.hostId),
    branch(
      'CAPACITY',
      leaf('FREE_CPU', figures.freeCpu),
      leaf('FREE_MEMORY', figures.freeMemKb),
      leaf('USED_CPU', figures.usedCpu),
      leaf('USED_MEMORY', figures.usedMemKb),
    ),
    branch('SYSTEM'),
  );
}
