// onevault status: what it tells, and its exit status.
import { beforeAll, expect, test } from 'vitest';
import { Refusal, type Canned } from '../../tests/golden/canned-server.ts';
import { runCommand, type Outcome } from '../../tests/golden/command.ts';
import { NOW } from '../../tests/golden/objects.ts';
import { runs } from '../../tests/golden/runs.ts';
import type { BackupStatus } from '../model/backup-status.ts';
import { backupStatusXml } from '../wire/documents/backup-status.ts';
import { ownWords } from './onevault.ts';
import { vaultStatus } from './vault-status.ts';

beforeAll(() => {
  process.env['TZ'] = 'UTC';
});

const well: BackupStatus = {
  ...{ atSec: NOW, running: [], waiting: [], waitingBackups: [], failed: [], overdue: [], unprotected: [], proven: [] },
  names: new Map([
    [0, 'alpine-0'],
    [3, 'web'],
    [4, 'mail'],
  ]),
};
const overdue = [
  { vmId: 4, name: 'mail', pointSec: NOW - 3 * 86_400 - 60, limitSec: 2 * 86_400 },
  { vmId: 12345, name: 'a name that is too long for its column', pointSec: 0, limitSec: 7200 },
];
const everything: BackupStatus = {
  ...well,
  running: [runs.running],
  waiting: [runs.waiting],
  waitingBackups: [{ vmId: 4, jobId: 2, sinceSec: NOW - 600, reason: 'the window of datastore 100 opens at 22:00' }],
  failed: [runs.failed],
  overdue,
  unprotected: [{ vmId: 5, name: 'test' }],
  proven: [
    {
      ...{ vmId: 3, name: 'web', imageId: 7, pointId: 2, pointDate: NOW - 7200, date: NOW - 3600, tookMs: 23_456 },
      by: 'the guest agent answered',
    },
  ],
};

const run = (status: BackupStatus, ...options: string[]): Promise<Outcome> =>
  asked(
    backupStatusXml(status, () => undefined),
    ...options,
  );
const asked = (reply: Canned, ...options: string[]): Promise<Outcome> =>
  runCommand(vaultStatus, ['status', ...options], { 'system.backupstatus': reply });

test('everything there is to tell', async () => {
  const outcome = await run(everything);
  expect(outcome).toMatchObject({ status: 1, err: '', calls: [['system.backupstatus']] });
  await expect(outcome.out).toMatchFileSnapshot('../../tests/golden/cli/onevault-status.txt');
});

test('all is well, also while something runs or a VM is not protected', async () => {
  expect(await run(well)).toMatchObject({ status: 0, out: 'Nothing failed, and no backup is overdue.\n' });
  const { running, waiting, unprotected } = everything;
  const outcome = await run({ ...well, running, waiting, unprotected });
  expect([outcome.status, outcome.out.endsWith('\n\nNothing failed, and no backup is overdue.\n')]).toEqual([0, true]);
});

test.each([{ failed: [runs.failed] }, { overdue }])('one bad thing is enough', async (bad) => {
  const outcome = await run({ ...well, ...bad }, '--json');
  expect(outcome.status).toBe(1);
  const { BACKUP_STATUS: status } = JSON.parse(outcome.out) as { BACKUP_STATUS: Record<string, object> };
  expect(status['FAILED']).toEqual(bad.failed ? { RUN: [expect.objectContaining({ RESULT: 'failed' })] } : {});
  expect(status['OVERDUE']).toMatchObject(bad.overdue ? { VM: [{ ID: '4' }, { ID: '12345' }] } : {});
});

test('a server that refuses is a failure', async () => {
  expect(await asked(new Refusal('no', 0x100))).toMatchObject({ status: 255, err: 'no\n', out: '' });
});

test('onevault knows it', () => {
  expect(ownWords().subcommands.map(({ text }) => text)).toContain('status');
});
