// How a document of OpenNebula's is described: elements in their order with what each holds. Element names may end in ? (may be
// missing), * (any number) or + (one or more); names without are there exactly once.

/** Texts that a leaf may hold. `text` is anything, `number` may have decimals, `epoch` is seconds or 0, `-1` where it says so. */
export const TEXTS = {
  text: /^/,
  filled: /./su,
  empty: /^$/,
  int: /^-?\d+$/,
  count: /^\d+$/,
  'count or -1': /^(-1|\d+)$/,
  number: /^-?\d+(\.\d+)?$/,
  epoch: /^(0|[1-9]\d{0,10})$/,
  'epoch or -1': /^(-1|0|[1-9]\d{0,10})$/,
  flag: /^[01]$/,
  yesno: /^(YES|NO)$/,
  hex: /^[0-9a-f]+$/,
  mac: /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/,
  ip: /^\d{1,3}(\.\d{1,3}){3}$/,
  ip6: /^[0-9a-f:]+$/,
  /** `1,2,3` */
  'id list': /^\d+(,\d+)*$/,
  /** `+60` would be relative, which clients cannot show. */
  time: /^\d+$/,
  'vm or job': /^(VM|BACKUPJOB)$/,
  'point type': /^(FULL|INCREMENT)$/,
  'point type or none': /^(FULL|INCREMENT)?$/,
  'run id': /^[0-9a-f]{16}$/,
  'run kind': /^(backup|restore|flatten|verify|drill|prune|check|rescan|copy|self)$/,
  'run result': /^(running|waiting|done|failed|cancelled)$/,
  'asked by': /^(user|schedule|job|policy)?$/,
  'protection kind': /^(protected|overdue|unprotected)$/,
  'next backup': /^(FULL|INCREMENT|NONE)$/,
  'increment mode': /^(CBT|SNAPSHOT)$/,
  'how chosen': /^(listed|selected)$/,
  'backup metric': /^(SIZE|IMAGES)$/,
  consistency: /^(crash|filesystem|suspended)$/,
  'range type': /^(IP4|IP6|IP6_STATIC|IP4_6|IP4_6_STATIC|ETHER)$/,
} as const;
export type TextKind = keyof typeof TEXTS;

/** Elements in this order, and no others. */
export interface Sequence {
  readonly [element: string]: Content;
}

/** Any attributes by name, texts or vectors of texts, in the order of their names; those in `known` as they say. */
export class Open {
  readonly known: Sequence;
  /** Those that stand after all others, in this order. */
  readonly last: readonly string[];

  constructor(known: Sequence, last: readonly string[]) {
    this.known = known;
    this.last = last;
  }
}

/** The elements of `round` one after another, any number of times, then those of `end`. */
export class Rounds {
  readonly round: Sequence;
  readonly end: Sequence;

  constructor(round: Sequence, end: Sequence) {
    this.round = round;
    this.end = end;
  }
}

/** A TEMPLATE element or the like. */
export function open(known: Sequence = {}, last: readonly string[] = []): Open {
  return new Open(known, last);
}

export type Content = TextKind | Sequence | Open | Rounds;

export interface Schema {
  readonly root: string;
  readonly content: Content;
}

/** The schema of a pool whose entries hold `content`. */
export function poolOf(root: string, element: string, content: Content): Schema {
  return { root, content: { [`${element}*`]: content } };
}

/** One element of a sequence. */
export interface Part {
  name: string;
  min: number;
  max: number;
  content: Content;
}

/** The parts of a sequence in their order. */
export function partsOf(sequence: Sequence): Part[] {
  return Object.entries(sequence).map(([key, content]): Part => {
    const mark = key.at(-1);
    if (mark === '?') return { name: key.slice(0, -1), min: 0, max: 1, content };
    if (mark === '*') return { name: key.slice(0, -1), min: 0, max: Infinity, content };
    if (mark === '+') return { name: key.slice(0, -1), min: 1, max: Infinity, content };
    return { name: key, min: 1, max: 1, content };
  });
}
