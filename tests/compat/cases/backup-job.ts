// one.backupjob.* and one.backupjobpool.*
import { bad, good, makes, ref, type Case } from '../case.ts';

const job = (method: string): string => `one.backupjob.${method}`;
const ANN = { as: 'ann' };
const VM = 'CPU="0.05"\nMEMORY="16"\n';
const nothing: readonly number[] = Array<number>(9).fill(-1);
const NEW = /new backup job\. /;

const making: readonly Case[] = [
  makes('one.vm.allocate', 'for jobs', [`NAME="in a job"\n${VM}`, true], 'in a job'),
  makes(job('allocate'), 'a name alone', ['NAME="empty"'], 'empty'),
  makes(
    job('allocate'),
    "as Ruby's options are written",
    ['NAME="night"\nDESCRIPTION="x"\nBACKUP_VMS=""\nKEEP_LAST="3"\nMODE="FULL"\n'],
    'night',
  ),
  makes(
    job('allocate'),
    'XML, everything',
    [
      (id) =>
        `<TEMPLATE><NAME>büro</NAME><BACKUP_VMS>${id('in a job')}</BACKUP_VMS><DATASTORE_ID>${id('backups')}</DATASTORE_ID>` +
        '<BACKUP_VMS_SELECT><LABEL>prod</LABEL><OWNER>ann</OWNER></BACKUP_VMS_SELECT>' +
        '<KEEP_LAST>4</KEEP_LAST><FS_FREEZE>AGENT</FS_FREEZE><MODE>INCREMENT</MODE><INCREMENT_MODE>CBT</INCREMENT_MODE>' +
        '<BACKUP_VOLATILE>YES</BACKUP_VOLATILE><EXECUTION>PARALLEL</EXECUTION><RESET>YES</RESET><PRIORITY>70</PRIORITY></TEMPLATE>',
    ],
    'all',
  ),
  makes(job('allocate'), 'by a user', ['NAME="empty"\nPRIORITY="50"'], 'hers job', ANN),
  bad(job('allocate'), 'no name', ['KEEP_LAST="3"'], 'ALLOCATE', NEW),
  bad(job('allocate'), 'a name that its owner has given', ['NAME="night"'], 'ALLOCATE', /new backup job\. .*taken/),
  bad(job('allocate'), 'a name that cannot be', ['NAME="a&b"'], 'ALLOCATE', NEW),
  bad(job('allocate'), 'no template', ['NAME="a'], 'INTERNAL', /line 1/),
  bad(job('allocate'), 'a priority above 99', ['NAME="a"\nPRIORITY="100"'], 'INTERNAL', /100/),
  bad(job('allocate'), 'a negative priority', ['NAME="a"\nPRIORITY="-1"'], 'INTERNAL', /-1/),
  bad(job('allocate'), 'a high priority by a user', ['NAME="a"\nPRIORITY="51"'], 'AUTHORIZATION', /51/, ANN),
  bad(
    job('allocate'),
    'what selects nothing',
    ['NAME="a"\nBACKUP_VMS_SELECT=[ NAME="web" ]'],
    'INTERNAL',
    /SELECT\/NAME/,
  ),
  bad(job('allocate'), 'an execution that is not known', ['NAME="a"\nEXECUTION="DANCE"'], 'INTERNAL', /DANCE/),
  bad(
    job('allocate'),
    'a VM that is in another job',
    [(id) => `NAME="a"\nBACKUP_VMS="${id('in a job')}"`],
    'INTERNAL',
    /job/,
  ),
];

const looking: readonly Case[] = [
  good(job('info'), 'a job', [ref('empty')], {
    document: 'BACKUPJOB',
    has: {
      NAME: 'empty',
      PRIORITY: '50',
      LAST_BACKUP_TIME: '0',
      'TEMPLATE/KEEP_LAST': '0',
      'TEMPLATE/MODE': 'FULL',
      'TEMPLATE/EXECUTION': 'SEQUENTIAL',
      'TEMPLATE/FS_FREEZE': 'NONE',
      'TEMPLATE/BACKUP_VOLATILE': 'NO',
      'TEMPLATE/BACKUP_VMS': '',
    },
  }),
  good(job('info'), 'everything, with decrypt', [ref('all'), true], {
    document: 'BACKUPJOB',
    has: {
      PRIORITY: '70',
      'TEMPLATE/EXECUTION': 'PARALLEL',
      'TEMPLATE/INCREMENT_MODE': 'CBT',
      'TEMPLATE/RESET': 'YES',
      'TEMPLATE/BACKUP_VMS': /^\d+$/,
      'TEMPLATE/BACKUP_VMS_SELECT/LABEL': 'prod',
    },
  }),
  good('one.vm.info', 'a VM in a job', [ref('in a job')], {
    document: 'VM',
    has: { 'BACKUPS/BACKUP_CONFIG/BACKUP_JOB_ID': /^\d+$/ },
  }),
  bad('one.vm.backup', 'a VM in a job', [ref('in a job'), ref('backups')], 'INTERNAL', /job/),
  good(job('runs'), 'of a job that never ran', [ref('empty')], { document: 'RUN_POOL' }),
  bad(job('runs'), 'fewer than one', [ref('empty'), -1], 'ACTION', /limit="-1"/),
  bad(job('runs'), 'of no job', [4711], 'NO_EXISTS', /backup job \[4711\]/),
  bad(job('runs'), 'not for others', [ref('empty')], 'AUTHORIZATION', /USE BACKUPJOB/, ANN),
  bad(job('info'), 'none', [4711], 'NO_EXISTS', /backup job \[4711\]/),
  bad(job('info'), 'not for others', [ref('empty')], 'AUTHORIZATION', /USE BACKUPJOB/, ANN),
  good('one.backupjobpool.info', 'all', [-2, -1, -1], {
    document: 'BACKUPJOB_POOL',
    has: { 'BACKUPJOB/NAME': 'büro' },
  }),
  good('one.backupjobpool.info', 'a page, and a surplus parameter', [-2, 0, -24, ''], {
    document: 'BACKUPJOB_POOL',
    has: { 'BACKUPJOB/NAME': 'büro' },
  }),
  good(
    'one.backupjobpool.info',
    'mine',
    [-3, -1, -1],
    { document: 'BACKUPJOB_POOL', has: { 'BACKUPJOB/UNAME': 'ann' } },
    ANN,
  ),
  bad('one.backupjobpool.info', 'a flag that is not known', [-5, -1, -1], 'XML_RPC_API', /filter_flag/),
];

