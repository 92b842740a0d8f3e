// Runs of the past and those under way, as a document: what is stored, with what only memory knows of the ones that go on.
import { CODE, OneError } from '../model/errors.ts';
import type { Operation } from '../model/operation.ts';
import { RUN_POOL, runXml } from '../wire/documents/run.ts';
import { branch } from '../wire/xml-write.ts';
import type { Call } from './method.ts';
import { visibleTo } from './noun.ts';
import { pointOfRun } from './point-of-run.ts';
import { VM } from './nouns/stored.ts';

const MAX_RUNS = 1000;

/** Throws for a number of runs that nobody can want. */
export function checkLimit(limit: number): number {
  if (limit >= 1 && limit <= MAX_RUNS) return limit;
  throw new OneError(CODE.ACTION, `limit="${limit}" is no number of runs from 1 to ${MAX_RUNS}.`);
}

/** Throws for a number of days that nobody can want. */
export function checkDays(days: number, most: number): number {
  if (days >= 1 && days <= most) return days;
  throw new OneError(CODE.ACTION, `days="${days}" is no number of days from 1 to ${most}.`);
}

/** `stored` newest first. Names are told of VMs that the caller may use. */
export async function runPool(call: Call, stored: readonly Operation[]): Promise<string> {
  const names = await visibleNames(
    call,
    stored.map(({ vmId }) => vmId),
  );
  const now = new Map(call.operations.all().map((operation) => [operation.id, operation]));
  return branch(RUN_POOL, ...stored.map((run) => runDocument(now.get(run.id) ?? run, names)));
}

export function runDocument(run: Operation, names: ReadonlyMap<number, string>): string {
  return runXml(run, { vmName: names.get(run.vmId) ?? '', pointId: pointOfRun(run) });
}

/** A filter takes so many ids. */
const PAGE = 500;

/** Names of those VMs that the caller may use; the others are left out. */
export async function visibleNames(call: Call, vmIds: Iterable<number>): Promise<Map<number, string>> {
  const ids = [...new Set(vmIds)];
  const names = new Map<number, string>();
  for (let at = 0; at < ids.length; at += PAGE) {
    const page = await call.parts.store.vms.names({ ids: ids.slice(at, at + PAGE), ...visibleTo(call, VM) });
    for (const [id, name] of page) names.set(id, name);
  }
  return names;
}
