// The duties of control nodes, and which one an operation or a VM belongs to. Pure.
import type { Operation } from '../model/operation.ts';
import { hostIdsOf } from '../model/vm-hosts.ts';

export type Duty = `host:${number}` | `datastore:${number}` | 'main';

export interface NodeInfo {
  id: string;
  name: string;
  /** How the other nodes reach it. */
  url: string;
  version: string;
  /** Fingerprint of the key that it is known by over TLS; an authority answers for it without one. */
  pin?: string;
  /** By the clock of the database. */
  leaseUntilMs: number;
}

export const MAIN: Duty = 'main';
/** Attribute of a host that only the node of this name can reach. */
export const NODE = 'NODE';

export function hostDuty(hostId: number): Duty {
  return hostId < 0 ? MAIN : `host:${hostId}`;
}

export function datastoreDuty(datastoreId: number): Duty {
  return datastoreId < 0 ? MAIN : `datastore:${datastoreId}`;
}

type OnHosts = Parameters<typeof hostIdsOf>[0];

/** Of two hosts the VM is still with the one that it is moving from. One without a host waits for one, which is placed by `main`. */
export function dutyOfVm(vm: OnHosts): Duty {
  return hostDuty(hostIdsOf(vm)[0] ?? -1);
}

type OfDuty = Pick<Operation, 'kind' | 'hostId' | 'datastoreId' | 'reads' | 'inPlace' | 'instant'>;

/** `vm` is the machine of a restore at once or in place, which is with its host. */
export function dutyOfOperation(
  { kind, hostId, datastoreId, reads, inPlace, instant }: OfDuty,
  vm: OnHosts | undefined,
): Duty {
  switch (kind) {
    case 'backup':
      return hostDuty(hostId);
    case 'restore':
      if (inPlace || instant) return vm ? dutyOfVm(vm) : hostDuty(hostId);
      return datastoreDuty(datastoreId);
    case 'drill':
      return hostDuty(hostId);
    case 'self':
      return MAIN;
    case 'flatten':
    case 'verify':
    case 'prune':
    case 'check':
    case 'rescan':
      return datastoreDuty(datastoreId);
    case 'copy': // reads what the care of its source may remove
      return datastoreDuty(reads?.datastoreId ?? datastoreId);
  }
}

/** Whether nobody works on a run, so that whoever has its duty may: its node is gone, or has given it away. */
export function isOrphan({ node }: Pick<Operation, 'node'>, alive: ReadonlySet<string>): boolean {
  return node === undefined || !alive.has(node);
}
