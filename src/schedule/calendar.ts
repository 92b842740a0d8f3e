// What ran in a stretch of time and what is going to, as far as somebody may see it: the newest runs, the soonest to come, and counts by
// day. What does more moments than anybody looks at is cut, and says so.
import type { Calendar, ComingRun } from '../model/calendar.ts';
import { VM_STATE } from '../model/vm.ts';
import type { ScheduledAction } from '../model/scheduled-action.ts';
import type { Filter, Store } from '../store/store.ts';
import { byDay, dayOf, daysOf, PIECE_MS } from './days.ts';
import { occurrencesIn } from './occurrences.ts';

/** What is told one by one; counts are of all. */
const TOLD = 500;
/** Moments that are reckoned at all. */
const MOST = 50_000;

export interface CalendarWish {
  fromSec: number;
  untilSec: number;
  nowSec: number;
  zone: string;
  /** What somebody may see; undefined for all runs. */
  runsOf: Filter | undefined;
  vms: Filter;
  jobs: Filter;
}

export async function calendarOf(store: Store, wish: CalendarWish): Promise<Calendar> {
  const { fromSec, untilSec, nowSec, zone, runsOf } = wish;
  const begins = daysOf(fromSec, untilSec, zone);
  const filter = { fromMs: fromSec * 1000, untilMs: untilSec * 1000, ...(runsOf && { vms: runsOf }) };
  const runs = await store.operations.history(filter, { offset: 0, limit: TOLD + 1 });
  const sums = byDay(begins, await store.operations.sumsByTime(filter, PIECE_MS));
  const { coming, more } = untilSec > nowSec ? await comingRuns(store, wish) : { coming: [], more: false };
  const counts = begins.map(() => 0);
  for (const { atSec } of coming) counts[dayOf(begins, atSec)]! += 1;
  return {
    ...{ fromSec, untilSec, more: more || runs.length > TOLD || coming.length > TOLD },
    days: begins.flatMap((atSec, index) =>
      sums[index] ? [{ atSec, sums: sums[index], coming: counts[index] ?? 0 }] : [],
    ),
    runs: runs.slice(0, TOLD),
    coming: coming.slice(0, TOLD),
  };
}

async function comingRuns(store: Store, wish: CalendarWish): Promise<{ coming: ComingRun[]; more: boolean }> {
  const { fromSec, untilSec, nowSec, zone, vms, jobs } = wish;
  const names = {
    VM: await store.vms.names({ ...vms, notState: VM_STATE.DONE }),
    BACKUPJOB: await store.backupJobs.names(jobs),
  };
  const afterSec = Math.max(fromSec, nowSec) - 1;
  const coming: ComingRun[] = [];
  for await (const batch of store.actions.each()) {
    for (const action of batch.filter(isShown)) {
      const name = names[action.parent.type].get(action.parent.id);
      if (name === undefined) continue;
      const left = MOST - coming.length;
      if (left <= 0) return { coming: coming.toSorted(soonest), more: true };
      const times = occurrencesIn(action.schedule, { afterSec, untilSec: untilSec - 1, most: left }, zone);
      coming.push(
        ...times.map((atSec): ComingRun => ({
          ...{ atSec, parent: action.parent, action: action.action, actionId: action.id, name },
        })),
      );
    }
    await new Promise(setImmediate); // whoever else waits for an answer gets it between two batches
  }
  return { coming: coming.toSorted(soonest), more: false };
}

function isShown({ finished, action, parent }: ScheduledAction): boolean {
  return !finished && (parent.type === 'BACKUPJOB' || action === 'backup' || action === 'drill');
}

const soonest = (one: ComingRun, other: ComingRun): number => one.atSec - other.atSec || one.actionId - other.actionId;
