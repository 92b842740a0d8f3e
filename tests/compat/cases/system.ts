// one.system.*, sessions, and what every method has in common: types, missing and surplus parameters, unknown methods.
import { bad, good, type Case, type Expected } from '../case.ts';
import { CLIENTS, type ClientName } from '../clients.ts';

const VERSION: Expected = { text: /^6\.8\.3$/ };
const version = 'one.system.version';
const CLIENT_NAMES = Object.keys(CLIENTS) as ClientName[];

/** Families and methods of OpenNebula's that are not offered. */
const NOT_OFFERED = [
  'one.system.sql',
  'one.system.sqlquery',
  'one.document.allocate',
  'one.documentpool.info',
  'one.hook.allocate',
  'one.hookpool.info',
  'one.marketpool.info',
  'one.marketapp.info',
  'one.marketapppool.info',
  'one.vmgroup.allocate',
  'one.vmgrouppool.info',
  'one.vntemplate.instantiate',
  'one.vrouter.attachnic',
  'one.vrouterpool.info',
  'one.zone.raftstatus',
  'one.vm.exec',
  'one.vmpool.calculateshowback',
];

/** Sessions of nobody. */
const STRANGERS: ReadonlyArray<readonly [what: string, session: string]> = [
  ['a wrong password', 'oneadmin:wrong'],
  ['a name alone', 'serveradmin'],
  ['an empty password', 'oneadmin:'],
  ['no name', ':password'],
  ['a name that nobody has', 'nobody:password'],
  ['nothing', ' '],
  ['a name in capitals', 'ANN:password'],
  ['markup for a name', '<b>&amp;:password'],
  ['a user with a colon in the password who has none', 'ann:pass:word'],
];

export const systemCases: readonly Case[] = [
  ...CLIENT_NAMES.map((client) => good(version, `as ${client} asks`, [], VERSION, { client })),
  good(version, 'anybody', [], VERSION, { as: 'ann' }),
  good(version, 'surplus parameters', ['', 1, true, []], VERSION),
  good('one.system.config', 'oneadmin', [], {
    document: 'OPENNEBULA_CONFIGURATION',
    has: {
      DEFAULT_UMASK: '177',
      API_LIST_ORDER: 'DESC',
      VM_ADMIN_OPERATIONS: /\bbackup\b/,
      VM_MANAGE_OPERATIONS: /\bsched-action\b/,
      SESSION_EXPIRATION_TIME: '900',
    },
  }),
  bad('one.system.config', 'not for others', [], 'AUTHORIZATION', /^\[one\.system\.config\] User \[\d+\]/, {
    as: 'ann',
  }),
  bad('one.system.backupself', 'no backups are in it', [1], 'ACTION', /no backup datastore/),
  bad('one.system.backupself', 'none', [4711], 'NO_EXISTS', /datastore \[4711\]/),
  bad('one.system.backupself', 'not for others', [1], 'AUTHORIZATION', /ADMIN system database/, { as: 'ann' }),
  good('one.system.nodes', 'oneadmin', [], {
    document: 'NODES',
    has: { 'NODE/NAME': 'here', 'NODE/ANSWERS': '1', 'NODE/LEASE': '-1' },
  }),
  bad('one.system.nodes', 'not for others', [], 'AUTHORIZATION', /ADMIN control nodes/, { as: 'ann' }),
  good('one.system.audit', 'oneadmin', [], {
    document: 'AUDIT_POOL',
    has: { 'AUDIT/SEQ': /^\d+$/, 'AUDIT/METHOD': /^one\./, 'AUDIT/HASH': /^[0-9a-f]{64}$/ },
  }),
  good('one.system.audit', 'a page of some', ['UID="0"\nOBJECT="vm:4711"\nMETHOD="one.vm.delete"\nFROM="1"', 9, 5], {
    document: 'AUDIT_POOL',
  }),
  bad('one.system.audit', 'by what records are not found', ['COLOR="red"'], 'ACTION', /COLOR .*OBJECT/),
  bad('one.system.audit', 'an object that is none', ['OBJECT="house"'], 'ACTION', /OBJECT="house" .*vm:3/),
  bad('one.system.audit', 'a page before the first', ['', -1], 'ACTION', /before="-1"/),
  bad('one.system.audit', 'too many', ['', 0, 1001], 'ACTION', /limit="1001" .* 1 to 1000/),
  bad('one.system.audit', 'not for others', [], 'AUTHORIZATION', /ADMIN audit log/, { as: 'ann' }),
  good('one.system.auditverify', 'oneadmin', [], {
    document: 'AUDIT_CHECK',
    has: { WHOLE: '1', BROKEN: '', FIRST: '1', LAST: /^[1-9]\d*$/, HASH: /^[0-9a-f]{64}$/ },
  }),
  bad('one.system.auditverify', 'not for others', [], 'AUTHORIZATION', /ADMIN audit log/, { as: 'ann' }),
  good('one.system.backupstatus', 'oneadmin', [], { document: 'BACKUP_STATUS', has: { TIME: /^\d{10}$/ } }),
  good('one.system.backupstatus', 'somebody without VMs', [], { document: 'BACKUP_STATUS' }, { as: 'ann' }),
  bad('one.system.backupstatus', 'a wrong password', [], 'AUTHENTICATION', /authenticated/, { as: 'oneadmin:wrong' }),
  ...STRANGERS.map(([what, as]) => bad(version, `a session of ${what}`, [], 'AUTHENTICATION', /authenticated/, { as })),
  ...NOT_OFFERED.map((method): Case => ({
    what: 'is not offered',
    method,
    params: [0],
    expected: { fault: -506 },
  })),
  { what: 'a method that is not known', method: 'one.system.dance', expected: { fault: -506 } },
  { what: 'a method of no family', method: 'version', expected: { fault: -506 } },
  { what: 'a method by what all objects have', method: 'constructor', expected: { fault: -506 } },
  { what: 'a method in capitals', method: 'ONE.SYSTEM.VERSION', expected: { fault: -506 } },
];
