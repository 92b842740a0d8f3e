// Pure: which calls are broken, and how. A class is a kind of call at a place of the product; which of its calls is broken, the seed says.

/**
 * `fail`: EIO. `hang`: it never settles. `die`: the daemon dies when it is done; `before`: it dies before it is done, of a call that blocks.
 * `cancel`: it goes well, and somebody cancels the run meanwhile.
 */
export const MODES = ['fail', 'hang', 'before', 'die', 'cancel'] as const;
export type Mode = (typeof MODES)[number];

/** `again`: its run broke and was taken up by the same daemon; `restart`: by the next one; `nothing`: it had not begun when the daemon died. */
export const ENDINGS = ['well', 'failed', 'again', 'restart', 'nothing'] as const;
export type Ending = (typeof ENDINGS)[number];

export interface Fault {
  /** Its class. */
  call: string;
  /** Which of this class, from 0. */
  nth: number;
  mode: Mode;
}

/** Of a real mover: the call of this number that its process makes. */
export interface MoverFault {
  at: number;
  mode: 'fail' | 'hang' | 'die';
}

export function classOf(name: string, place: string): string {
  return `${name} ${place}`;
}

/** "sqlite.all" of "sqlite.all backup/run.ts:80". */
export function nameOf(call: string): string {
  return call.split(' ')[0] ?? '';
}

export function isKind(call: string, name: string): boolean {
  return nameOf(call) === name;
}

const BLOCKS = /^sqlite\.|Sync$|^net\.(listen|connect)$|^process\.spawn$|^fs\.create(Read|Write)Stream$/;
const READS =
  /^sqlite\.(all|get|iterate)$|^fs\.(access|existsSync|accessSync|createReadStream|lstat|readdir|readFile|readlink|realpath|stat|statfs|readFileSync|readSync|readdirSync|statSync)$|^file\.(read|readv|readFile|stat)$|^process\.du$/;

/** Whether nothing outside is other than before when it is done. */
export function isRead(call: string): boolean {
  return READS.test(nameOf(call));
}

/**
 * The modes that differ for a call. A call that blocks hangs as a death before it; to die before or after a read is the same. With `thin`
 * deaths that leave outside what the death at another call leaves are left out: those around a read, and those before a call.
 */
export function modesOf(call: string, thin: boolean): Mode[] {
  const [blocks, reads] = [BLOCKS.test(nameOf(call)), isRead(call)];
  if (blocks && reads) return thin ? ['fail'] : ['fail', 'die'];
  if (blocks) return thin ? ['fail', 'die'] : ['fail', 'before', 'die'];
  return reads && thin ? ['fail', 'hang'] : ['fail', 'hang', 'die'];
}

/** Every call in every mode. `cancels`: also somebody who cancels at each that does not block. */
export function everyCase(calls: readonly string[], cancels: boolean): Fault[] {
  const times = new Map<string, number>();
  return calls.flatMap((call) => {
    const nth = times.get(call) ?? 0;
    times.set(call, nth + 1);
    return withCancel(modesOf(call, false), call, cancels).map((mode) => ({ call, nth, mode }));
  });
}

function withCancel(modes: Mode[], call: string, cancels: boolean): Mode[] {
  return cancels && !BLOCKS.test(nameOf(call)) ? [...modes, 'cancel'] : modes;
}

/** Whole runs of each flow, the calls of each in their order. */
export type Runs = ReadonlyMap<string, ReadonlyArray<readonly string[]>>;

export type FlowFault = Fault & { flow: string };

/** How often a flow makes a call at least; 0 for one that does not come in every run. */
function always(runs: Runs, flow: string, call: string): number {
  const all = runs.get(flow) ?? [];
  return Math.min(...all.map((run) => run.filter((made) => made === call).length));
}

function flowsOf(runs: Runs): Map<string, string[]> {
  const flows = new Map<string, string[]>();
  for (const [flow, [first = []]] of runs) {
    for (const call of new Set(first))
      if (always(runs, flow, call) > 0) flows.set(call, [...(flows.get(call) ?? []), flow]);
  }
  return flows;
}

/**
 * Every call in each mode that differs, the modes dealt out to the flows that make it. `chance` (0 to 1, anew for each) says how, and which of
 * the same class. Calls that do not come in every run are left to the whole loop.
 */
export function coveringCases(runs: Runs, chance: () => number): FlowFault[] {
  return [...flowsOf(runs)].flatMap(([call, flows]) => {
    const from = Math.floor(chance() * flows.length);
    return modesOf(call, true).map((mode, index) => {
      const flow = flows[(index + from) % flows.length]!;
      return { flow, call, nth: Math.floor(chance() * always(runs, flow, call)), mode };
    });
  });
}

/** What a covering set has to have tried and has not. */
export function notTried(runs: Runs, tried: ReadonlyArray<Pick<FlowFault, 'call' | 'mode'>>): string[] {
  const done = new Set(tried.map(({ call, mode }) => `${call}: ${mode}`));
  return [...flowsOf(runs).keys()]
    .flatMap((call) => modesOf(call, true).map((mode) => `${call}: ${mode}`))
    .filter((one) => !done.has(one));
}

/** Numbers from 0 to 1 that depend on the seed alone (mulberry32). */
export function chanceOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
