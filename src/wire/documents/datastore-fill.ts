// DATASTORE_FILL: how full a datastore was, is and becomes. OpenNebula has no such document.
import type { Capacity, Fill } from '../../model/datastore.ts';
import { branch, leaf } from '../xml-write.ts';
import { trendXml } from './summary.ts';

/** `fills` oldest first. */
export function datastoreFillXml(
  datastore: Capacity & { id: number },
  trend: { mbPerDay: number; fullSec: number | undefined },
  fills: readonly Fill[],
): string {
  return branch(
    'DATASTORE_FILL',
    leaf('DATASTORE_ID', datastore.id),
    ...capacityXml(datastore),
    ...trendXml(trend),
    ...fills.map((fill) => branch('POINT', leaf('TIME', fill.atSec), ...capacityXml(fill))),
  );
}

function capacityXml({ totalMb, freeMb, usedMb }: Capacity): string[] {
  return [leaf('TOTAL_MB', totalMb), leaf('FREE_MB', freeMb), leaf('USED_MB', usedMb)];
}
