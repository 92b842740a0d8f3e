// A backup job as its form has it, and as the daemon takes it. Pure.
import type { BackupJob } from '../../api/documents.ts';
import { textOf, vectorsOf, type Written } from '../../api/template-text.ts';
import { writtenSchedule, type ScheduleValues } from '../../parts/schedule.ts';
import { texts } from '../../texts/index.ts';

export interface JobRule {
  label: string;
  owner: string;
  group: string;
}

export interface JobValues {
  name: string;
  /** Ids, in the order in which they are backed up. */
  vms: string[];
  rules: JobRule[];
  /** Empty for none. */
  datastoreId: string;
  mode: string;
  incrementMode: string;
  freeze: string;
  volatile: boolean;
  reset: boolean;
  execution: string;
  keepLast: number;
  priority: number;
  /** Of a new one; those that are there have an editor of their own. */
  schedules: ScheduleValues[];
}

export const USUAL_PRIORITY = 50;
export const EMPTY_RULE: JobRule = { label: '', owner: '', group: '' };

export function newJob(): JobValues {
  return {
    ...{ name: '', vms: [], rules: [], datastoreId: '', mode: 'INCREMENT', incrementMode: 'CBT', freeze: 'NONE' },
    ...{ volatile: false, reset: false, execution: 'SEQUENTIAL', keepLast: 7, priority: USUAL_PRIORITY, schedules: [] },
  };
}

export function jobValues({ NAME, PRIORITY, TEMPLATE }: BackupJob): JobValues {
  const said = (name: string, otherwise: string): string => textOf(TEMPLATE, name) ?? otherwise;
  return {
    name: NAME,
    vms: vmIdsOf(said('BACKUP_VMS', '')),
    rules: vectorsOf(TEMPLATE, 'BACKUP_VMS_SELECT').map((rule) => ({
      label: textOf(rule, 'LABEL') ?? '',
      owner: textOf(rule, 'OWNER') ?? '',
      group: textOf(rule, 'GROUP') ?? '',
    })),
    datastoreId: said('DATASTORE_ID', ''),
    mode: said('MODE', 'FULL'),
    incrementMode: said('INCREMENT_MODE', 'CBT'),
    freeze: said('FS_FREEZE', 'NONE'),
    volatile: said('BACKUP_VOLATILE', 'NO') === 'YES',
    reset: said('RESET', 'NO') === 'YES',
    execution: said('EXECUTION', 'SEQUENTIAL'),
    keepLast: Number(said('KEEP_LAST', '0')),
    priority: PRIORITY,
    schedules: [],
  };
}

export function vmIdsOf(list: string): string[] {
  return list.split(',').flatMap((id) => (id.trim() === '' ? [] : [id.trim()]));
}

/** The part of a template that says which VMs: what the preview asks with. */
export function writtenChoice({ vms, rules }: Pick<JobValues, 'vms' | 'rules'>): Written {
  const said = rules.filter((rule) => ruleHasSomething(rule));
  return {
    BACKUP_VMS: vms.join(','),
    // an empty text takes rules away that were there
    BACKUP_VMS_SELECT:
      said.length === 0
        ? ''
        : said.map(({ label, owner, group }) => ({
            LABEL: label.trim() || undefined,
            OWNER: owner.trim() || undefined,
            GROUP: group.trim() || undefined,
          })),
  };
}

/** The whole of it; name, priority and schedules are said once, when it is made. */
export function writtenJob(values: JobValues, isNew: boolean): Written {
  return {
    ...(isNew && { NAME: values.name.trim(), PRIORITY: values.priority }),
    ...writtenChoice(values),
    DATASTORE_ID: values.datastoreId,
    MODE: values.mode,
    INCREMENT_MODE: values.mode === 'INCREMENT' ? values.incrementMode : undefined,
    FS_FREEZE: values.freeze,
    BACKUP_VOLATILE: values.volatile,
    RESET: values.reset,
    EXECUTION: values.execution,
    KEEP_LAST: values.keepLast,
    ...(isNew && values.schedules.length > 0 && { SCHED_ACTION: values.schedules.map(writtenSchedule) }),
  };
}

export function jobFaults(values: JobValues): Partial<Record<string, string>> {
  const { faults } = texts.jobs;
  const { name, keepLast, rules } = values;
  const empty = rules.findIndex((rule) => !ruleHasSomething(rule));
  return {
    ...(name.trim() === '' && { name: faults.name }),
    ...((!Number.isInteger(keepLast) || keepLast < 0) && { keepLast: faults.keep }),
    ...(empty >= 0 && { [`rules.${empty}.label`]: faults.rule }),
  };
}

function ruleHasSomething({ label, owner, group }: JobRule): boolean {
  return [label, owner, group].some((text) => text.trim() !== '');
}
