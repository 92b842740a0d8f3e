// Which control node a method belongs to: the one that has the object it names, `main`, all of them, or any, and why any will do. Every
// method is here. Pure.
import type { Value } from '../wire/xmlrpc.ts';

/** What a call works on, by which the node that has it is found. */
export type Subject =
  | { kind: 'anywhere' }
  | { kind: 'main' }
  /** Every node tells its part, and the answer is put together. */
  | { kind: 'everywhere' }
  | { kind: 'vm' | 'image' | 'datastore' | 'host'; id: number }
  /** What is done with an image now, wherever that is; without any, the node of its datastore says so. */
  | { kind: 'work'; imageId: number };

/** Why two nodes may carry out a method at once, or the same method twice. */
export const ANYWHERE = {
  reads: 'It only reads what is kept, and runs as they were last written down.',
  records:
    'What it changes is read, checked and written in one transaction whose rows are locked, and no node keeps it in memory.',
  makes: 'It makes records in one transaction, and tells the nodes to look for what has become theirs.',
  parts: 'It is made of other methods, each of which is carried out where it belongs.',
  refuses: 'It is always refused.',
  own: 'It tells of the node that was asked, and of what that can reach.',
  outside: 'It looks at a description that it is given, and at nothing else.',
} as const;

type Belongs =
  | { to: 'anywhere'; why: keyof typeof ANYWHERE }
  | { to: 'main' | 'everywhere' }
  | { to: 'vm' | 'image' | 'datastore' | 'host' | 'work'; at: number }
  /** A copy of an image is made in the datastore that is named, or in that of the image. */
  | { to: 'copy-of-image' };

const anywhere = (why: keyof typeof ANYWHERE): Belongs => ({ to: 'anywhere', why });
const at = (to: 'vm' | 'image' | 'datastore' | 'host' | 'work', index: number): Belongs => ({ to, at: index });
const MAIN: Belongs = { to: 'main' };

const OWNED = 'chmod chown lock unlock rename update';

