// The addresses of a network that are in use, one after the other, out of its ranges. Pure.
import type { Vnet } from '../../api/documents.ts';

type Range = Vnet['AR_POOL']['AR'][number];

export interface LeaseRow {
  /** Its MAC address: no two are alike in a network. */
  mac: string;
  /** What it is known by: IPv4, else IPv6, else MAC. */
  address: string;
  rangeId: number;
  /** -1 for an address that is held; undefined for one that something else has. */
  vmId: number | undefined;
}

const HELD = -1;

export function leaseRows(ranges: readonly Range[]): LeaseRow[] {
  return ranges.flatMap(({ AR_ID, LEASES }) =>
    LEASES.LEASE.map(({ MAC, IP, IP6_GLOBAL, IP6_ULA, VM }) => ({
      ...{ mac: MAC, address: IP ?? IP6_GLOBAL ?? IP6_ULA ?? MAC, rangeId: AR_ID, vmId: VM },
    })),
  );
}

export function isHeld({ vmId }: LeaseRow): boolean {
  return vmId === HELD;
}

/** What a range begins and ends with. */
export function endsOf(range: Range): { first: string; last: string } {
  const { IP, IP_END, MAC, MAC_END, IP6_GLOBAL, IP6_GLOBAL_END } = range;
  if (IP !== undefined) return { first: IP, last: IP_END ?? '' };
  if (IP6_GLOBAL !== undefined) return { first: IP6_GLOBAL, last: IP6_GLOBAL_END ?? '' };
  return { first: MAC, last: MAC_END ?? '' };
}
