// one.vm.backup, backupplan and backupcancel, and one.image.* for backups: what of them is refused, and what a restore is given.
import { bad, good, makes, ref, type Case } from '../case.ts';
import { plantChain } from '../planted.ts';

const vm = (method: string): string => `one.vm.${method}`;
const image = (method: string): string => `one.image.${method}`;
const ANN = { as: 'ann' };
const VM = 'CPU="0.05"\nMEMORY="16"\n';
const subject = ref('protected');

const taking: readonly Case[] = [
  makes(image('allocate'), 'to be backed up', ['NAME="protected disk"\nSIZE="1"\nFORMAT="raw"', 1], 'protected disk', {
    until: { image: 'protected disk', is: 1 },
  }),
  makes(
    vm('allocate'),
    'to be backed up',
    [`NAME="protected"\n${VM}DISK=[ IMAGE="protected disk" ]`, true],
    'protected',
  ),
  bad(vm('backup'), 'on hold', [subject, ref('backups'), false], 'INTERNAL', /HOLD/),
  good(vm('action'), 'released', ['release', subject], undefined, { until: { vm: 'protected', is: [3, 3] } }),
  good(vm('action'), 'off', ['poweroff-hard', subject], undefined, { until: { vm: 'protected', is: [8, 0] } }),
  bad(vm('backup'), 'nowhere', [subject], 'NO_EXISTS', /atastore/),
  bad(vm('backup'), 'to -1', [subject, -1, false], 'NO_EXISTS', /atastore/),
  bad(vm('backup'), 'to no datastore', [subject, 4711, true], 'NO_EXISTS', /datastore \[4711\]/),
  bad(vm('backup'), 'to an image datastore', [subject, 1, false], 'ACTION', /backup datastore/),
  bad(vm('backup'), 'none', [4711, ref('backups')], 'NO_EXISTS', /virtual machine \[4711\]/),
  bad(vm('backup'), 'not for others', [subject, ref('backups')], 'AUTHORIZATION', /ADMIN VM/, ANN),
  good(vm('backupplan'), 'of a full backup', [subject, ref('backups')], {
    document: 'BACKUP_PLAN',
    has: { TYPE: 'FULL', REASON: 'MODE is FULL', LIVE: '0', 'DISK/DISK_ID': '0', 'DISK/SIZE': '1' },
  }),
  bad(vm('backupplan'), 'nowhere', [subject, -1, false], 'NO_EXISTS', /atastore/),
  bad(vm('backupplan'), 'to an image datastore', [subject, 1, true], 'ACTION', /backup datastore/),
  bad(vm('backupplan'), 'none', [4711], 'NO_EXISTS', /virtual machine \[4711\]/),
  bad(vm('backupplan'), 'not for others', [subject, ref('backups')], 'AUTHORIZATION', /ADMIN VM/, ANN),
  bad(vm('backupcancel'), 'of nothing', [subject], 'INTERNAL'),
  bad(vm('backupcancel'), 'none', [4711], 'NO_EXISTS'),
  bad(vm('backupcancel'), 'not for others', [subject], 'AUTHORIZATION', /ADMIN VM/, ANN),
  good(vm('backup'), 'a datastore', [subject, ref('backups')]),
  bad(vm('backup'), 'a second one', [subject, ref('backups')], 'INTERNAL', /BACKUP_POWEROFF/),
  bad(vm('action'), 'terminate, meanwhile', ['terminate', subject], 'ACTION', /BACKUP_POWEROFF/),
  bad(vm('updateconf'), 'meanwhile', [subject, 'BACKUP_CONFIG=[ KEEP_LAST="1" ]', 1], 'INTERNAL', /BACKUP_POWEROFF/),
  good(vm('rename'), 'meanwhile', [subject, 'protected still']),
  good(vm('backupcancel'), 'one that runs', [subject], undefined, { until: { vm: 'protected', is: [8, 0] } }),
  good(vm('backupruns'), 'one that was cancelled', [subject], {
    document: 'RUN_POOL',
    has: {
      'RUN/KIND': 'backup',
      'RUN/RESULT': 'cancelled',
      'RUN/TYPE': 'FULL',
      'RUN/WHY': 'MODE is FULL',
      'RUN/REASON': /./,
      'RUN/VM_NAME': 'protected still',
      'RUN/BYTES_STORED': '0',
      'RUN/END': /^\d{10}$/,
    },
  }),
  good(vm('backup'), 'a datastore, a new chain', [subject, ref('backups'), true], undefined, {
    until: { vm: 'protected', is: [8, 0] },
  }),
];

