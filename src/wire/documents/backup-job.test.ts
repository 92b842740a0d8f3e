import { expect, it } from 'vitest';
import type { BackupJob } from '../../model/backup-job.ts';
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
  schedActionIds: [5],
  updatedVms: [13],
  outdatedVms: [3],
  backingUpVms: [15],
  errorVms: [],
  template: [
    ['MODE', 'FULL'],
    [
      'SCHED_ACTION',
      [
        ['ID', '5'],
        ['ACTION', 'backup'],
      ],
    ],
    ['BACKUP_VMS', '13,15,3'],
    ['ZONE', 'any'],
  ],
};

const settings = (xml: string): string[] => (readXml(xml).child('TEMPLATE')?.elements ?? []).map(({ name }) => name);

it('actions stand last in the document, in their own order, and are left out of the pool', () => {
  expect(settings(backupJobXml(job))).toEqual(['BACKUP_VMS', 'MODE', 'ZONE', 'SCHED_ACTION']);
  expect(backupJobXml(job)).toContain('<SCHED_ACTION><ID><![CDATA[5]]></ID><ACTION>');
  expect(settings(backupJobEntryXml(job))).toEqual(['BACKUP_VMS', 'MODE', 'ZONE']);
  expect(readXml(backupJobEntryXml(job)).textOf('SCHED_ACTIONS/ID')).toBe('5');
});
