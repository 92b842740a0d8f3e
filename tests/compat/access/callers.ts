// Who calls in the access matrix, and what each may by OpenNebula's rules: as owner, by the group's and the others' bits, by access
// rules for one object, a group or a cluster, through a login token, as administrator.
import { SCOPES, type Scope } from '../../../src/model/token-scope.ts';
import { THINGS, IN_CLUSTER, OWNED, isOwned, type Thing } from './things.ts';
import type { Need, Right } from './table.ts';

type Create = Extract<Need, `CREATE ${string}`>;

export interface CallerKind {
  what: string;
  /** Name of the session. */
  as: string;
  /** Permissions of the objects meanwhile. */
  bits: number;
  /** Access rules meanwhile; # stands for the caller's id, <thing> for that of an object. */
  rules?: readonly string[];
  may(right: Right, thing: Thing): boolean;
  creates(what: Create): boolean;
  administrator?: true;
  /** What the token is limited to. */
  scope?: Scope;
}

const EVERYBODY = new Set<Create>(['CREATE VM', 'CREATE IMAGE', 'CREATE TEMPLATE', 'CREATE BACKUPJOB']);
/** In `users` by the rules of a new installation, in `crew` by one like them. */
const creates = (what: Create): boolean => EVERYBODY.has(what);
const ORDER: readonly Right[] = ['USE', 'MANAGE', 'ADMIN'];
/** Letters of what one class of users may: `um-`. */
const has = (letters: string, right: Right): boolean => letters['uma'.indexOf(right[0]?.toLowerCase() ?? '')] !== '-';

/** What everybody may. */
const common = (right: Right, thing: Thing): boolean => right === 'USE' && (thing === 'zone' || thing === 'secgroup');
/** A member of the objects' group, who may with them what the letters say. */
const inCrew =
  (letters: string) =>
  (right: Right, thing: Thing): boolean =>
    common(right, thing) || (isOwned(thing) ? has(letters, right) : right === 'USE' && thing === 'group');
const outside =
  (letters: string) =>
  (right: Right, thing: Thing): boolean =>
    common(right, thing) || (isOwned(thing) && has(letters, right));

/** Rules for each single object. */
const byId = (rights: string): string[] =>
  Object.entries(THINGS)
    .filter(([, resource]) => resource !== 'ZONE' && resource !== 'SECGROUP')
    .map(([thing, resource]) => `# ${resource}/<${thing}> ${rights}`);

const byRule = (rights: readonly Right[], things: readonly Thing[]) => (right: Right, thing: Thing) =>
  common(right, thing) || (rights.includes(right) && things.includes(thing));
const ALL_BY_ID = (Object.keys(THINGS) as Thing[]).filter((thing) => thing !== 'zone' && thing !== 'secgroup');
const helper = { as: 'helper', bits: 0o600, creates };

export const CALLERS: readonly CallerKind[] = [
  { what: 'the owner', as: 'owner', bits: 0o600, may: inCrew('um-'), creates },
  { what: 'the owner with ADMIN', as: 'owner', bits: 0o700, may: inCrew('uma'), creates },
  { what: 'the owner without MANAGE', as: 'owner', bits: 0o400, may: inCrew('u--'), creates },
  { what: 'a member of the group without bits', as: 'member', bits: 0o700, may: inCrew('---'), creates },
  { what: 'a member of the group with USE', as: 'member', bits: 0o640, may: inCrew('u--'), creates },
  { what: 'a member of the group with USE and MANAGE', as: 'member', bits: 0o660, may: inCrew('um-'), creates },
  { what: 'a member of the group with ADMIN alone', as: 'member', bits: 0o610, may: inCrew('--a'), creates },
  { what: "the group's administrator", as: 'boss', bits: 0o600, may: groupAdmin, creates },
  { what: 'a stranger', as: 'stranger', bits: 0o770, may: outside('---'), creates },
  { what: 'a stranger where others may use', as: 'stranger', bits: 0o604, may: outside('u--'), creates },
  { what: 'a stranger where others may manage', as: 'stranger', bits: 0o602, may: outside('-m-'), creates },
  ...ORDER.map((right) => ({
    ...{ what: `a stranger with a rule for each object: ${right}`, ...helper },
    ...{ rules: byId(right), may: byRule([right], ALL_BY_ID) },
  })),
  {
    ...{ what: "a stranger with a rule for the stranger's group", ...helper },
    rules: ['@1 VM/<vm> USE+MANAGE', '@1 HOST/<host> USE'],
    may: (right, thing) =>
      common(right, thing) || (thing === 'vm' && right !== 'ADMIN') || (thing === 'host' && right === 'USE'),
  },
  {
    ...{ what: 'a stranger with a rule for what belongs to the group', ...helper },
    rules: ['# VM+IMAGE+TEMPLATE+DATASTORE+NET+BACKUPJOB+USER/@<group> USE+MANAGE'],
    may: byRule(['USE', 'MANAGE'], [...OWNED, 'user']),
  },
  {
    ...{ what: 'a stranger with a rule for what is in the cluster', ...helper },
    rules: ['# HOST+NET+DATASTORE/%<cluster> USE+MANAGE+ADMIN'],
    may: byRule(ORDER, IN_CLUSTER),
  },
  {
    ...{ what: 'a stranger with a rule for all clusters of another number', ...helper },
    rules: ['# HOST+NET+DATASTORE/%77 USE+MANAGE+ADMIN', '# VM+IMAGE/@77 USE+MANAGE+ADMIN'],
    may: outside('---'),
  },
  {
    ...{ what: 'a stranger with rules of another zone', ...helper },
    rules: ['# VM/<vm> USE+MANAGE+ADMIN #7', '# IMAGE/* USE+MANAGE+ADMIN #7'],
    may: outside('---'),
  },
  { what: 'somebody of two groups', as: 'mate', bits: 0o660, may: inBoth, creates },
  {
    what: "somebody with a token for the objects' group",
    as: 'mate for crew',
    bits: 0o660,
    may: inCrew('um-'),
    creates,
  },
  {
    ...{ what: 'somebody with a token for another group', as: 'mate for other', bits: 0o660 },
    may: (right, thing) => common(right, thing) || (right === 'USE' && thing === 'other'),
    creates: () => false,
  },
  ...SCOPES.map((scope) => ({
    ...{ what: `an administrator with a token for ${scope}`, as: `oneadmin for ${scope}`, bits: 0o000, scope },
    ...{ may: () => true, creates: () => true, administrator: true as const },
  })),
  {
    what: 'somebody with a token to back up',
    as: 'mate for backup',
    bits: 0o660,
    may: inBoth,
    creates,
    scope: 'backup',
  },
  { what: 'oneadmin', as: 'oneadmin', bits: 0o000, may: () => true, creates: () => true, administrator: true },
];

/** USE and MANAGE of what belongs to the group, all rights over its users, MANAGE of the group, which its members may use. */
function groupAdmin(right: Right, thing: Thing): boolean {
  if (thing === 'user') return true;
  if (thing === 'group') return right !== 'ADMIN';
  const hers = isOwned(thing) && thing !== 'datastore' && thing !== 'backups';
  return common(right, thing) || (hers && right !== 'ADMIN');
}

function inBoth(right: Right, thing: Thing): boolean {
  return inCrew('um-')(right, thing) || (right === 'USE' && thing === 'other');
}