const inPlace: readonly Case[] = [
  bad(vm('restore'), 'no backup', [subject, ref('protected disk')], 'ACTION', /is not a backup/),
  bad(vm('restore'), 'no image', [subject, 4711], 'NO_EXISTS', /image \[4711\]/),
  bad(vm('restore'), 'none', [4711, 4711], 'NO_EXISTS', /virtual machine \[4711\]/),
  bad(vm('restore'), 'not for others', [subject, 4711], 'AUTHORIZATION', /ADMIN VM/, ANN),
  bad(vm('restoreinstant'), 'no backup', [ref('protected disk'), 1], 'ACTION', /is not a backup/),
  bad(vm('restoreinstant'), 'no image', [4711, 1], 'NO_EXISTS', /image \[4711\]/),
  bad(vm('restoreinstant'), 'one disk alone', [ref('backup'), -1, 'DISK_ID="0"'], 'ACTION', /leave DISK_ID out/),
  bad(vm('restoreinstant'), 'to a datastore for backups', [ref('backup'), ref('backups')], 'ACTION', /IMAGE_DS/),
  bad(vm('restoreinstant'), 'an option without sense', [ref('backup'), 1, 'NO_NIC="none"'], 'INTERNAL', /NO_NIC/),
  bad(vm('restoreinstant'), 'not for others', [ref('backup'), 1], 'AUTHORIZATION', /USE IMAGE/, ANN),
  bad(vm('restoreresume'), 'nothing to resume', [subject], 'ACTION', /reads from no backup/),
];

const looking: readonly Case[] = [
  good(vm('backupruns'), 'the newest one alone', [subject, 1], {
    document: 'RUN_POOL',
    has: { 'RUN/VM_ID': /^\d+$/, 'RUN/TIME_LEFT': '-1', 'RUN/INCREMENT_ID': /^(-1|0)$/ },
  }),
  bad(vm('backupruns'), 'none of them', [subject, 0], 'ACTION', /limit="0" .* 1 to 1000/),
  bad(vm('backupruns'), 'more than anybody reads', [subject, 1001], 'ACTION', /limit="1001"/),
  bad(vm('backupruns'), 'of no VM', [4711, 50], 'NO_EXISTS', /virtual machine \[4711\]/),
  bad(vm('backupruns'), 'not for others', [subject], 'AUTHORIZATION', /USE VM/, ANN),
];

const chained = ref('chained');
const off = { until: { vm: 'chained', is: [8, 0] as const } };

