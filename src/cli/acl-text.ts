// Access rules as text: `@101 DATASTORE/#100 USE+MANAGE #0`. Turns what a user types into the hexadecimal words that
// one.acl.addrule takes, and a rule's text into the cells of `oneacl list`. Pure.
import { RESOURCE_BIT, RIGHT_BIT } from '../model/acl.ts';
import { formatAclNumbers } from '../wire/acl-numbers.ts';
import { parseAclText } from '../wire/acl-text.ts';

/**
 * The words of a rule: user, resource, rights and, when given, zone; hexadecimal without `0x`. They may be given as one text,
 * as its parts, or as such words already. Throws OneError that names the part that is wrong.
 */
export function ruleWords(given: readonly string[]): string[] {
  const parts = given.flatMap((text) => text.trim().split(/\s+/)).filter((part) => part !== '');
  if (parts.length >= 3 && parts.length <= 4 && parts.every((part) => HEX.test(part))) {
    return parts.map((part) => part.replace(/^0x/i, '').toLowerCase());
  }
  const { user, resource, rights, zone } = formatAclNumbers(parseAclText(parts.join(' ')));
  return [user, resource, rights, ...(parts.length === 4 ? [zone] : [])];
}

const HEX = /^(0x)?[0-9a-f]{1,16}$/i;

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
