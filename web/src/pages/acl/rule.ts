// Access rules in words: the parts of a rule's text, and the hexadecimal words that one.acl.addrule takes for what a form holds. Pure.

/** Kinds of objects, with the numbers of their bits in OpenNebula's interface. */
export const RESOURCES = {
  VM: 36,
  HOST: 37,
  NET: 38,
  IMAGE: 39,
  USER: 40,
  TEMPLATE: 41,
  GROUP: 42,
  DATASTORE: 44,
  CLUSTER: 45,
  BACKUPJOB: 56,
} as const;
export type Resource = keyof typeof RESOURCES;

export const RIGHTS = { USE: 1, MANAGE: 2, ADMIN: 4, CREATE: 8 } as const;
export type Right = keyof typeof RIGHTS;

/** `#3`, `@100`, `%0` or `*`. */
export type Which = { kind: 'id' | 'group' | 'cluster'; id: number } | { kind: 'all' };

const MARKS = { '#': 'id', '@': 'group', '%': 'cluster' } as const;
const KIND_BIT = { id: 1n << 32n, group: 1n << 33n, all: 1n << 34n, cluster: 1n << 35n } as const;

export interface RuleParts {
  who: Which | undefined;
  kinds: string[];
  objects: Which | undefined;
  rights: string[];
}

/** `@101 VM+IMAGE/#100 USE+MANAGE #0` */
export function ruleParts(text: string): RuleParts {
  const [who = '', resource = '', rights = ''] = text.trim().split(/\s+/);
  const [kinds = '', objects = ''] = resource.split('/');
  return { who: whichOf(who), kinds: listOf(kinds), objects: whichOf(objects), rights: listOf(rights) };
}

const listOf = (text: string): string[] => text.split('+').filter((part) => part !== '');

function whichOf(text: string): Which | undefined {
  if (text === '*') return { kind: 'all' };
  const mark = text.charAt(0);
  const id = Number(text.slice(1));
  if (!(mark in MARKS) || text.length < 2 || !Number.isInteger(id)) return undefined;
  return { kind: MARKS[mark as keyof typeof MARKS], id };
}

export interface NewRule {
  who: Which;
  kinds: readonly Resource[];
  objects: Which;
  rights: readonly Right[];
}

export function ruleWords({ who, kinds, objects, rights }: NewRule): {
  user: string;
  resource: string;
  rights: string;
} {
  const kindBits = kinds.reduce((sum, kind) => sum | (1n << BigInt(RESOURCES[kind])), 0n);
  const rightBits = rights.reduce((sum, right) => sum | RIGHTS[right], 0);
  return {
    user: word(who).toString(16),
    resource: (kindBits | word(objects)).toString(16),
    rights: rightBits.toString(16),
  };
}

const word = (which: Which): bigint => KIND_BIT[which.kind] | (which.kind === 'all' ? 0n : BigInt(which.id));