const chaining: readonly Case[] = [
  makes(image('allocate'), 'that notes changes', ['NAME="chained disk"\nSIZE="1"\nFORMAT="qcow2"', 1], 'chained disk', {
    until: { image: 'chained disk', is: 1 },
  }),
  bad(
    vm('allocate'),
    'increments of a raw disk',
    [`${VM}DISK=[ TYPE="fs", SIZE="1", FORMAT="raw" ]\nBACKUP_CONFIG=[ MODE="INCREMENT", BACKUP_VOLATILE="YES" ]`],
    'ALLOCATE',
    /MODE="INCREMENT" .* disk 0 has FORMAT="raw"/,
  ),
  makes(
    vm('allocate'),
    'with increments',
    [`NAME="chained"\n${VM}DISK=[ IMAGE="chained disk" ]\nBACKUP_CONFIG=[ MODE="INCREMENT", KEEP_LAST="1" ]`, false],
    'chained',
    { until: { vm: 'chained', is: [3, 3] } },
  ),
  good(vm('action'), 'with increments, off', ['poweroff-hard', chained], undefined, off),
  bad(vm('backup'), 'nowhere, before there is a chain', [chained], 'NO_EXISTS', /atastore/),
  good(vm('backupplan'), 'of the first of a chain', [chained, ref('backups')], {
    document: 'BACKUP_PLAN',
    has: { TYPE: 'FULL', REASON: 'the first backup of a chain' },
  }),
  good(vm('rename'), 'that has a chain from now on', [chained, 'chained'], undefined, {
    plant: async ({ cloud, ids }) => {
      const [datastore = -1, machine = -1] = [ids.get('backups'), ids.get('chained')];
      ids.set('chain', await plantChain(cloud, datastore, machine));
    },
  }),
  good(vm('info'), 'with a chain', [chained], {
    document: 'VM',
    has: { 'BACKUPS/LAST_BACKUP/TYPE': 'INCREMENT', 'BACKUPS/BACKUP_CONFIG/LAST_INCREMENT_ID': '1' },
  }),
  good(image('info'), 'a chain', [ref('chain')], {
    document: 'IMAGE',
    has: { 'BACKUP_INCREMENTS/INCREMENT/TYPE': 'INCREMENT', 'BACKUP_DISK_IDS/ID': '0' },
  }),
  good(vm('backupplan'), 'that goes to where the chain is', [chained], { document: 'BACKUP_PLAN' }),
  good(vm('backupplan'), 'of a new chain', [chained, ref('backups'), true], {
    document: 'BACKUP_PLAN',
    has: { TYPE: 'FULL', REASON: 'a new chain was asked for' },
  }),
  bad(vm('backupplan'), 'of a new chain, nowhere', [chained, -1, true], 'NO_EXISTS', /atastore/),
  bad(vm('backup'), 'a new chain, nowhere', [chained, -1, true], 'NO_EXISTS', /atastore/),
  good(vm('backup'), 'to where the chain is', [chained, -1, false], undefined, off),
  bad(vm('disksnapshotcreate'), 'between increments', [chained, 0, 's'], 'ACTION', /MODE="INCREMENT"/),
];

