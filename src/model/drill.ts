// Drills: a backup is booted in a machine that is thrown away, to see whether it answers. What DRILL may say, of a VM, an image or a
// datastore, how the places that say it go together, and what a point keeps of its drills. A value that is not understood is an error
// that names it.
import { field, vectors, type Attributes, type Vector } from './attributes.ts';
import { CODE, OneError } from './errors.ts';

/** What must come true: a text or a pattern in one line of the serial console, an answer of the guest agent, or a program that ends with 0. */
export type DrillCondition =
  | { kind: 'text'; text: string }
  | { kind: 'pattern'; pattern: string }
  | { kind: 'agent' }
  | { kind: 'script'; script: string };

export interface DrillWish {
  /** Any of these proves the backup. */
  conditions: DrillCondition[];
  timeoutSec: number;
  /** Most memory that the machine gets; undefined for what the VM had. */
  memoryMb: number | undefined;
}

/** What one place says; left out is what it leaves to others. */
export type PartialDrillWish = Partial<DrillWish>;

export const DEFAULT_DRILL: DrillWish = {
  conditions: [{ kind: 'text', text: 'login:' }, { kind: 'agent' }],
  timeoutSec: 300,
  memoryMb: undefined,
};

export const DRILL = 'DRILL';
export const DRILL_CONDITIONS = ['SERIAL', 'AGENT', 'SCRIPT'] as const;
const KNOWN = ['CONDITION', 'TEXT', 'PATTERN', 'SCRIPT', 'TIMEOUT', 'MEMORY'];
const MOST_TEXT = 200;
const MOST_SEC = 86_400;
const LEAST_MB = 16;
const MOST_MB = 16 * 1024 * 1024;
/** A name inside the directory of programs. */
const PROGRAM = /^(?!\.)[\w.-]{1,100}$/;

/** Of a point: when it was last proven to boot, and why the last drill failed if that was later. */
export interface PointDrill {
  proven?: Proof;
  failed?: { /** Epoch seconds. */ date: number; reason: string };
  /** Whether the last screen of its last drill is kept. */
  screen: boolean;
}

export interface Proof {
  /** Epoch seconds. */
  date: number;
  /** From the beginning of the drill to the answer. */
  tookMs: number;
  /** What came true, in words. */
  by: string;
}

/** The DRILL attribute of a template; nothing when there is none. `of` is named in errors. Throws OneError INTERNAL. */
export function readDrill(attributes: Attributes, of = ''): PartialDrillWish {
  const place = of === '' ? '' : `${of}: `;
  const found = attributes.filter(([name]) => name === DRILL);
  const [vector, more] = vectors(attributes, DRILL);
  const plain = found.find(([, value]) => typeof value === 'string')?.[1];
  if (plain !== undefined && plain !== '') {
    throw wrong(
      place,
      DRILL,
      String(plain),
      `it must be ${DRILL}=[ CONDITION="SERIAL", TEXT="login:", TIMEOUT="300" ]`,
    );
  }
  if (more) throw new OneError(CODE.INTERNAL, `${place}${DRILL} is there ${found.length} times; leave one.`);
  return vector ? readDrillVector(vector, `${place}${DRILL}/`) : {};
}

/** `place` stands before the names of attributes in errors. */
export function readDrillVector(vector: Vector, place: string): PartialDrillWish {
  const unknown = vector.find(([name]) => !KNOWN.includes(name));
  if (unknown) throw wrong(place, unknown[0], unknown[1], `a drill has ${KNOWN.join(', ')}`);
  const conditions = readConditions(vector, place);
  const timeoutSec = numberOf(vector, place, 'TIMEOUT', 1, MOST_SEC, 'seconds');
  const memoryMb = numberOf(vector, place, 'MEMORY', LEAST_MB, MOST_MB, 'MB');
  return {
    ...(conditions && { conditions }),
    ...(timeoutSec !== undefined && { timeoutSec }),
    ...(memoryMb !== undefined && { memoryMb }),
  };
}

