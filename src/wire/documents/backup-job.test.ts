import { expect, it } from 'vitest';
import type { BackupJob } from '../../model/backup-job.ts';
import type { ScheduledAction } from '../../model/scheduled-action.ts';
import { permissionsFromOctet } from '../../model/permissions.ts';
import { readXml } from '../xml-read.ts';
import { backupJobEntryXml, backupJobXml } from './backup-job.ts';

const job: BackupJob = {
  id: 3,
  uid: 0,
  gid: 0,
  uname: 'oneadmin',
  gname: 'oneadmin',
  name: 'nightly',
  permissions: permissionsFromOctet(0o600),
  priority: 50,
  lastBackupTime: 0,
  lastBackupDurationSec: 0,
  updatedVms: [13],
  outdatedVms: [3],
  backingUpVms: [15],
  errorVms: [],
  cancelledVms: [],
  template: [
    ['MODE', 'FULL'],
    ['BACKUP_VMS', '13,15,3'],
    ['ZONE', 'any'],
  ],
};

const action: ScheduledAction = {
  id: 5,
  parent: { type: 'BACKUPJOB', id: 3 },
  uid: 0,
  action: 'backup',
  args: '',
  schedule: { timeSec: 100, anchorSec: 100, repeat: -1, days: [], endType: -1, endValue: -1 },
  doneSec: -1,
  message: '',
  warning: 0,
  finished: false,
};

const settings = (xml: string): string[] => (readXml(xml).child('TEMPLATE')?.elements ?? []).map(({ name }) => name);

it('actions stand last in the document, in their own order, and are left out of the pool', () => {
  expect(settings(backupJobXml(job, [action]))).toEqual(['BACKUP_VMS', 'MODE', 'ZONE', 'SCHED_ACTION']);
  expect(backupJobXml(job, [action])).toContain('<SCHED_ACTION><ID><![CDATA[5]]></ID><PARENT_ID>');
  expect(settings(backupJobEntryXml(job, [5]))).toEqual(['BACKUP_VMS', 'MODE', 'ZONE']);
  expect(readXml(backupJobEntryXml(job, [5])).textOf('SCHED_ACTIONS/ID')).toBe('5');
});