const verifying: readonly Case[] = [
  bad(image('verify'), 'an increment that is not there', [ref('backup'), 9], 'ACTION', /no increment 9; it has 0/),
  bad(image('verify'), 'what is no backup', [ref('protected disk')], 'ACTION', /no backup/),
  bad(image('verify'), 'none', [4711, -1], 'NO_EXISTS', /image \[4711\]/),
  bad(image('verify'), 'not for others', [ref('backup')], 'AUTHORIZATION', /MANAGE IMAGE/, ANN),
  bad(image('cancel'), 'when nothing is done with it', [ref('backup')], 'ACTION', /Nothing .* is done with image \d+/),
  bad(image('cancel'), 'none', [4711], 'NO_EXISTS', /image \[4711\]/),
  bad(image('cancel'), 'not for others', [ref('backup')], 'AUTHORIZATION', /MANAGE IMAGE/, ANN),
  bad(image('pin'), 'without a reason', [ref('backup'), 0, ''], 'ACTION', /REASON/),
  bad(image('pin'), 'until a time that is over', [ref('backup'), 0, 'REASON="a"\nUNTIL="5"'], 'ACTION', /UNTIL="5"/),
  bad(image('pin'), 'an increment that is not there', [ref('backup'), 9, 'REASON="a"'], 'ACTION', /no increment 9/),
  bad(image('pin'), 'not for others', [ref('backup'), 0, 'REASON="a"'], 'AUTHORIZATION', /MANAGE IMAGE/, ANN),
  good(image('pin'), 'a point', [ref('backup'), 0, 'REASON="audit"\nUNTIL="4102444800"']),
  bad(image('delete'), 'a pinned point', [ref('backup'), false], 'ACTION', /pinned until 2100-01-01T00:00:00Z: audit/),
  good(image('unpin'), 'a point', [ref('backup'), 0]),
  bad(image('unpin'), 'an increment that is not there', [ref('backup'), 9], 'ACTION', /no increment 9/),
  good(image('retention'), 'by the rules that hold', [ref('backup')], {
    document: 'RETENTION',
    has: {
      KEEP_LAST: '0',
      'POINT/ID': '0',
      'POINT/KEPT': '1',
      'POINT/GOES': '0',
      'POINT/REASON': 'no KEEP_ rule is set',
    },
  }),
  good(image('retention'), 'by others', [ref('backup'), 'KEEP_DAILY="2"\nKEEP_YEARLY="3"'], {
    document: 'RETENTION',
    has: { KEEP_YEARLY: '3', 'POINT/RULE': 'KEEP_DAILY', 'POINT/KEPT': '1', 'POINT/GOES': /^[1-9]/ },
  }),
  bad(image('retention'), 'by no rule', [ref('backup'), 'COLOR="red"'], 'INTERNAL', /COLOR is no rule/),
  bad(image('retention'), 'by no number', [ref('backup'), 'KEEP_DAILY="red"'], 'INTERNAL', /KEEP_DAILY="red"/),
  bad(image('retention'), 'of what is no backup', [ref('protected disk')], 'ACTION', /no backup/),
  bad(image('retention'), 'of none', [4711, ''], 'NO_EXISTS', /image \[4711\]/),
  bad(image('retention'), 'not for others', [ref('backup')], 'AUTHORIZATION', /USE IMAGE/, ANN),
  bad(image('copy'), 'to where it is', [ref('backup'), ref('backups')], 'ACTION', /is in datastore \d+ .* already/),
  bad(image('copy'), 'to where no backups are', [ref('backup'), 1], 'ACTION', /no backup datastore/),
  bad(image('copy'), 'what is no backup', [ref('protected disk'), ref('backups')], 'ACTION', /no backup/),
  bad(image('copy'), 'nowhere', [ref('backup'), 4711], 'NO_EXISTS', /datastore \[4711\]/),
  bad(image('copy'), 'not for others', [ref('backup'), ref('backups')], 'AUTHORIZATION', /USE IMAGE/, ANN),
  makes('one.datastore.allocate', 'for copies', ['NAME="copies"\nTYPE="BACKUP_DS"\nDS_MAD="fake"', -1], 'copies'),
  good(image('copy'), 'to another datastore', [ref('backup'), ref('copies')]),
  good(image('verify'), 'the newest point', [ref('backup')]),
  good(image('cancel'), 'a verification', [ref('backup')]),
  good(image('verify'), 'a point', [ref('backup'), 0]),
  bad(image('drill'), 'an increment that is not there', [ref('backup'), 9], 'ACTION', /no increment 9; it has 0/),
  bad(image('drill'), 'what is no backup', [ref('protected disk')], 'ACTION', /no backup/),
  bad(image('drill'), 'an option that is not known', [ref('backup'), -1, 'COLOR="red"'], 'INTERNAL', /COLOR="red"/),
  bad(image('drill'), 'a program that may not be run', [ref('backup'), -1, 'SCRIPT="look"'], 'ACTION', /DRILL_SCRIPTS/),
  bad(image('drill'), 'none', [4711], 'NO_EXISTS', /image \[4711\]/),
  bad(image('drill'), 'not for others', [ref('backup')], 'AUTHORIZATION', /MANAGE IMAGE/, ANN),
  good(image('drill'), 'a point that never answers', [ref('backup'), 0, 'TEXT="never"\nTIMEOUT="60"\nMEMORY="64"']),
  good(image('cancel'), 'a drill', [ref('backup')]),
];

