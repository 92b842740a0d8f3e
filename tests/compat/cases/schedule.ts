// one.vm.sched* and one.backupjob.sched*: the text that OpenNebula's commands send, and what is wrong with others.
import { bad, good, makes, ref, type Case } from '../case.ts';

const ANN = { as: 'ann' };
const LATER = 1_999_999_999;
const later = (more = ''): string => `SCHED_ACTION = [ACTION  = backup, ARGS    = "100,0",TIME    = ${LATER}${more}]`;

const onVm: readonly Case[] = [
  makes('one.vm.allocate', 'to be scheduled on', ['NAME="timed"\nCPU="0.05"\nMEMORY="16"', true], 'timed'),
  makes('one.vm.schedadd', 'once', [ref('timed'), later()], 'once'),
  makes(
    'one.vm.schedadd',
    'each Sunday and Friday',
    [ref('timed'), later(', REPEAT = 0, DAYS = "0,5", END_TYPE = 0')],
    'weekly',
  ),
  makes(
    'one.vm.schedadd',
    'XML',
    [ref('timed'), `<TEMPLATE><SCHED_ACTION><ACTION>poweroff</ACTION><TIME>${LATER}</TIME></SCHED_ACTION></TEMPLATE>`],
    'as XML',
  ),
  bad('one.vm.schedadd', 'no time', [ref('timed'), 'SCHED_ACTION=[ ACTION="backup" ]'], 'INTERNAL', /TIME/),
  bad(
    'one.vm.schedadd',
    'an action that is none',
    [ref('timed'), `SCHED_ACTION=[ ACTION="explode", TIME="${LATER}" ]`],
    'INTERNAL',
    /explode/,
  ),
  bad('one.vm.schedadd', 'two at once', [ref('timed'), `${later()}\n${later()}`], 'INTERNAL', /there are 2/),
  bad('one.vm.schedadd', 'something else', [ref('timed'), 'A=b'], 'INTERNAL', /there is A/),
  bad('one.vm.schedadd', 'none', [4711, later()], 'NO_EXISTS', /virtual machine \[4711\]/),
  bad('one.vm.schedadd', 'not for others', [ref('timed'), later()], 'AUTHORIZATION', /MANAGE VM/, ANN),
  good('one.vm.info', 'what is scheduled', [ref('timed')], {
    document: 'VM',
    has: {
      'TEMPLATE/SCHED_ACTION/ACTION': 'backup',
      'TEMPLATE/SCHED_ACTION/ARGS': '100,0',
      'TEMPLATE/SCHED_ACTION/TIME': String(LATER),
      'TEMPLATE/SCHED_ACTION/REPEAT': '-1',
      'TEMPLATE/SCHED_ACTION/END_VALUE': '-1',
      'TEMPLATE/SCHED_ACTION/DONE': '-1',
      'TEMPLATE/SCHED_ACTION/MESSAGE': '',
    },
  }),
  good('one.vm.schedupdate', 'a day', [ref('timed'), ref('weekly'), '\nSCHED_ACTION = [DAYS="2"]'], { id: 'new' }),
  bad(
    'one.vm.schedupdate',
    'a day that is none',
    [ref('timed'), ref('weekly'), 'SCHED_ACTION=[ DAYS="9" ]'],
    'INTERNAL',
    /DAYS="9"/,
  ),
  bad('one.vm.schedupdate', 'none', [ref('timed'), 4711, later()], 'NO_EXISTS', /4711/),
  bad('one.vm.schedupdate', 'of no VM', [4711, ref('weekly'), later()], 'NO_EXISTS'),
  bad(
    'one.vm.schedupdate',
    'not for others',
    [ref('timed'), ref('weekly'), later()],
    'AUTHORIZATION',
    /MANAGE VM/,
    ANN,
  ),
  bad('one.vm.scheddelete', 'not for others', [ref('timed'), ref('once')], 'AUTHORIZATION', /MANAGE VM/, ANN),
  good('one.vm.scheddelete', 'one', [ref('timed'), ref('once')], { id: 'new' }),
  bad('one.vm.scheddelete', 'twice', [ref('timed'), ref('once')], 'NO_EXISTS', /not exist for virtual machine/),
  bad('one.vm.scheddelete', 'of no VM', [4711, ref('weekly')], 'NO_EXISTS'),
];

const onJob: readonly Case[] = [
  makes(
    'one.backupjob.allocate',
    'with a schedule',
    [`NAME="timed"\nSCHED_ACTION=[ TIME="${LATER}", REPEAT="1", DAYS="31", END_TYPE="1", END_VALUE="3" ]`],
    'timed job',
  ),
  bad(
    'one.backupjob.allocate',
    'with a schedule that makes no sense',
    ['NAME="x"\nSCHED_ACTION=[ TIME="+5" ]'],
    'INTERNAL',
    /\+5/,
  ),
  makes('one.backupjob.schedadd', 'once', [ref('timed job'), `SCHED_ACTION = [TIME    = ${LATER}]`], 'job once'),
  bad(
    'one.backupjob.schedadd',
    'from the start of a VM',
    [ref('timed job'), 'SCHED_ACTION=[ TIME="+60" ]'],
    'INTERNAL',
    /\+60/,
  ),
  bad('one.backupjob.schedadd', 'none', [4711, later()], 'NO_EXISTS', /backup job \[4711\]/),
  bad(
    'one.backupjob.schedadd',
    'not for others',
    [ref('timed job'), later()],
    'AUTHORIZATION',
    /MANAGE BACKUPJOB/,
    ANN,
  ),
  good('one.backupjob.info', 'what is scheduled', [ref('timed job')], {
    document: 'BACKUPJOB',
    has: {
      'TEMPLATE/SCHED_ACTION/TYPE': 'BACKUPJOB',
      'TEMPLATE/SCHED_ACTION/ACTION': 'backup',
      'TEMPLATE/SCHED_ACTION/DAYS': '31',
      'TEMPLATE/SCHED_ACTION/END_VALUE': '3',
    },
  }),
  good(
    'one.backupjob.schedupdate',
    'its time',
    [ref('timed job'), ref('job once'), `SCHED_ACTION=[ TIME="${LATER + 60}" ]`],
    { id: 'new' },
  ),
  bad(
    'one.backupjob.schedupdate',
    'one of a VM',
    [ref('timed job'), ref('weekly'), later()],
    'NO_EXISTS',
    /backup job/,
  ),
  bad(
    'one.backupjob.schedupdate',
    'not for others',
    [ref('timed job'), ref('job once'), later()],
    'AUTHORIZATION',
    /MANAGE BACKUPJOB/,
    ANN,
  ),
  bad('one.backupjob.scheddelete', 'one of a VM', [ref('timed job'), ref('weekly')], 'NO_EXISTS', /backup job/),
  bad(
    'one.backupjob.scheddelete',
    'not for others',
    [ref('timed job'), ref('job once')],
    'AUTHORIZATION',
    /MANAGE BACKUPJOB/,
    ANN,
  ),
  good('one.backupjob.scheddelete', 'one', [ref('timed job'), ref('job once')], { id: 'new' }),
  good('one.backupjob.delete', 'a job with what is scheduled on it', [ref('timed job')]),
];

export const scheduleCases: readonly Case[] = [...onVm, ...onJob];
