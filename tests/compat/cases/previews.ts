// What is told before something is done, and how backups stand: one.system.*, one.vmpool.protection, one.vm.eligibility, restore plans,
// one.datastore.fill and one.backupjob.selection. It begins with objects of its own.
import { bad, good, makes, ref, type Case } from '../case.ts';
import { plantBackup } from '../planted.ts';

const ANN = { as: 'ann' };
const VM = 'CPU="0.05"\nMEMORY="16"\n';
const system = (method: string): string => `one.system.${method}`;

const making: readonly Case[] = [
  makes(
    'one.vm.allocate',
    'to be told of',
    [`NAME="told"\n${VM}DISK=[ TYPE="fs", SIZE="1", FORMAT="raw" ]\nLABELS="previewed"`, true],
    'told',
  ),
  makes('one.vm.allocate', 'with nothing', [`NAME="bare"\n${VM}`, true], 'bare'),
  makes('one.backupjob.allocate', 'to be looked into', ['NAME="looked into"\nKEEP_LAST="2"'], 'looked into', {
    plant: async ({ cloud, ids }) => {
      const [datastore = -1, vm = -1] = [ids.get('backups'), ids.get('told')];
      ids.set('told backup', await plantBackup(cloud, datastore, { name: 'told backup', vms: [vm] }));
    },
  }),
];

const standing: readonly Case[] = [
  good('one.vmpool.protection', 'all', [-2, -1, -1], {
    document: 'PROTECTION_POOL',
    has: { 'VM/NAME': 'told', 'VM/KIND': 'unprotected', 'VM/REASON': /nothing is scheduled/, 'VM/JOB_ID': '-1' },
  }),
  good('one.vmpool.protection', 'a page of a kind', [-2, 0, -1, 'unprotected'], { document: 'PROTECTION_POOL' }),
  good('one.vmpool.protection', 'of somebody without VMs', [-2, -1, -1, ''], { document: 'PROTECTION_POOL' }, ANN),
  bad('one.vmpool.protection', 'a kind that is not known', [-2, -1, -1, 'happy'], 'ACTION', /kind="happy" .*overdue/),
  bad('one.vmpool.protection', 'a filter that is not known', [-9, -1, -1], 'XML_RPC_API', /filter_flag -9/),
  good(system('summary'), 'oneadmin', [], {
    document: 'SUMMARY',
    has: { 'VMS/TOTAL': /^[1-9]\d*$/, 'PROTECTION/UNPROTECTED': /^[1-9]\d*$/, 'DATASTORE/NAME': /./ },
  }),
  good(system('summary'), 'somebody without VMs', [], { document: 'SUMMARY', has: { 'VMS/OTHER': /^\d+$/ } }, ANN),
  bad(system('summary'), 'a wrong password', [], 'AUTHENTICATION', /authenticated/, { as: 'oneadmin:wrong' }),
  good(system('backupstatus'), 'lists that are short', [1], { document: 'BACKUP_STATUS' }),
  bad(system('backupstatus'), 'lists of less than nothing', [-1], 'ACTION', /limit="-1"/),
];

const running: readonly Case[] = [
  good(system('runs'), 'the newest', [], { document: 'RUN_POOL' }),
  good(system('runs'), 'a page of some', ['KIND="backup,restore"\nRESULT="done,failed"', 0, 5], {
    document: 'RUN_POOL',
  }),
  good(system('runs'), 'of nobody', ['VM_ID="4711"'], { document: 'RUN_POOL' }, ANN),
  bad(system('runs'), 'a kind that is not known', ['KIND="dance"'], 'ACTION', /KIND="dance" .*backup/),
  bad(system('runs'), 'by what runs are not found', ['COLOR="red"'], 'ACTION', /COLOR .*VM_ID/),
  bad(system('runs'), 'a page before the first', ['', -1], 'ACTION', /offset="-1"/),
  bad(system('runs'), 'too many', ['', 0, 5000], 'ACTION', /limit="5000"/),
  bad(system('runs'), 'no template', ['KIND'], 'INTERNAL', /line 1/),
  good(system('runfigures'), 'of a month', [], {
    document: 'RUN_FIGURES',
    has: { KIND: 'backup', 'DAY/TIME': /^\d{10}$/ },
  }),
  good(system('runfigures'), 'of one VM', [7, ref('told'), 'restore', 1], { document: 'RUN_FIGURES' }),
  good(system('runfigures'), 'of somebody without VMs', [1], { document: 'RUN_FIGURES' }, ANN),
  bad(system('runfigures'), 'of no day', [0], 'ACTION', /days="0"/),
  bad(system('runfigures'), 'of a kind that is not known', [1, -1, 'dance'], 'ACTION', /kind="dance"/),
  good(system('calendar'), 'a week', [1_700_000_000, 1_700_604_800], {
    document: 'CALENDAR',
    has: { 'DAY/NEXT': '0', MORE: '0' },
  }),
  good(system('calendar'), 'of somebody without VMs', [1_700_000_000, 1_700_604_800], { document: 'CALENDAR' }, ANN),
  bad(system('calendar'), 'backwards', [100, 50], 'ACTION', /from="100" to="50"/),
  bad(system('calendar'), 'a year', [0, 31_536_000], 'ACTION', /62 days/),
];