const changing: readonly Case[] = [
  good(job('update'), 'replace', [ref('night'), 'KEEP_LAST="7"', 0]),
  good(job('update'), 'merge; what is kept elsewhere is left alone', [
    ref('night'),
    'FS_FREEZE="SUSPEND"\nNAME="no"\nPRIORITY="1"',
    1,
  ]),
  good(job('info'), 'both', [ref('night')], {
    document: 'BACKUPJOB',
    has: { NAME: 'night', PRIORITY: '50', 'TEMPLATE/KEEP_LAST': '7', 'TEMPLATE/FS_FREEZE': 'SUSPEND' },
  }),
  bad(job('update'), 'a wrong flag', [ref('night'), 'A=b', 2], 'XML_RPC_API'),
  bad(job('update'), 'a mode that is not known', [ref('night'), 'MODE="DANCE"', 1], 'INTERNAL', /DANCE/),
  bad(job('update'), 'none', [4711, 'A=b', 0], 'NO_EXISTS'),
  good(job('rename'), 'a name', [ref('night'), 'every night']),
  bad(job('rename'), 'a name that is taken', [ref('night'), 'empty'], 'ACTION', /taken/),
  bad(job('rename'), 'none', [4711, 'a'], 'NO_EXISTS'),
  good(job('priority'), 'a low one', [ref('night'), 0]),
  good(job('priority'), 'the highest', [ref('night'), 99]),
  bad(job('priority'), 'above the highest', [ref('night'), 100], 'ACTION', /100/),
  bad(job('priority'), 'a negative one', [ref('night'), -1], 'ACTION', /-1/),
  good(job('priority'), 'up to 49 by the owner', [ref('hers job'), 49], undefined, ANN),
  bad(job('priority'), '50 by the owner', [ref('hers job'), 50], 'AUTHORIZATION', /ADMIN BACKUPJOB/, ANN),
  bad(job('priority'), 'none', [4711, 1], 'NO_EXISTS'),
  good(job('chmod'), 'use for others', [ref('night'), ...nothing.slice(2), 1, -1, -1].slice(0, 10)),
  bad(job('chmod'), 'a bit of 3', [ref('night'), 3, ...nothing.slice(1)], 'XML_RPC_API'),
  bad(job('chmod'), 'none', [4711, ...nothing], 'NO_EXISTS'),
  good(job('chown'), 'the group', [ref('night'), -1, 1]),
  bad(job('chown'), 'a name that the new owner has given', [ref('hers job'), 0, -1], 'ACTION'),
  bad(job('chown'), 'none', [4711, 0, 0], 'NO_EXISTS'),
  good(job('lock'), 'manage', [ref('night'), 2]),
  bad(job('update'), 'locked', [ref('night'), 'A=b', 1], 'LOCKED', /BACKUPJOB/),
  bad(job('delete'), 'locked', [ref('night')], 'LOCKED', /BACKUPJOB/),
  bad(job('lock'), 'a level that is not known', [ref('night'), -1], 'XML_RPC_API'),
  good(job('unlock'), 'a job', [ref('night')]),
  bad(job('unlock'), 'none', [4711], 'NO_EXISTS'),
];

const running: readonly Case[] = [
  ...['backup', 'cancel', 'retry'].flatMap((verb) => [
    good(job(verb), 'a job', [ref('all')]),
    bad(job(verb), 'none', [4711], 'NO_EXISTS', /backup job \[4711\]/),
    bad(job(verb), 'by others', [ref('empty')], 'AUTHORIZATION', /MANAGE BACKUPJOB/, ANN),
  ]),
  bad(job('backup'), 'nowhere to back up to', [ref('empty')], 'ACTION', /DATASTORE_ID/),
  good(job('info'), 'a job that ran', [ref('all')], {
    document: 'BACKUPJOB',
    has: { LAST_BACKUP_TIME: /^[1-9]\d+$/ },
  }),
];

const ending: readonly Case[] = [
  bad(job('delete'), 'by others', [ref('empty')], 'AUTHORIZATION', /MANAGE BACKUPJOB/, ANN),
  bad(job('delete'), 'none', [4711], 'NO_EXISTS'),
  ...['empty', 'night', 'all', 'hers job'].map((name) => good(job('delete'), `the job "${name}"`, [ref(name)])),
  bad(job('delete'), 'twice', [ref('empty')], 'NO_EXISTS'),
];

export const backupJobCases: readonly Case[] = [...making, ...looking, ...changing, ...running, ...ending];