/** The first place that says something is right about it; what none says is as usual. */
export function settleDrill(...places: readonly PartialDrillWish[]): DrillWish {
  return places.reduceRight<DrillWish>((rest, place) => ({ ...rest, ...place }), DEFAULT_DRILL);
}

/** A condition in words: `serial console: login:`. */
export function conditionText(condition: DrillCondition): string {
  switch (condition.kind) {
    case 'text':
      return `the serial console said "${condition.text}"`;
    case 'pattern':
      return `the serial console said what matches /${condition.pattern}/`;
    case 'agent':
      return 'the guest agent answered';
    case 'script':
      return `the program ${condition.script} ended with 0`;
  }
}

function readConditions(vector: Vector, place: string): DrillCondition[] | undefined {
  const given = field(vector, 'CONDITION');
  const kind = given?.toUpperCase() ?? impliedBy(vector);
  const [text, pattern, script] = ['TEXT', 'PATTERN', 'SCRIPT'].map((name) => field(vector, name));
  if (kind === undefined || kind === '') return undefined;
  if (!isCondition(kind))
    throw wrong(place, 'CONDITION', given ?? '', `it must be one of ${DRILL_CONDITIONS.join(', ')}`);
  const refuse = (name: string, value: string | undefined): void => {
    if (value !== undefined) throw wrong(place, name, value, `it does not go with CONDITION="${kind}"`);
  };
  if (kind !== 'SCRIPT') refuse('SCRIPT', script);
  if (kind !== 'SERIAL') {
    refuse('TEXT', text);
    refuse('PATTERN', pattern);
  }
  if (kind === 'AGENT') return [{ kind: 'agent' }];
  return [kind === 'SCRIPT' ? scriptOf(place, script) : serialOf(place, text, pattern)];
}

/** What is waited for says how, as long as it is one thing. */
function impliedBy(vector: Vector): string | undefined {
  if (field(vector, 'SCRIPT') !== undefined) return 'SCRIPT';
  return ['TEXT', 'PATTERN'].some((name) => field(vector, name) !== undefined) ? 'SERIAL' : undefined;
}

function scriptOf(place: string, script: string | undefined): DrillCondition {
  if (script !== undefined && PROGRAM.test(script)) return { kind: 'script', script };
  throw wrong(place, 'SCRIPT', script ?? '', 'it must be the name of a program in the directory DRILL_SCRIPTS');
}

function serialOf(place: string, text: string | undefined, pattern: string | undefined): DrillCondition {
  if (text !== undefined && pattern !== undefined) throw wrong(place, 'PATTERN', pattern, 'there is a TEXT; leave one');
  const [name, value] = pattern === undefined ? (['TEXT', text ?? ''] as const) : (['PATTERN', pattern] as const);
  if (value === '' || value.length > MOST_TEXT) {
    throw wrong(place, name, value, `CONDITION="SERIAL" needs a TEXT or a PATTERN of 1 to ${MOST_TEXT} characters`);
  }
  if (name === 'TEXT') return { kind: 'text', text: value };
  try {
    new RegExp(value, 'u');
  } catch {
    throw wrong(place, 'PATTERN', value, 'it must be a regular expression');
  }
  return { kind: 'pattern', pattern: value };
}

function isCondition(kind: string): kind is (typeof DRILL_CONDITIONS)[number] {
  return DRILL_CONDITIONS.some((known) => known === kind);
}

function numberOf(
  vector: Vector,
  place: string,
  name: string,
  least: number,
  most: number,
  unit: string,
): number | undefined {
  const given = field(vector, name);
  if (given === undefined || given === '') return undefined;
  const number = /^\d{1,8}$/.test(given) ? Number(given) : -1;
  if (number >= least && number <= most) return number;
  throw wrong(place, name, given, `it must be a number of ${unit} from ${least} to ${most}`);
}

function wrong(place: string, name: string, value: string, right: string): OneError {
  return new OneError(CODE.INTERNAL, `${place}${name}="${value}" is not right; ${right}.`);
}
