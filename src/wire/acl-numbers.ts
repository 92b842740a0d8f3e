// Access rules as the numbers of OpenNebula's interface: hexadecimal words of 64 bits, in which the low half is an id, four bits
// say what the id is of, and the bits above name kinds of objects. Pure.
import { RESOURCE_BIT, RIGHT_BIT, type AclRule, type Resource, type Selector } from '../model/acl.ts';
import { checkRule, malformed, RESOURCES, RIGHTS, type NewRule } from './acl-rule.ts';

/** A rule's parts in hexadecimal, without 0x and leading zeros. */
export interface AclNumbers {
  user: string;
  resource: string;
  rights: string;
  zone: string;
}

const ID_BITS = 0xffff_ffffn;
const KIND_BIT = { id: 1n << 32n, group: 1n << 33n, all: 1n << 34n, cluster: 1n << 35n } as const;
const MARKS = { id: '#', group: '@', all: '*', cluster: '%' } as const;
const KINDS = Object.keys(KIND_BIT) as Array<Selector['kind']>;
const LOW_BITS = 36n;
const LARGEST_ID = 0x7fff_ffffn;

/** Reads the words of one.acl.addrule; without a zone the rule is for this one, #0. Throws when no such rule can be. */
export function parseAclNumbers(user: string, resource: string, rights: string, zone = ''): NewRule {
  const userWord = word('user', user);
  if (userWord >> LOW_BITS !== 0n) throw malformed('user', `"${user}" names kinds of objects; only a resource does`);
  const zoneWord = zone === '' ? KIND_BIT.id : word('zone', zone);
  if (zoneWord >> LOW_BITS !== 0n) throw malformed('zone', `"${zone}" names kinds of objects; only a resource does`);
  const resourceWord = word('resource', resource);
  return checkRule({
    user: selector('user', userWord),
    resources: resourcesIn(resourceWord),
    object: selector('resource', resourceWord),
    rights: rightsIn(word('rights', rights)),
    zone: selector('zone', zoneWord),
  });
}

export function formatAclNumbers(rule: Pick<AclRule, keyof NewRule>): AclNumbers {
  const rights = rule.rights.reduce((sum, right) => sum | BigInt(RIGHT_BIT[right]), 0n);
  const resources = rule.resources.reduce((sum, resource) => sum | bitOf(resource), 0n);
  return {
    user: selectorWord(rule.user).toString(16),
    resource: (resources | selectorWord(rule.object)).toString(16),
    rights: rights.toString(16),
    zone: selectorWord(rule.zone).toString(16),
  };
}

function word(part: string, text: string): bigint {
  if (/^[0-9a-f]{1,16}$/i.test(text)) return BigInt(`0x${text}`);
  throw malformed(part, `"${text}" is no hexadecimal number of at most 16 digits`);
}

function selector(part: string, number: bigint): Selector {
  const kinds = KINDS.filter((kind) => (number & KIND_BIT[kind]) !== 0n);
  const [kind] = kinds;
  if (kind === undefined) throw malformed(part, 'says neither id (#), group (@), cluster (%) nor all (*)');
  if (kinds.length > 1) {
    throw malformed(part, `says ${kinds.map((each) => MARKS[each]).join(' and ')} at once, which exclude each other`);
  }
  const id = number & ID_BITS;
  if (id > LARGEST_ID)
    throw malformed(part, `has the id ${id.toString()}, which is more than ${LARGEST_ID.toString()}`);
  if (kind !== 'all') return { kind, id: Number(id) };
  if (id !== 0n) throw malformed(part, `is for all (*) and yet has the id ${id.toString()}`);
  return { kind };
}

function resourcesIn(number: bigint): Resource[] {
  const known = RESOURCES.reduce((sum, resource) => sum | bitOf(resource), 0n);
  const unknown = ((number >> LOW_BITS) << LOW_BITS) & ~known;
  if (unknown !== 0n)
    throw malformed('resource', `has the bits ${unknown.toString(16)}, which stand for no kind of object`);
  return RESOURCES.filter((resource) => (number & bitOf(resource)) !== 0n);
}

function rightsIn(number: bigint): AclRule['rights'] {
  if (number > 0xfn) throw malformed('rights', `are ${number.toString(16)}; the largest, all four of them, are f`);
  return RIGHTS.filter((right) => (number & BigInt(RIGHT_BIT[right])) !== 0n);
}

function bitOf(resource: Resource): bigint {
  return 1n << BigInt(RESOURCE_BIT[resource]);
}

function selectorWord(selected: Selector): bigint {
  return KIND_BIT[selected.kind] | (selected.kind === 'all' ? 0n : BigInt(selected.id));
}