const restoring: readonly Case[] = [
  good(image('info'), 'a backup', [ref('backup')], {
    document: 'IMAGE',
    has: { TYPE: '6', PERSISTENT: '1', STATE: '1', 'VMS/ID': /^\d+$/, RUNNING_VMS: '1', TARGET_SNAPSHOT: '-1' },
  }),
  good(vm('restoreplan'), 'in place, whatever VM the backup is of', [subject, ref('backup'), -1, -1, true], {
    document: 'RESTORE_PLAN',
    has: { IN_PLACE: '1', DATASTORE_ID: '-1', 'DISK/NAME': /^\//, 'DISK/SIZE_BEFORE': '1', WARNING: /is lost/ },
  }),
  bad(image('restore'), 'none', [4711, 1, ''], 'NO_EXISTS', /image \[4711\]/),
  bad(image('restore'), 'to no datastore', [ref('backup'), 4711, ''], 'NO_EXISTS', /datastore \[4711\]/),
  bad(image('restore'), 'to a datastore for backups', [ref('backup'), ref('backups'), ''], 'ACTION'),
  bad(image('restore'), 'to a system datastore', [ref('backup'), 0, ''], 'ACTION'),
  bad(image('restore'), 'options that are no template', [ref('backup'), 1, 'NO_IP'], 'INTERNAL', /line 1/),
  bad(image('restore'), 'an option without a value', [ref('backup'), 1, 'NO_IP='], 'INTERNAL', /NO_IP/),
  bad(image('restore'), 'an increment that is not there', [ref('backup'), 1, 'INCREMENT_ID="9"\n'], 'ACTION', /9/),
  bad(image('restore'), 'a disk that is not there', [ref('backup'), 1, 'DISK_ID="9"\n'], 'ACTION', /9/),
  bad(image('restore'), 'not for others', [ref('backup'), 1, ''], 'AUTHORIZATION', /USE IMAGE/, ANN),
  good(image('restore'), 'without options', [ref('backup'), 1, ''], { text: /^\d+ \d+$/ }),
  good(
    image('restore'),
    "as Ruby's options are written",
    [ref('backup'), 1, 'NO_NIC="YES"\nNO_IP="YES"\nNAME="again"\nINCREMENT_ID="0"\n'],
    { text: /^\d+ \d+$/ },
  ),
  good(image('restore'), 'one disk: no template', [ref('backup'), 1, 'NAME="one disk"\nDISK_ID="0"\n'], {
    text: /^-1 \d+$/,
  }),
  good(
    image('restore'),
    'XML, and an option that is not known',
    [ref('backup'), 1, '<TEMPLATE><NAME>xml</NAME><DANCE>YES</DANCE></TEMPLATE>'],
    {
      text: /^\d+ \d+$/,
    },
  ),
];

const refusing: readonly Case[] = [
  bad(image('clone'), 'a backup', [ref('backup'), 'copy'], 'ACTION', /backup/),
  bad(image('persistent'), 'a backup', [ref('backup'), false], 'ACTION', /backup/),
  bad(image('chtype'), 'a backup', [ref('backup'), 'OS'], 'ACTION', /backup/),
  bad(image('enable'), 'a backup, off', [ref('backup'), false], 'INTERNAL', /backup/),
  bad(image('enable'), 'a backup, on', [ref('backup'), true], 'INTERNAL', /backup/),
  ...['snapshotdelete', 'snapshotrevert', 'snapshotflatten'].map((method) =>
    bad(image(method), 'of a backup', [ref('backup'), 0], 'ACTION', /backup/),
  ),
  bad(vm('allocate'), 'a backup as disk', [(id) => `${VM}DISK=[ IMAGE_ID="${id('backup')}" ]`], 'ALLOCATE', /backup/),
  bad(image('allocate'), 'in a datastore for backups', ['NAME="a"\nSIZE="1"', ref('backups')], 'ALLOCATE', /atastore/),
  good(image('update'), 'a backup', [ref('backup'), 'NOTE="kept"', 1]),
  good(image('rename'), 'a backup', [ref('backup'), 'the good one']),
  good(image('chmod'), 'a backup', [ref('backup'), 1, 1, 0, 1, 0, 0, 0, 0, 0]),
  good(image('chown'), 'a backup', [ref('backup'), -1, 1]),
  good(image('lock'), 'a backup', [ref('backup'), 4]),
  bad(image('delete'), 'a backup that is locked', [ref('backup')], 'LOCKED'),
  bad(image('restore'), 'a backup that is locked', [ref('backup'), 1, ''], 'LOCKED'),
  good(image('unlock'), 'a backup', [ref('backup')]),
];

export const vmBackupCases: readonly Case[] = [
  ...taking,
  ...inPlace,
  ...looking,
  ...chaining,
  ...verifying,
  ...restoring,
  ...refusing,
];
