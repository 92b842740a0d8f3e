// The onebackupjob command.
import type { Attributes, Vector } from '../model/attributes.ts';
import { formatTemplate } from '../wire/template-text.ts';
import { selectionText } from './backup-job-selection.ts';
import { backupJobListing, backupJobText } from './backup-job-show.ts';
import { DOCUMENT_OPTIONS, type DocumentOptions } from './document.ts';
import { argument, Family, forEachId, type Session } from './family.ts';
import { Failure } from './failure.ts';
import { numberOption } from './ids.ts';
import { createTemplate } from './input.ts';
import { processIo, type Io } from './io.ts';
import { addList, addShow } from './list.ts';
import { idOf, idsOf, NOUN } from './lookup.ts';
import { addRuns } from './run-list.ts';
import { addCall, addChmod, addDelete, addLocks, addOwnership, addRename, addUpdate } from './object-commands.ts';
import {
  addScheduleCommands,
  nowOrScheduled,
  refuseLoose,
  schedAction,
  schedule,
  SCHEDULE_OPTIONS,
  type ScheduleOptions,
} from './schedule.ts';

const JOB = NOUN.backupJob;
const BACKUP = { action: 'backup' };
const SHOWN_VMS = 100;

export function onebackupjob(io: Io): Family {
  const family = new Family('onebackupjob', 'Backup jobs: VMs that are backed up together', io);
  addCreate(family);
  addList(family, backupJobListing);
  addShow(
    family,
    'backupjob',
    async ({ client }, given) => client.document('backupjob.info', await idOf(client, JOB, given)),
    (_session, job) => backupJobText(job, Math.trunc(io.now() / 1000)),
  );
  addBackup(family);
  addCall(family, JOB, 'cancel', 'Stop the backups that are running, and start no more', 'backup job cancelled');
  addCall(family, JOB, 'retry', 'Back up again the VMs whose backups failed or were cancelled', 'retrying');
  addRuns(family, JOB, 'runs', 'backupjob.runs', 200);
  addSelection(family);
  addPriority(family);
  addScheduleCommands(family, JOB, []);
  addDelete(family, JOB);
  addUpdate(family, JOB, { infoParams: [], omitted: ['SCHED_ACTION'] });
  addRename(family, JOB);
  addOwnership(family, JOB);
  addChmod(family, JOB);
  addLocks(family, JOB);
  return family;
}

interface CreateOptions extends ScheduleOptions {
  name?: string;
  description?: string;
  vms?: string;
  select?: string[];
  datastore?: string;
  keep?: string;
  mode?: string;
  execution?: string;
}

const CREATE_OPTIONS = [
  ['--name <name>', 'name of the job'],
  ['--description <text>', 'what it is for'],
  ['--vms <vms>', 'the VMs to back up, by ids or names'],
  ['--select <selections...>', 'the VMs to back up by what they are, such as LABEL=prod,OWNER=alice; several add up'],
  ['-d, --datastore <datastore>', 'backup datastore, by id or name'],
  ['--keep <count>', 'how many backups of a VM are kept'],
  ['--mode <full|increment>', 'full or incremental backups'],
  ['--execution <sequential|parallel>', 'one VM after the other, or as many as there is room for'],
  ...SCHEDULE_OPTIONS,
] as const;

function addCreate(family: Family): void {
  family.add<CreateOptions>(
    {
      usage: 'create [file]',
      description: 'Create a backup job from a template or from options, and say when it runs',
      options: CREATE_OPTIONS,
    },
    async (session, [file], given) => {
      const { client, io } = session;
      checkSchedule(given, io);
      const template = await createTemplate(io, file, await jobAttributes(session, given));
      const id = Number(await client.text('backupjob.allocate', template));
      try {
        if (given.schedule !== undefined) await schedule(session, JOB, id, given, BACKUP);
      } finally {
        // The job is there even if the server did not take its schedule.
        io.write(`ID: ${id}\n`);
      }
    },
  );
}

/** Refuses a schedule that makes no sense before there is a job. */
function checkSchedule(given: CreateOptions, io: Io): void {
  if (given.schedule === undefined) refuseLoose(given);
  else schedAction(given, io.now(), undefined);
}

