// What a backup job's template says, made complete: every setting is there with its value, an unknown value is an error. Pure.
import { text, withText, type Attributes, type Vector } from '../model/attributes.ts';
import { oneOf, readBackupConfig, writeBackupConfig } from '../model/backup-config.ts';
import { EXECUTIONS, PRIORITY } from '../model/backup-job.ts';
import { CODE, OneError, type Code } from '../model/errors.ts';

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
  'KEEP_LAST',
  'MODE',
  'RESET',
] as const;
const LARGEST_ID = 0x7fff_ffff;

export function jobTemplate(given: Attributes): Attributes {
  const values = SETTINGS.flatMap((name): Vector => [[name, valueOf(given, name)]]);
  const { mode, incrementMode, ...config } = readBackupConfig(values, undefined, '');
  const kept = writeBackupConfig({ ...config, mode, incrementMode });
  const datastore = datastoreOf(given);
  const reset = oneOf(values, 'RESET', ['NO', 'YES'], 'NO', '') === 'YES';
  return [
    ...given.filter(([name]) => !SETTINGS.some((known) => known === name) && !AT_CREATION.has(name) && name !== SYSTEM),
    ['BACKUP_VMS', vmsOf(given).join(',')],
    ...(datastore === undefined ? [] : [['DATASTORE_ID', String(datastore)] satisfies [string, string]]),
    ['EXECUTION', oneOf(values, 'EXECUTION', EXECUTIONS, 'SEQUENTIAL', '')],
    ...kept.filter(([name]) => name !== 'INCREMENT_MODE' || mode === 'INCREMENT'),
    ...(reset ? [['RESET', 'YES'] satisfies [string, string]] : []),
  ];
}

/** The VMs of a job in the order they are backed up, each once. */
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