/** A noun, its methods, and what they belong to. */
const ROWS: ReadonlyArray<readonly [noun: string, methods: string, belongs: Belongs]> = [
  ['acl', 'addrule delrule', anywhere('records')],
  ['acl', 'info', anywhere('reads')],
  ['backupjob', `${OWNED} delete priority`, anywhere('records')],
  ['backupjob', 'info runs selection', anywhere('reads')],
  // jobs are begun, and due actions of theirs kept in mind, by one node
  ['backupjob', 'allocate backup cancel retry schedadd scheddelete schedupdate', MAIN],
  ['backupjobpool', 'info', anywhere('reads')],
  [
    'cluster',
    'adddatastore addhost addvnet allocate deldatastore delete delhost delvnet rename update',
    anywhere('records'),
  ],
  ['cluster', 'info', anywhere('reads')],
  ['clusterpool', 'info', anywhere('reads')],
  ['datastore', 'allocate', anywhere('makes')],
  ['datastore', 'chmod chown delete enable rename update', anywhere('records')],
  ['datastore', 'fill info', anywhere('reads')],
  ['datastore', 'rescan', at('datastore', 0)],
  ['datastorepool', 'info', anywhere('reads')],
  ['group', 'addadmin allocate deladmin delete quota update', anywhere('records')],
  ['group', 'info', anywhere('reads')],
  ['grouppool', 'info', anywhere('reads')],
  ['groupquota', 'info', anywhere('reads')],
  ['groupquota', 'update', anywhere('records')],
  ['host', 'allocate', anywhere('makes')],
  ['host', 'delete rename status update', anywhere('records')],
  ['host', 'info', anywhere('reads')],
  ['host', 'monitoring sync', at('host', 0)],
  ['host', 'sshkeys', anywhere('own')],
  ['hostpool', 'info', anywhere('reads')],
  ['hostpool', 'monitoring', { to: 'everywhere' }],
  ['image', 'allocate restore', at('datastore', 1)],
  ['image', 'cancel', at('work', 0)],
  ['image', `${OWNED} chtype enable persistent pin unpin`, anywhere('records')],
  ['image', 'clone', { to: 'copy-of-image' }],
  ['image', 'copy delete verify', at('image', 0)],
  ['image', 'drill', MAIN],
  ['image', 'info restoreplan retention', anywhere('reads')],
  ['image', 'snapshotdelete snapshotflatten snapshotrevert', anywhere('refuses')],
  ['imagepool', 'info', anywhere('reads')],
  ['secgroup', 'info', anywhere('reads')],
  ['secgrouppool', 'info', anywhere('reads')],
  ['system', 'backupself', MAIN],
  ['system', 'auditverify', anywhere('own')],
  ['system', 'audit backupstatus calendar config nodes runfigures runs summary version', anywhere('reads')],
  ['system', 'occurrences', anywhere('outside')],
  ['template', `${OWNED} allocate`, anywhere('records')],
  ['template', 'clone delete', anywhere('parts')],
  ['template', 'info', anywhere('reads')],
  ['template', 'instantiate', anywhere('makes')],
  ['templatepool', 'info', anywhere('reads')],
  ['user', 'addgroup allocate chauth chgrp delete delgroup enable login passwd quota update', anywhere('records')],
  ['user', 'info', anywhere('reads')],
  ['userpool', 'info', anywhere('reads')],
  ['userquota', 'info', anywhere('reads')],
  ['userquota', 'update', anywhere('records')],
  ['vdc', 'info', anywhere('reads')],
  ['vdcpool', 'info', anywhere('reads')],
  ['vm', 'action', at('vm', 1)],
  ['vm', 'allocate', anywhere('makes')],
  ['vm', 'attach attachnic detach detachnic diskresize disksaveas resize', at('vm', 0)],
  ['vm', 'attachpci attachsg detachpci detachsg updatenic', anywhere('refuses')],
  // a plan asks the hypervisor for trackers
  ['vm', 'backup backupcancel backupplan', at('vm', 0)],
  ['vm', 'backupruns eligibility info restoreplan', anywhere('reads')],
  ['vm', `${OWNED} disksnapshotrename updateconf`, anywhere('records')],
  ['vm', 'deploy', at('host', 1)],
  ['vm', 'disksnapshotcreate disksnapshotdelete disksnapshotrevert', at('vm', 0)],
  ['vm', 'migrate monitoring recover restore restoreresume', at('vm', 0)],
  ['vm', 'restoreinstant', MAIN],
  ['vm', 'schedadd scheddelete schedupdate', at('vm', 0)],
  ['vm', 'snapshotcreate snapshotdelete snapshotrevert', at('vm', 0)],
  ['vmpool', 'accounting info infoextended infoset protection', anywhere('reads')],
  ['vmpool', 'monitoring', { to: 'everywhere' }],
  [
    'vn',
    `chmod chown lock unlock rename update add_ar allocate delete free_ar hold release reserve rm_ar update_ar`,
    anywhere('records'),
  ],
  ['vn', 'info', anywhere('reads')],
  ['vnpool', 'info', anywhere('reads')],
  ['zone', 'info', anywhere('reads')],
  ['zonepool', 'info', anywhere('reads')],
];

const TABLE: ReadonlyMap<string, Belongs> = new Map(
  ROWS.flatMap(([noun, methods, belongs]) =>
    methods.split(' ').map((method): [string, Belongs] => [`one.${noun}.${method}`, belongs]),
  ),
);

/** Names of the methods that are in the table. */
export const PLACED: ReadonlySet<string> = new Set(TABLE.keys());

/** Why a method may be carried out by any node; undefined for one that may not. */
export function whyAnywhere(method: string): string | undefined {
  const belongs = TABLE.get(method);
  return belongs?.to === 'anywhere' ? ANYWHERE[belongs.why] : undefined;
}

/** What a call works on. With parameters that make no sense any node will do: the method says what is wrong. */
export function subjectOf(method: string, params: readonly Value[]): Subject {
  const belongs = TABLE.get(method) ?? anywhere('refuses');
  switch (belongs.to) {
    case 'anywhere':
    case 'main':
    case 'everywhere':
      return { kind: belongs.to };
    case 'copy-of-image': {
      const datastoreId = idOf(params[2]);
      if (datastoreId !== undefined) return { kind: 'datastore', id: datastoreId };
      return named('image', params[0]);
    }
    case 'work': {
      const imageId = idOf(params[belongs.at]);
      return imageId === undefined ? { kind: 'anywhere' } : { kind: 'work', imageId };
    }
    default:
      return named(belongs.to, params[belongs.at]);
  }
}

function named(kind: 'vm' | 'image' | 'datastore' | 'host', value: Value | undefined): Subject {
  const id = idOf(value);
  return id === undefined ? { kind: 'anywhere' } : { kind, id };
}

function idOf(value: Value | undefined): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
}
