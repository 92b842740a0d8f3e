import { expect, it } from 'vitest';
import type { BackupJob } from '../../api/documents.ts';
import { templateText } from '../../api/template-text.ts';
import { newSchedule } from '../../parts/schedule.ts';
import { jobFaults, jobValues, newJob, writtenChoice, writtenJob } from './job-values.ts';

const job = {
  NAME: 'night',
  PRIORITY: 40,
  TEMPLATE: {
    ...{ BACKUP_VMS: '3,1', DATASTORE_ID: 100, MODE: 'INCREMENT', KEEP_LAST: 4, RESET: 'YES', SCHED_ACTION: [] },
    BACKUP_VMS_SELECT: { LABEL: 'prod', OWNER: 'ann' },
  },
} as unknown as BackupJob;

it('brings back what was saved', () => {
  expect(jobValues(job)).toMatchObject({
    ...{
      name: 'night',
      priority: 40,
      vms: ['3', '1'],
      datastoreId: '100',
      mode: 'INCREMENT',
      keepLast: 4,
      reset: true,
    },
    rules: [{ label: 'prod', owner: 'ann', group: '' }],
  });
});

it('says name, priority and schedules only of a new one', () => {
  const values = { ...jobValues(job), schedules: [newSchedule(1_764_000_000, '')] };
  expect(Object.keys(writtenJob(values, true))).toEqual(expect.arrayContaining(['NAME', 'PRIORITY', 'SCHED_ACTION']));
  const changed = writtenJob(values, false);
  expect(['NAME', 'PRIORITY', 'SCHED_ACTION'].filter((name) => name in changed)).toEqual([]);
  expect(templateText(changed)).toContain('BACKUP_VMS_SELECT=[LABEL="prod", OWNER="ann"]');
});

it('takes rules away that were there', () => {
  expect(templateText(writtenChoice({ vms: [], rules: [] }))).toBe('BACKUP_VMS=""\nBACKUP_VMS_SELECT=""');
});

it('wants a name, a number and rules that say something', () => {
  const named = { ...newJob(), name: 'x' };
  expect(jobFaults(named)).toEqual({});
  expect(Object.keys(jobFaults({ ...named, name: ' ' }))).toEqual(['name']);
  expect(Object.keys(jobFaults({ ...named, keepLast: -1 }))).toEqual(['keepLast']);
  expect(Object.keys(jobFaults({ ...named, rules: [{ label: '', owner: ' ', group: '' }] }))).toEqual([
    'rules.0.label',
  ]);
});
