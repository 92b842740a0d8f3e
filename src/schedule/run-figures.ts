// What runs of the last days took and moved, by day and by VM. The store sums; days are those of the schedules' wall clock.
import type { OperationKind } from '../model/operation.ts';
import type { RunFigures } from '../model/run-figures.ts';
import type { RunFilter, Store } from '../store/store.ts';
import { byDay, daysOf, PIECE_MS } from './days.ts';

export interface FiguresWish {
  /** How many days, today included. */
  days: number;
  kind: OperationKind;
  vmId: number | undefined;
  /** How many VMs are told, of those that stored most. */
  most: number;
  /** What somebody may see of VMs; undefined for all. */
  vms: RunFilter['vms'];
}

const DAY_SEC = 86_400;

/** Names of VMs are for others to fill in. */
export async function runFigures(store: Store, wish: FiguresWish, nowSec: number, zone: string): Promise<RunFigures> {
  const { days, kind, vmId, most, vms } = wish;
  const begins = daysOf(nowSec - (days - 1) * DAY_SEC, nowSec + 1, zone);
  const fromSec = begins[0] ?? nowSec;
  const filter: RunFilter = {
    ...{ kinds: [kind], fromMs: fromSec * 1000 },
    ...(vmId !== undefined && { vmId }),
    ...(vms && { vms }),
  };
  const sums = byDay(begins, await store.operations.sumsByTime(filter, PIECE_MS));
  const ofVms = await store.operations.sumsByVm(filter, most);
  return {
    ...{ fromSec, untilSec: nowSec, kind },
    days: begins.flatMap((atSec, index) => (sums[index] ? [{ atSec, sums: sums[index] }] : [])),
    vms: [...ofVms].map(([id, sumsOfVm]) => ({ vmId: id, name: '', sums: sumsOfVm })),
  };
}
