// Access rules as text: `@101 DATASTORE/#100 USE+MANAGE #0`. Turns what a user types into the hexadecimal words that
// one.acl.addrule takes, and a rule's text into the cells of `oneacl list`. Pure.
import { RESOURCE_BIT, RIGHT_BIT } from '../model/acl.ts';
import { Failure } from './failure.ts';

const SELECTOR_BASE = { '#': 0x1_0000_0000n, '@': 0x2_0000_0000n, '%': 0x8_0000_0000n } as const;
const ALL_OBJECTS = 0x4_0000_0000n;

const RESOURCES: ReadonlyMap<string, bigint> = new Map(
  Object.entries(RESOURCE_BIT).map(([name, bit]) => [name, 1n << BigInt(bit)]),
);
const RIGHTS: ReadonlyMap<string, bigint> = new Map(
  Object.entries(RIGHT_BIT).map(([name, bit]) => [name, BigInt(bit)]),
);

const FORM = '"<user> <resources>/<objects> <rights> [<zone>]", such as "@101 DATASTORE/#100 USE"';

/**
 * The words of a rule: user, resource, rights and, when given, zone; hexadecimal without `0x`. They may be given as one text,
 * as its parts, or as such words already. Throws Failure that names the part that is wrong.
 */
export function ruleWords(given: readonly string[]): string[] {
  const parts = given.flatMap((text) => text.trim().split(/\s+/)).filter((part) => part !== '');
  const [user, resource, rights, zone] = parts;
  if (user === undefined || resource === undefined || rights === undefined || parts.length > 4) {
    throw new Failure(`The rule "${parts.join(' ')}" has ${parts.length} parts; a rule is ${FORM}.`);
  }
  if (parts.every((part) => HEX.test(part))) return parts.map((part) => part.replace(/^0x/i, '').toLowerCase());
  const words = [
    selector('user', user, '#@'),
    resourceWord(resource),
    bits('right', rights, RIGHTS),
    ...(zone === undefined ? [] : [selector('zone', zone, '#')]),
  ];
  return words.map((word) => word.toString(16));
}

const HEX = /^(0x)?[0-9a-f]{1,16}$/i;

function resourceWord(text: string): bigint {
  const [, kinds, objects] = /^([^/]+)\/([^/]+)$/.exec(text) ?? [];
  if (kinds === undefined || objects === undefined) {
    throw new Failure(`The resource "${text}" of the rule is not KIND+KIND/OBJECTS, such as VM+IMAGE/* or NET/#3.`);
  }
  return bits('kind of resource', kinds, RESOURCES) | selector('resource', objects, '#@%');
}

/** `#3`, `@100`, `%0` or `*`; `marks` are those that this part of a rule may have. */
function selector(part: string, text: string, marks: string): bigint {
  if (text === '*') return ALL_OBJECTS;
  const [, mark, id] = /^([#@%])(\d{1,10})$/.exec(text) ?? [];
  if (mark === undefined || !marks.includes(mark) || Number(id) > 0x7fff_ffff) {
    const ways = [...marks].map((each) => `${each}<id>`).join(', ');
    throw new Failure(`The ${part} "${text}" of the rule is none of ${ways} and *.`);
  }
  return SELECTOR_BASE[mark as keyof typeof SELECTOR_BASE] + BigInt(Number(id));
}

function bits(part: string, text: string, known: ReadonlyMap<string, bigint>): bigint {
  return text.split('+').reduce((sum, name) => {
    const bit = known.get(name.toUpperCase());
    if (bit === undefined) {
      throw new Failure(`The ${part} "${name}" of the rule is unknown; there are ${[...known.keys()].join(', ')}.`);
    }
    return sum | bit;
  }, 0n);
}

/** One letter for each kind of resource, in the order of their bits; the header of `oneacl list` spells them out. */
export const RESOURCE_LETTERS = 'VHNIUTGDCOZSvRMAPtB';
const RIGHT_LETTERS = 'umac';

export interface RuleCells {
  user: string;
  resources: string;
  objects: string;
  rights: string;
  zone: string;
}

/** The parts of a rule's STRING; kinds and rights as masks of letters, `-` where the rule has none. */
export function ruleCells(rule: string): RuleCells {
  const [user = '', resource = '', rights = '', zone = ''] = rule.trim().split(/\s+/);
  const [kinds = '', objects = ''] = resource.split('/');
  return {
    user,
    resources: mask(kinds, Object.keys(RESOURCE_BIT), RESOURCE_LETTERS),
    objects,
    rights: mask(rights, Object.keys(RIGHT_BIT), RIGHT_LETTERS),
    zone,
  };
}

function mask(text: string, names: readonly string[], letters: string): string {
  const present = new Set(text.split('+'));
  return names.map((name, index) => (present.has(name) ? letters.charAt(index) : '-')).join('');
}
