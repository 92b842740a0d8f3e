// Holds what the database says of all runs against what the soak has done, and what was watched against what may grow. Pure.
import type { Operation } from '../../../src/model/operation.ts';
import { steadiness, type Sample, type Steadiness } from './steady.ts';
import type { Look, Watched } from './watch.ts';

export interface AtRest {
  before: Look;
  after: Look;
}

export interface Verdict {
  wrong: string[];
  /** Why runs were not done, by their ids. */
  causes: Map<string, string>;
  watched: Map<string, Steadiness & { atRestBefore: number; atRestAfter: number }>;
}

interface Known {
  all: readonly Operation[];
  causeOf: (operation: Operation) => string | undefined;
  cuts: number;
}

/**
 * By how much each may grow over the time that counts, as a share of its median or at least; and by how much more there may be at rest in
 * the end than there was in the beginning. The records of runs are kept, so the database grows with them alone.
 */
const LIMITS: Record<Watched, { share: number; least: number; atRest: number }> = {
  rssMib: { share: 0.15, least: 24, atRest: Infinity },
  heapMib: { share: 0.2, least: 8, atRest: 16 },
  descriptors: { share: 0.15, least: 6, atRest: 4 },
  sockets: { share: 0.3, least: 6, atRest: 4 },
  children: { share: 0.5, least: 6, atRest: 0 },
  mounts: { share: 1, least: 4, atRest: 0 },
  files: { share: 1, least: 10, atRest: 2 },
  databaseMib: { share: Infinity, least: Infinity, atRest: Infinity },
};
const DATABASE_KIB_PER_RUN = 64;

export function verdictOf(
  runs: readonly Operation[],
  known: Known,
  samples: ReadonlyMap<Watched, readonly Sample[]>,
  { before, after }: AtRest,
): Verdict {
  const wrong: string[] = [];
  const causes = new Map<string, string>();
  for (const one of runs) {
    const cause = known.causeOf(one);
    if (one.result !== 'done' && cause !== undefined) causes.set(one.id, cause);
    wrong.push(...wrongWith(one, cause));
  }
  const recorded = new Set(runs.map(({ id }) => id));
  const lost = known.all.filter(({ id }) => !recorded.has(id));
  wrong.push(...lost.map(({ id, kind }) => `The ${kind} ${id} was seen and is in no record.`));
  if (known.cuts > 0) wrong.push(`The stream of events was cut off ${known.cuts} times.`);
  const watched: Verdict['watched'] = new Map();
  for (const [name, all] of samples) {
    const { share, least, atRest } = LIMITS[name];
    const found = steadiness(all, { share, least });
    watched.set(name, { ...found, atRestBefore: before[name], atRestAfter: after[name] });
    if (!found.steady) wrong.push(`${name} grows by ${found.growth.toFixed(1)}, and may by ${found.limit.toFixed(1)}.`);
    if (after[name] > before[name] + atRest) wrong.push(`${name} at rest was ${before[name]} and is ${after[name]}.`);
  }
  const perRun = ((after.databaseMib - before.databaseMib) * 1024) / Math.max(1, known.all.length);
  if (perRun > DATABASE_KIB_PER_RUN) wrong.push(`The database grew by ${perRun.toFixed(1)} KiB with each run.`);
  return { wrong, causes, watched };
}

function wrongWith(
  { id, kind, vmId, result, reason, recorded, cleaned, endedAt }: Operation,
  cause?: string,
): string[] {
  const what = `The ${kind} ${id} of VM ${vmId} is ${result}`;
  if (result === 'running' || endedAt === 0) return [`${what} in the end.`];
  if (result === 'done') return kind === 'backup' && !recorded ? [`${what} and has no point.`] : [];
  return [
    ...(cause === undefined ? [`${what}, and the soak has done nothing to it: ${reason}`] : []),
    ...(reason === '' ? [`${what} and says no reason.`] : []),
    ...(cleaned ? [] : [`${what} and is not cleaned up after: ${reason}`]),
  ];
}
