// Which of the backups that want to begin do so now. Pure. The more urgent go first; among equally urgent ones datastores take turns by their
// weights, and within a datastore its hosts by theirs, so that nobody's many VMs keep others waiting. Of one host, and of a job that goes
// one after the other, the order stays as it is.
import { inOrder, jobIdOf, take, urgency, waitsFor, type Load, type Wanting } from './admission.ts';
import { giveTurn, noTurns, startOf, tidy, type Turns } from './fair-turns.ts';
import { weightOfDatastore, weightOfHost, type Rules } from './places.ts';

/** Turns that places had, from one look to the next. */
export interface TurnsOfPlaces {
  datastores: Turns;
  /** Those of hosts, by datastore. */
  hosts: Map<number, Turns>;
}

export const noTurnsOfPlaces = (): TurnsOfPlaces => ({ datastores: noTurns(), hosts: new Map() });

export interface Admission<C> {
  begin: C[];
  waiting: Array<{ candidate: C; reason: string }>;
}

export interface Given {
  /** Counts what begins. */
  load: Load;
  rules: Rules;
  turns: TurnsOfPlaces;
  nowSec: number;
  /** So many begin at most. */
  most: number;
}

const SOON = 'it is about to begin';

export function admit<C extends Wanting>(candidates: readonly C[], given: Given): Admission<C> {
  const admission: Admission<C> = { begin: [], waiting: [] };
  for (const band of bands(inOrder(candidates, given.nowSec), given.nowSec)) admitBand(band, given, admission);
  tidy(given.turns.datastores);
  for (const turns of given.turns.hosts.values()) tidy(turns);
  return admission;
}

function* bands<C extends Wanting>(ordered: readonly C[], nowSec: number): Generator<C[]> {
  let band: C[] = [];
  let level: number | undefined;
  for (const candidate of ordered) {
    const own = urgency(candidate, nowSec);
    if (own !== level && band.length > 0) {
      yield band;
      band = [];
    }
    level = own;
    band.push(candidate);
  }
  if (band.length > 0) yield band;
}

/** Candidates of one host and datastore, in order. */
interface Line<C> {
  hostId: number;
  candidates: C[];
  next: number;
  start: number;
}

/** Lines of a datastore, the one whose turn is next first. */
interface Lines<C> {
  datastoreId: number;
  turns: Turns;
  lines: Array<Line<C>>;
}

function admitBand<C extends Wanting>(band: readonly C[], given: Given, admission: Admission<C>): void {
  const waiting = linesOf(band, given.turns);
  for (let lines = nextOf(waiting, given.turns); lines; lines = nextOf(waiting, given.turns)) {
    const line = lines.lines.shift();
    const begins = line && firstOf(line, given, admission);
    if (!line || !begins) continue; // all of that line wait
    admission.begin.push(begins);
    const { hostId, datastoreId } = begins;
    take(given.load, { ...begins, jobId: jobIdOf(begins) }, given.rules);
    giveTurn(given.turns.datastores, datastoreId, weightOfDatastore(given.rules, datastoreId));
    giveTurn(lines.turns, hostId ?? -1, weightOfHost(given.rules, hostId ?? -1));
    if (line.next < line.candidates.length) insert(lines.lines, { ...line, start: startOf(lines.turns, line.hostId) });
  }
}

function linesOf<C extends Wanting>(band: readonly C[], turns: TurnsOfPlaces): Array<Lines<C>> {
  const byDatastore = new Map<number, Map<number, C[]>>();
  const lineOfJob = new Map<number, number>();
  for (const candidate of band) {
    const { datastoreId, hostId = -1, source } = candidate;
    const hosts = of(byDatastore, datastoreId, () => new Map<number, C[]>());
    // all of such a job stand in the line of its first, or they would overtake each other
    const line = source.kind === 'job' && source.sequential ? of(lineOfJob, source.jobId, () => hostId) : hostId;
    of(hosts, line, () => []).push(candidate);
  }
  return [...byDatastore].map(([datastoreId, hosts]) => {
    const own = of(turns.hosts, datastoreId, noTurns);
    const lines = [...hosts].map(([hostId, candidates]) => ({
      ...{ hostId, candidates, next: 0 },
      start: startOf(own, hostId),
    }));
    return { datastoreId, turns: own, lines: lines.sort((a, b) => a.start - b.start) };
  });
}

/** Lines of the datastore whose turn it is; undefined when nobody is left. */
function nextOf<C>(all: ReadonlyArray<Lines<C>>, turns: TurnsOfPlaces): Lines<C> | undefined {
  let best: Lines<C> | undefined;
  let least = Infinity;
  for (const lines of all) {
    if (lines.lines.length === 0) continue;
    const start = startOf(turns.datastores, lines.datastoreId);
    if (start >= least) continue;
    best = lines;
    least = start;
  }
  return best;
}

/** The first of a line that may begin; those before it wait. */
function firstOf<C extends Wanting>(line: Line<C>, given: Given, admission: Admission<C>): C | undefined {
  while (line.next < line.candidates.length) {
    const candidate = line.candidates[line.next++];
    if (!candidate) continue;
    const waits = waitsFor(candidate, given.load, given.rules, given.nowSec);
    const reason = waits ?? (admission.begin.length >= given.most ? SOON : undefined);
    if (reason === undefined) return candidate;
    admission.waiting.push({ candidate, reason });
  }
  return undefined;
}

/** Behind those that start as early. */
function insert<C>(lines: Array<Line<C>>, line: Line<C>): void {
  let [from, to] = [0, lines.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((lines[middle]?.start ?? 0) <= line.start) from = middle + 1;
    else to = middle;
  }
  lines.splice(from, 0, line);
}

function of<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