const telling: readonly Case[] = [
  good(
    system('occurrences'),
    'every night',
    ['SCHED_ACTION=[ TIME="4102444800", REPEAT="0", DAYS="0,1,2,3,4,5,6", END_TYPE="0" ]', 3],
    {
      document: 'OCCURRENCES',
      has: { 'OCCURRENCE/TIME': '4102444800', 'OCCURRENCE/ACTION': 'backup' },
    },
  ),
  good(
    system('occurrences'),
    'two together',
    ['SCHED_ACTION=[ ACTION="stop", TIME="+60" ]\nSCHED_ACTION=[ TIME="+30" ]'],
    {
      document: 'OCCURRENCES',
      has: { 'OCCURRENCE/INDEX': '1', 'OCCURRENCE/ACTION': 'stop' },
    },
    ANN,
  ),
  bad(system('occurrences'), 'what does not come round', ['SCHED_ACTION=[ TIME="soon" ]'], 'INTERNAL', /TIME="soon"/),
  bad(system('occurrences'), 'nothing', ['A="b"'], 'INTERNAL', /SCHED_ACTION/),
  bad(system('occurrences'), 'too many', ['SCHED_ACTION=[ TIME="+60" ]', 101], 'ACTION', /count="101"/),
  good('one.vm.eligibility', 'of a raw disk', [ref('told')], {
    document: 'ELIGIBILITY',
    has: { NEXT: 'NONE', REASON: /state HOLD/, POSSIBLE: '0', 'DISK/TAKES_PART': '0', 'DISK/REASON': /volatile/ },
  }),
  bad('one.vm.eligibility', 'none', [4711], 'NO_EXISTS', /virtual machine \[4711\]/),
  bad('one.vm.eligibility', 'not for others', [ref('told')], 'AUTHORIZATION', /USE VM/, ANN),
  good('one.datastore.fill', 'a month', [ref('backups')], {
    document: 'DATASTORE_FILL',
    has: { MB_PER_DAY: '0', FULL_ON: '-1', 'POINT/TIME': /^\d{10}$/ },
  }),
  good('one.datastore.fill', 'a day', [1, 1], { document: 'DATASTORE_FILL' }),
  bad('one.datastore.fill', 'more than is kept', [1, 401], 'ACTION', /days="401"/),
  bad('one.datastore.fill', 'none', [4711], 'NO_EXISTS', /datastore \[4711\]/),
  bad('one.datastore.fill', 'not for others', [ref('backups')], 'AUTHORIZATION', /USE DATASTORE/, ANN),
];

const selecting: readonly Case[] = [
  good('one.backupjob.selection', 'a rule', ['BACKUP_VMS_SELECT=[ LABEL="previewed" ]'], {
    document: 'JOB_SELECTION',
    has: { TOTAL: '1', 'VM/NAME': 'told', 'VM/HOW': 'selected' },
  }),
  good(
    'one.backupjob.selection',
    'a list over a job',
    [(id) => `BACKUP_VMS="${id('told')},4711"`, ref('looked into'), 5],
    {
      document: 'JOB_SELECTION',
      has: { 'VM/HOW': 'listed', 'GONE/ID': '4711' },
    },
  ),
  good(
    'one.backupjob.selection',
    'of what one may not see',
    ['BACKUP_VMS_SELECT=[ LABEL="previewed" ]'],
    {
      document: 'JOB_SELECTION',
      has: { TOTAL: '0' },
    },
    ANN,
  ),
  bad(
    'one.backupjob.selection',
    'what selects nothing',
    ['BACKUP_VMS_SELECT=[ NAME="x" ]'],
    'INTERNAL',
    /SELECT\/NAME/,
  ),
  bad('one.backupjob.selection', 'no job', ['', 4711], 'NO_EXISTS', /job \[4711\]/),
  bad('one.backupjob.selection', 'a job of others', ['', ref('looked into')], 'AUTHORIZATION', /USE BACKUPJOB/, ANN),
];

const restoring: readonly Case[] = [
  good('one.image.restoreplan', 'all of it', [ref('told backup'), 1], {
    document: 'RESTORE_PLAN',
    has: { TEMPLATE: '1', IN_PLACE: '0', DATASTORE_ID: '1', 'DISK/SIZE': '1', 'DISK/SIZE_BEFORE': '-1', NEEDS_MB: '1' },
  }),
  good('one.image.restoreplan', 'one disk', [ref('told backup'), 1, 'DISK_ID="0"\nNAME="told"'], {
    document: 'RESTORE_PLAN',
    has: { TEMPLATE: '0', 'DISK/NAME': 'told-disk-0' },
  }),
  bad('one.image.restoreplan', 'none', [4711, 1], 'NO_EXISTS', /image \[4711\]/),
  bad(
    'one.image.restoreplan',
    'to a datastore for backups',
    [ref('told backup'), ref('backups')],
    'ACTION',
    /IMAGE_DS/,
  ),
  bad(
    'one.image.restoreplan',
    'an increment that is not there',
    [ref('told backup'), 1, 'INCREMENT_ID="9"'],
    'ACTION',
    /9/,
  ),
  bad('one.image.restoreplan', 'not for others', [ref('told backup'), 1], 'AUTHORIZATION', /USE IMAGE/, ANN),
  bad('one.vm.restoreplan', 'on hold', [ref('told'), ref('told backup')], 'ACTION', /HOLD/),
  bad('one.vm.restoreplan', 'no image', [ref('told'), 4711], 'NO_EXISTS', /image \[4711\]/),
  bad('one.vm.restoreplan', 'not for others', [ref('told'), ref('told backup')], 'AUTHORIZATION', /ADMIN VM/, ANN),
];

const ending: readonly Case[] = [
  good('one.image.delete', 'the planted backup', [ref('told backup')]),
  good('one.backupjob.delete', 'what was looked into', [ref('looked into')]),
  ...['told', 'bare'].map((name) => good('one.vm.recover', `the end of "${name}"`, [ref(name), 3])),
];

export const previewCases: readonly Case[] = [
  ...making,
  ...standing,
  ...running,
  ...telling,
  ...selecting,
  ...restoring,
  ...ending,
];
