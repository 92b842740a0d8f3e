// Backups and machines at a glance, as far as somebody may see them: counts, made of batches and of sums in the store.
import { trendOf } from '../datastore/trend.ts';
import { DATASTORE_TYPE, type Datastore } from '../model/datastore.ts';
import { WAITING } from '../model/operation.ts';
import type { DatastoreSummary, Summary } from '../model/summary.ts';
import { LCM, VM_STATE, type Vm } from '../model/vm.ts';
import type { Filter, Store } from '../store/store.ts';
import type { AllRuns } from '../vm/all-runs.ts';
import { added, NO_RUNS, PIECE_MS } from './days.ts';
import type { Onlooker, Overview } from './overview.ts';
import { protectionOfVm } from './vm-protections.ts';

const DAY_MS = 86_400_000;
/** A trend is of so many days. */
const TREND_DAYS = 30;

export interface SummarySources {
  store: Store;
  overview: Pick<Overview, 'vms' | 'waiting'>;
  runs: Pick<AllRuns, 'now'>;
  nowMs: number;
}

/** `datastores` is what the onlooker may see of them. */
export async function summaryOf(sources: SummarySources, onlooker: Onlooker, datastores: Filter): Promise<Summary> {
  const { store, overview, runs, nowMs } = sources;
  const atSec = Math.floor(nowMs / 1000);
  const summary: Summary = {
    atSec,
    vms: { total: 0, running: 0, off: 0, other: 0 },
    protection: { protected: 0, overdue: 0, unprotected: 0, proven: 0 },
    running: 0,
    waiting: 0,
    lastDay: await lastDay(store, onlooker, nowMs),
    nextSec: 0,
    datastores: await datastoreSummaries(store, datastores, atSec),
  };
  const seen = new Set<number>();
  for await (const batch of overview.vms(onlooker.vms)) {
    for (const looked of batch) {
      const { vm } = looked;
      const { kind, nextSec } = protectionOfVm(looked, atSec);
      const { proven, ids } = vm.backups;
      seen.add(vm.id);
      summary.vms.total++;
      summary.vms[stateKind(vm)]++;
      summary.protection[kind]++;
      if (proven && ids.includes(proven.imageId)) summary.protection.proven++;
      if (nextSec > 0 && (summary.nextSec === 0 || nextSec < summary.nextSec)) summary.nextSec = nextSec;
    }
  }
  const mine = ({ vmId }: { vmId: number }): boolean => onlooker.all || seen.has(vmId);
  const all = await runs.now();
  const going = all.filter(mine);
  summary.running = going.filter(({ phase }) => phase !== WAITING).length;
  summary.waiting = going.length - summary.running + (await overview.waiting(all)).filter(mine).length;
  return summary;
}

async function lastDay(store: Store, { all, vms }: Onlooker, nowMs: number): Promise<Summary['lastDay']> {
  const filter = { kinds: ['backup' as const], fromMs: nowMs - DAY_MS, ...(!all && { vms }) };
  return [...(await store.operations.sumsByTime(filter, PIECE_MS)).values()].reduce(added, { ...NO_RUNS });
}

async function datastoreSummaries(store: Store, filter: Filter, atSec: number): Promise<DatastoreSummary[]> {
  const images = await store.links.all('image-datastore');
  const fills = await store.fills.all(atSec - TREND_DAYS * 86_400);
  const all: Datastore[] = await store.datastores.list({ ...filter, ascending: true });
  return all
    .filter(({ type }) => type === DATASTORE_TYPE.BACKUP_DS)
    .map(({ id, name, totalMb, freeMb, usedMb }) => {
      const trend = trendOf(fills.get(id) ?? []);
      return { id, name, totalMb, freeMb, usedMb, images: images.get(id)?.length ?? 0, ...trend };
    });
}

function stateKind({ state, lcmState }: Pick<Vm, 'state' | 'lcmState'>): 'running' | 'off' | 'other' {
  if (state === VM_STATE.ACTIVE && (lcmState === LCM.RUNNING || lcmState === LCM.BACKUP)) return 'running';
  const off: number[] = [VM_STATE.POWEROFF, VM_STATE.UNDEPLOYED, VM_STATE.STOPPED, VM_STATE.SUSPENDED];
  return off.includes(state) ? 'off' : 'other';
}
