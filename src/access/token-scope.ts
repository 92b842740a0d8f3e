// What a login token is good for, of what its user may: with a scope only the methods and pages that are listed here, and nothing else. What is listed
// nowhere takes a token without a scope. It is decided before any right is looked at, and gives none. Pure.
import { CODE, OneError } from '../model/errors.ts';
import { SCOPES, type Scope } from '../model/token-scope.ts';

/** Each scope may read. No secrets: what shows them asks whether there is a scope. */
const READ: ReadonlyArray<readonly [noun: string, methods: string]> = [
  ['acl', 'info'],
  ['backupjob', 'info runs selection'],
  ['backupjobpool', 'info'],
  ['cluster', 'info'],
  ['clusterpool', 'info'],
  ['datastore', 'fill info'],
  ['datastorepool', 'info'],
  ['group', 'info'],
  ['grouppool', 'info'],
  ['groupquota', 'info'],
  ['host', 'info monitoring'],
  ['hostpool', 'info monitoring'],
  ['image', 'info restoreplan retention'],
  ['imagepool', 'info'],
  ['secgroup', 'info'],
  ['secgrouppool', 'info'],
  ['system', 'backupstatus calendar nodes occurrences runfigures runs summary version'],
  ['template', 'info'],
  ['templatepool', 'info'],
  ['user', 'info'],
  ['userpool', 'info'],
  ['userquota', 'info'],
  ['vdc', 'info'],
  ['vdcpool', 'info'],
  ['vm', 'backupplan backupruns eligibility info monitoring restoreplan'],
  ['vmpool', 'accounting info infoextended infoset monitoring protection'],
  ['vn', 'info'],
  ['vnpool', 'info'],
  ['zone', 'info'],
  ['zonepool', 'info'],
];
const READ_PAGES = [
  ...['GET /metrics', 'GET /api/changes', 'GET /api/events', 'POST /api/rights'],
  ...['GET /api/progress/vm/:id', 'GET /api/progress/image/:id', 'GET /api/progress/rescan/:id'],
  'GET /api/progress/self/:id',
];
/** Takes backups and cares for them; removes none, and changes no schedule. */
const BACKUP: typeof READ = [
  ['backupjob', 'backup cancel retry'],
  ['image', 'cancel copy pin verify'],
  ['system', 'backupself'],
  ['vm', 'backup backupcancel'],
];
/** Brings back what is in backups: machines, disks, files. */
const RESTORE: typeof READ = [
  ['image', 'cancel drill restore'],
  ['vm', 'restore restoreinstant restoreresume'],
];
const RESTORE_PAGES = [
  ...['GET /api/image/:id/files', 'GET /api/image/:id/file'],
  'GET /api/drill/image/:id/:increment.png',
];

const READING = [...namesOf(READ), ...READ_PAGES];
const WITHIN: Readonly<Record<Scope, ReadonlySet<string>>> = {
  read: new Set(READING),
  backup: new Set([...READING, ...namesOf(BACKUP)]),
  restore: new Set([...READING, ...namesOf(RESTORE), ...RESTORE_PAGES]),
};

function namesOf(rows: typeof READ): string[] {
  return rows.flatMap(([noun, methods]) => methods.split(' ').map((method) => `one.${noun}.${method}`));
}

/** All that a scope has. */
export function listedIn(scope: Scope): readonly string[] {
  return [...WITHIN[scope]];
}

/** Whether one of the scopes has what is asked for: a method, or a page as `GET /metrics`. */
export function isWithin(scopes: readonly Scope[], asked: string): boolean {
  return scopes.some((scope) => WITHIN[scope].has(asked));
}

/** Throws when a token with these scopes is not for what is asked; undefined scopes are no limit. */
export function requireWithin(scopes: readonly Scope[] | undefined, asked: string, uid: number): void {
  if (scopes === undefined || isWithin(scopes, asked)) return;
  const what = asked === '' ? 'sign in to the console' : `perform ${asked}`;
  throw new OneError(
    CODE.AUTHORIZATION,
    `User [${uid}] : Not authorized to ${what}: the login token has the scope ${scopes.join(',')}.`,
    { hint: 'Use a token of another scope, one without a scope, or the password.' },
  );
}

/** SCOPE of a new token: names with commas between; undefined for no limit. */
export function readScopes(given: string): Scope[] | undefined {
  if (given.trim() === '') return undefined;
  const names = given.split(',').map((name) => name.trim().toLowerCase());
  const unknown = names.find((name) => !SCOPES.some((scope) => scope === name));
  if (unknown === undefined) return SCOPES.filter((scope) => names.includes(scope));
  throw new OneError(
    CODE.XML_RPC_API,
    `The scope SCOPE="${given.slice(0, 100)}" of a login token is not right: "${unknown.slice(0, 100)}" is none; there are ${SCOPES.join(', ')}.`,
  );
}