async function jobAttributes({ client }: Session, given: CreateOptions): Promise<Attributes> {
  const texts: Array<[string, string | undefined]> = [
    ['NAME', given.name],
    ['DESCRIPTION', given.description],
    ['BACKUP_VMS', given.vms === undefined ? undefined : (await idsOf(client, NOUN.vm, given.vms)).join(',')],
    [
      'DATASTORE_ID',
      given.datastore === undefined ? undefined : String(await idOf(client, NOUN.datastore, given.datastore)),
    ],
    ['KEEP_LAST', given.keep === undefined ? undefined : count(given.keep)],
    ['MODE', oneOf('mode', given.mode, ['FULL', 'INCREMENT'])],
    ['EXECUTION', oneOf('execution', given.execution, ['SEQUENTIAL', 'PARALLEL'])],
  ];
  return [
    ...texts.filter((entry): entry is [string, string] => entry[1] !== undefined),
    ...(given.select ?? []).map((one): Attributes[number] => ['BACKUP_VMS_SELECT', selection(one)]),
  ];
}

/** `LABEL=prod,OWNER=alice` as the fields of a vector. */
function selection(given: string): Vector {
  return given.split(',').map((part): Vector[number] => {
    const [, name = '', value = ''] = /^\s*(label|owner|group)\s*=\s*(.*\S)\s*$/i.exec(part) ?? [];
    if (value !== '') return [name.toUpperCase(), value];
    throw new Failure(`--select ${given} is not like LABEL=prod,OWNER=alice,GROUP=users, with one of these at least.`);
  });
}

function count(given: string): string {
  if (/^\d{1,9}$/.test(given)) return given;
  throw new Failure(`--keep ${given} is no number of backups.`);
}

function oneOf(
  option: string,
  given: string | undefined,
  [first, second]: readonly [string, string],
): string | undefined {
  const upper = given?.toUpperCase();
  if (given === undefined || upper === first || upper === second) return upper;
  throw new Failure(`--${option} ${given} is neither ${first.toLowerCase()} nor ${second.toLowerCase()}.`);
}

type SelectionOptions = Pick<CreateOptions, 'vms' | 'select'> & DocumentOptions & { limit?: string };

function addSelection(family: Family): void {
  const options = [
    ['--vms <vms>', 'as if it listed these VMs, by ids or names'],
    ['--select <selections...>', 'as if it selected VMs like this, such as LABEL=prod,OWNER=alice; several add up'],
    ['--limit <count>', `how many are shown; ${SHOWN_VMS} by default`],
    ...DOCUMENT_OPTIONS,
  ] as const;
  const description = 'List the VMs that a job backs up now, or would; without a job, those that a new one would';
  family.add<SelectionOptions>(
    { usage: 'selection [backupjob]', description, options },
    async (session, args, given) => {
      const { client, io } = session;
      const id = args[0] === undefined ? -1 : await idOf(client, JOB, args[0]);
      const { vms, select } = given;
      const wanted: Attributes = await jobAttributes(session, {
        ...(vms !== undefined && { vms }),
        ...(select && { select }),
      });
      const limit = numberOption('--limit', given.limit, SHOWN_VMS);
      io.write(selectionText(await client.document('backupjob.selection', formatTemplate(wanted), id, limit), given));
    },
  );
}

function addBackup(family: Family): void {
  family.add<ScheduleOptions>(
    { usage: 'backup <backupjobs>', description: 'Run jobs now, or at a time', options: SCHEDULE_OPTIONS },
    async (session, args, given) => {
      await nowOrScheduled(session, JOB, argument(args, 0), given, BACKUP, (id) =>
        session.client.call('backupjob.backup', id),
      );
    },
  );
}

function addPriority(family: Family): void {
  const description = 'Change which jobs go first: 0 to 99, higher before lower; 50 and more needs ADMIN';
  family.add({ usage: 'priority <backupjobs> <priority>', description }, async (session, args) => {
    const priority = argument(args, 1);
    if (!/^\d{1,2}$/.test(priority)) throw new Failure(`The priority "${priority}" is no number from 0 to 99.`);
    await forEachId(session, JOB, argument(args, 0), 'priority changed', (id) =>
      session.client.call('backupjob.priority', id, Number(priority)),
    );
  });
}

if (import.meta.main) process.exitCode = await onebackupjob(processIo()).main(process.argv.slice(2));
