// What a backup job's template says, made complete: every setting is there with its value, an unknown value is an error. Pure.
import { text, vectors, withText, type Attribute, type Attributes, type Vector } from '../model/attributes.ts';
import { keepRulesOf, oneOf, readBackupConfig, writeBackupConfig, type BackupConfig } from '../model/backup-config.ts';
import { EXECUTIONS, PRIORITY } from '../model/backup-job.ts';
import { COPY_TO, readCopyTo } from '../model/backup-policy.ts';
import { BACKUP_WINDOW, readBackupWindows } from '../model/backup-window.ts';
import { DATASTORE_TYPE, type Datastore } from '../model/datastore.ts';
import { CODE, OneError, type Code } from '../model/errors.ts';
import type { JobConfig } from './decide.ts';
import { readSelections, SELECT } from './job-select.ts';

/** Said once, when the job is made, and kept elsewhere. */
const AT_CREATION = new Set(['NAME', 'PRIORITY', 'SCHED_ACTION']);
/** Kept by the system; what clients send back of it is not read. */
const SYSTEM = 'ERROR';
const SETTINGS = [
  'BACKUP_VMS',
  'BACKUP_VOLATILE',
  'DATASTORE_ID',
  'EXECUTION',
  'FREEZE_FAILURE',
  'FREEZE_LIMIT',
  'FS_FREEZE',
  'INCREMENT_MODE',
  'KEEP_DAILY',
  'KEEP_LAST',
  'KEEP_MONTHLY',
  'KEEP_WEEKLY',
  'KEEP_YEARLY',
  'MODE',
  'RESET',
] as const;
const VECTORS = new Set([SELECT, BACKUP_WINDOW]);
const LARGEST_ID = 0x7fff_ffff;

export function jobTemplate(given: Attributes): Attributes {
  const values = settingsOf(given);
  const config = configOf(given);
  const { mode } = config;
  const kept = writeBackupConfig(config);
  const datastore = datastoreOf(given);
  const reset = oneOf(values, 'RESET', ['NO', 'YES'], 'NO', '') === 'YES';
  readSelections(given);
  valueOf(given, COPY_TO);
  readCopyTo(given);
  readBackupWindows(given, 'UTC'); // whatever zone those are of that name none
  return [
    ...given.filter((entry) => isKept(entry)),
    ['BACKUP_VMS', vmsOf(given).join(',')],
    ...(datastore === undefined ? [] : [['DATASTORE_ID', String(datastore)] satisfies [string, string]]),
    ['EXECUTION', oneOf(values, 'EXECUTION', EXECUTIONS, 'SEQUENTIAL', '')],
    ...kept.filter(([name]) => name !== 'INCREMENT_MODE' || mode === 'INCREMENT'),
    ...(reset ? [['RESET', 'YES'] satisfies [string, string]] : []),
  ];
}

/** An empty text is how a client takes away what else is a vector. */
function isKept([name, value]: Attribute): boolean {
  if (VECTORS.has(name)) return typeof value !== 'string';
  return !SETTINGS.some((known) => known === name) && !AT_CREATION.has(name) && name !== SYSTEM;
}

/** How the VMs of a job are backed up by its runs; their own BACKUP_CONFIG is neither asked nor changed. */
export function jobConfig(template: Attributes): JobConfig {
  const config = configOf(template);
  const { mode, incrementMode, fsFreeze, freezeLimitSec, freezeFailure, backupVolatile } = config;
  return { mode, incrementMode, fsFreeze, freezeLimitSec, freezeFailure, ...keepRulesOf(config), backupVolatile };
}

/** The same as a VM that has nothing else would have it. */
export function configOf(template: Attributes): BackupConfig {
  return readBackupConfig(settingsOf(template), undefined, '');
}

/** Whether one VM is backed up after the other. */
export function isSequential(template: Attributes): boolean {
  return oneOf(settingsOf(template), 'EXECUTION', EXECUTIONS, 'SEQUENTIAL', '') === 'SEQUENTIAL';
}

/** Whether every backup begins a new chain. */
export function isReset(template: Attributes): boolean {
  return valueOf(template, 'RESET') === 'YES';
}

/** When backups of the job may begin; empty is at any time. */
export function windowsOf(template: Attributes): Vector[] {
  return vectors(template, BACKUP_WINDOW);
}

/** Throws ACTION unless backups can go there. */
export function checkJobDatastore({ id, name, type }: Datastore): void {
  if (type === DATASTORE_TYPE.BACKUP_DS) return;
  throw new OneError(CODE.ACTION, `DATASTORE_ID="${id}": datastore ${id} (${name}) is no backup datastore.`, {
    objectId: id,
  });
}

/** The VMs that a job lists in the order they are backed up, each once. */
export function vmsOf(template: Attributes): number[] {
  const given = valueOf(template, 'BACKUP_VMS');
  if (given.trim() === '') return [];
  return [...new Set(given.split(',').map((id) => idOf('BACKUP_VMS', given, id.trim())))];
}

/** The datastore that a job backs up to, undefined while it has none. */
export function datastoreOf(template: Attributes): number | undefined {
  const given = valueOf(template, 'DATASTORE_ID');
  return given === '' ? undefined : idOf('DATASTORE_ID', given, given);
}

/** PRIORITY of a new job. */
export function newPriority(template: Attributes): number {
  const given = text(template, 'PRIORITY') ?? '';
  if (given === '') return PRIORITY.DEFAULT;
  return checkPriority(/^\d{1,3}$/.test(given) ? Number(given) : -1, given, CODE.INTERNAL);
}

export function checkPriority(priority: number, shown: string, code: Code): number {
  if (priority >= 0 && priority <= PRIORITY.MAX) return priority;
  throw new OneError(code, `PRIORITY="${shown}" is not right; it must be a number from 0 to ${PRIORITY.MAX}.`);
}

/** The template as it goes on after its settings have changed: what the system keeps in it stays. */
export function changedJobTemplate(before: Attributes, given: Attributes): Attributes {
  const error = text(before, SYSTEM);
  return error === undefined ? jobTemplate(given) : withText(jobTemplate(given), SYSTEM, error);
}

function settingsOf(template: Attributes): Vector {
  return SETTINGS.map((name) => [name, valueOf(template, name)]);
}

function valueOf(template: Attributes, name: string): string {
  const [, value = ''] = template.find(([key]) => key === name) ?? [];
  if (typeof value === 'string') return value;
  throw new OneError(CODE.INTERNAL, `${name} of a backup job is a text; it cannot be a vector.`);
}

function idOf(name: string, shown: string, id: string): number {
  if (/^\d{1,10}$/.test(id) && Number(id) <= LARGEST_ID) return Number(id);
  const right = name === 'BACKUP_VMS' ? 'the ids of VMs with commas between' : 'the id of a backup datastore';
  throw new OneError(CODE.INTERNAL, `${name}="${shown}" is not right; it must be ${right}.`);
}
