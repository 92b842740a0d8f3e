// one.acl.*: rules as hexadecimal words.
import { bad, good, makes, ref, type Case } from '../case.ts';

const add = 'one.acl.addrule';
const drop = 'one.acl.delrule';
const info = 'one.acl.info';
const ANN = '100000002';
const ALL = '400000000';
const VM_7 = '1100000007';

export const aclCases: readonly Case[] = [
  good(info, 'the rules of a new installation', [], {
    document: 'ACL_POOL',
    has: {
      'ACL/STRING': '@1 VM+IMAGE+TEMPLATE+DOCUMENT+SECGROUP+VMGROUP+BACKUPJOB/* CREATE *',
      'ACL/RIGHTS': '8',
      'ACL/ZONE': ALL,
    },
  }),
  makes(add, 'four words', ['200000001', '100100000064', '1', '100000000'], 'four'),
  good(info, 'as text and as words', [], {
    document: 'ACL_POOL',
    has: { 'ACL/STRING': '@1 DATASTORE/#100 USE #0', 'ACL/USER': '200000001', 'ACL/RESOURCE': '100100000064' },
  }),
  bad(add, 'the same again', ['200000001', '100100000064', '1', '100000000'], 'ALLOCATE', /already/),
  makes(add, 'three words: this zone', [ANN, VM_7, '3'], 'three'),
  makes(add, 'an empty zone: this zone', [ANN, '1100000008', 'f', ''], 'empty'),
  makes(
    add,
    'capitals and leading zeros',
    ['0000000100000002', '000000F100000009'.replace('F', '1'), 'F', ''],
    'capitals',
  ),
  makes(add, 'all of several kinds in all zones', [ANN, '1E400000000'.toLowerCase(), '1', ALL], 'all'),
  makes(add, 'a cluster of hosts', [ALL, '2800000000', '1'], 'cluster'),
  makes(add, 'backup jobs, the highest bit', ['200000001', '100000400000000', '2', ALL], 'jobs'),
  makes(add, 'one user in all zones', [ANN, '10100000001', '2', ALL], 'user'),
  good(info, 'rules with % and with several kinds', [], {
    document: 'ACL_POOL',
    has: { 'ACL/STRING': /^\* HOST\/%0 USE #0$/, 'ACL/RESOURCE': '100000400000000' },
  }),
  bad(add, 'no word', ['', VM_7, '1'], 'INTERNAL', /malformed/),
  bad(add, 'no number', ['#2', VM_7, '1'], 'INTERNAL', /malformed/),
  bad(add, '0x before a word', ['0x100000002', VM_7, '1'], 'INTERNAL', /malformed/),
  bad(add, 'a negative word', ['-1', VM_7, '1'], 'INTERNAL', /malformed/),
  bad(add, 'a word of more than 64 bits', ['10000000100000002', VM_7, '1'], 'INTERNAL', /malformed/),
  bad(add, 'a user of no kind', ['2', VM_7, '1'], 'INTERNAL', /malformed.*user/),
  bad(add, 'a user and a group at once', ['300000002', VM_7, '1'], 'INTERNAL', /malformed.*user/),
  bad(add, 'an id beside all', ['400000001', VM_7, '1'], 'INTERNAL', /malformed.*user/),
  bad(add, 'a resource of no kind of object', [ANN, '100000007', '1'], 'INTERNAL', /malformed.*resource/),
  bad(add, 'no rights', [ANN, VM_7, '0'], 'INTERNAL', /malformed.*rights/),
  bad(add, 'more rights than there are', [ANN, VM_7, '10'], 'INTERNAL', /malformed.*rights/),
  bad(add, 'a group as zone', [ANN, VM_7, '1', '200000000'], 'INTERNAL', /malformed.*zone/),
  bad(add, 'a cluster of VMs', [ANN, '1800000000', '1'], 'INTERNAL', /malformed.*VM/),
  bad(add, 'a cluster of backup jobs', [ANN, '100000800000000', '1'], 'INTERNAL', /malformed.*BACKUPJOB/),
  bad(add, 'a group of hosts', [ANN, '2200000001', '1'], 'INTERNAL', /malformed.*HOST/),
  bad(add, 'one VM in all zones', [ANN, VM_7, '1', ALL], 'INTERNAL', /malformed.*VM/),
  bad(add, 'not for others', [ANN, '110000000a', '1'], 'AUTHORIZATION', /ACL/, { as: 'ann' }),
  bad(info, 'not for others', [], 'AUTHORIZATION', /ACL/, { as: 'ann' }),
  ...['four', 'three', 'empty', 'capitals', 'all', 'cluster', 'jobs', 'user'].map((name) =>
    good(drop, `the rule "${name}"`, [ref(name)]),
  ),
  bad(drop, 'a rule that is gone', [ref('four')], 'NO_EXISTS', /ACL/),
  bad(drop, 'a negative id', [-1], 'NO_EXISTS', /ACL/),
  bad(drop, 'not for others', [0], 'AUTHORIZATION', /ACL/, { as: 'ann' }),
];
