// What is told before something is done, and how backups stand: what each command asks the server, and what it prints.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Canned } from '../../tests/golden/canned-server.ts';
import { failure, runCommand } from '../../tests/golden/command.ts';
import { NOW, vm } from '../../tests/golden/objects.ts';
import { runs } from '../../tests/golden/runs.ts';
import type { RunSums } from '../model/run-figures.ts';
import { calendarXml } from '../wire/documents/calendar.ts';
import { datastoreFillXml } from '../wire/documents/datastore-fill.ts';
import { eligibilityXml } from '../wire/documents/eligibility.ts';
import { jobSelectionXml } from '../wire/documents/job-selection.ts';
import { occurrencesXml } from '../wire/documents/occurrences.ts';
import { protectionXml } from '../wire/documents/protection.ts';
import { restorePlanXml } from '../wire/documents/restore-plan.ts';
import { runFiguresXml } from '../wire/documents/run-figures.ts';
import { runXml } from '../wire/documents/run.ts';
import { summaryXml } from '../wire/documents/summary.ts';
import type { Family } from './family.ts';
import type { Io } from './io.ts';
import { onebackupjob } from './onebackupjob.ts';
import { onedatastore } from './onedatastore.ts';
import { oneimage } from './oneimage.ts';
import { onevm } from './onevm.ts';
import { vaultCalendar } from './vault-calendar.ts';
import { vaultFigures } from './vault-figures.ts';
import { vaultOccurrences } from './vault-occurrences.ts';
import { vaultRuns } from './vault-runs.ts';
import { vaultSummary } from './vault-summary.ts';

beforeAll(() => {
  process.env['TZ'] = 'UTC';
});

const DAY = 86_400;
const MB = 2 ** 20;
const sums: RunSums = {
  ...{ done: 4, failed: 1, cancelled: 0, running: 0, tookMs: 90_400, longestMs: 40_000 },
  ...{ readBytes: 9000 * MB, sentBytes: 900 * MB, storedBytes: 80 * MB, lastMs: NOW * 1000 },
};
const none: RunSums = {
  ...{ done: 0, failed: 0, cancelled: 0, running: 0, tookMs: 0, longestMs: 0, readBytes: 0 },
  ...{ sentBytes: 0, storedBytes: 0, lastMs: 0 },
};
const capacity = { totalMb: 20_000, freeMb: 8000, usedMb: 12_000 };
const trend = { mbPerDay: 512.04, fullSec: NOW + 15 * DAY };

const REPLIES: Record<string, Canned> = {
  'system.summary': summaryXml({
    ...{ atSec: NOW, vms: { total: 12, running: 9, off: 2, other: 1 }, running: 2, waiting: 1, lastDay: sums },
    ...{ protection: { protected: 10, overdue: 1, unprotected: 1, proven: 3 }, nextSec: NOW + 600 },
    datastores: [
      { id: 100, name: 'backups', ...capacity, images: 31, ...trend },
      { id: 101, name: 'far away', ...capacity, images: 0, mbPerDay: -3, fullSec: undefined },
    ],
  }),
  'system.runs': `<RUN_POOL>${runXml(runs.failed, { vmName: 'alpine-0' })}</RUN_POOL>`,
  'system.runfigures': runFiguresXml({
    ...{ fromSec: NOW - DAY, untilSec: NOW, kind: 'backup' },
    days: [
      { atSec: NOW - DAY, sums: none },
      { atSec: NOW, sums },
    ],
    vms: [{ vmId: 3, name: 'web', sums }],
  }),
  'system.calendar': calendarXml(
    {
      ...{ fromSec: NOW - DAY, untilSec: NOW + DAY, more: true },
      days: [{ atSec: NOW - DAY, sums, coming: 2 }],
      runs: [runs.failed],
      coming: [
        { atSec: NOW + 60, parent: { type: 'BACKUPJOB', id: 2 }, action: 'backup', actionId: 5, name: 'nightly' },
      ],
    },
    new Map([[0, 'alpine-0']]),
  ),
  'system.occurrences': occurrencesXml('UTC', [{ atSec: NOW, index: 0, action: 'backup' }]),
  'vmpool.protection': `<PROTECTION_POOL>${protectionXml({
    ...{ vm, kind: 'overdue', reason: 'its last backup is 5 days old', pointSec: NOW - 5 * DAY, limitSec: 2 * DAY },
    ...{ nextSec: NOW + 60, schedules: 1, jobId: undefined },
  })}</PROTECTION_POOL>`,
  'vm.eligibility': eligibilityXml({
    ...{ vmId: 0, mode: 'INCREMENT', incrementMode: 'CBT', next: 'FULL', possible: false },
    ...{ reason: 'increments are not possible: the VM has snapshots', obstacles: ['the VM has snapshots'] },
    disks: [
      { diskId: 0, target: 'vda', format: 'qcow2', sizeMb: 2048, takesPart: true, increment: true, reason: '' },
      { diskId: 1, target: 'vdb', format: 'raw', sizeMb: 10, takesPart: true, increment: false, reason: 'it is raw' },
      { diskId: 2, target: '', format: 'raw', sizeMb: 0, takesPart: false, increment: false, reason: 'a CDROM' },
    ],
  }),
  'image.restoreplan': restorePlanXml({
    ...{ imageId: 7, pointId: 2, date: NOW, inPlace: false, datastoreId: 1, name: '0-ab', template: true },
    ...{ needsMb: 2048, freeMb: 1024, warnings: ['Datastore 1 (default) has 1024 MB free.'] },
    disks: [{ diskId: 0, name: '0-ab-disk-0', sizeMb: 2048, sizeBeforeMb: -1, format: 'qcow2', bytes: 5 * MB }],
    nics: [{ network: 'lan', ip: '10.0.0.2' }],
    stripped: [{ name: 'NIC/MAC', value: '02:00:0a:00:00:02', reason: 'the system makes it anew' }],
    quota: [{ whose: 'user 5 (ann)', metric: 'SIZE', used: 100, limit: -2, adds: 2048 }],
  }),
  'vm.restoreplan': restorePlanXml({
    ...{ imageId: 7, pointId: 2, date: NOW, inPlace: true, datastoreId: -1, name: 'alpine-0', template: false },
    ...{ needsMb: 2048, freeMb: -1, nics: [], stripped: [], quota: [] },
    disks: [{ diskId: 0, name: '/vms/0/disk.0', sizeMb: 2048, sizeBeforeMb: 2048, format: 'qcow2', bytes: 5 * MB }],
    warnings: ['What disks 0 hold now is lost.'],
  }),
  'datastore.fill': datastoreFillXml({ id: 100, ...capacity }, trend, [
    { atSec: NOW - DAY, ...capacity },
    { atSec: NOW - 3600, ...capacity, usedMb: 11_900 },
    { atSec: NOW, ...capacity },
  ]),
  'backupjob.selection': jobSelectionXml({
    ...{ total: 3, sizeMb: 4096, gone: [9] },
    vms: [{ vm, how: 'selected', sizeMb: 2048 }],
    elsewhere: [{ vmId: 4, name: 'mail', jobId: 1 }],
    refused: [{ vmId: 5, name: 'test', reason: 'the owner of the job may not back it up' }],
  }),
};

interface Asked {
  family: (io: Io) => Family;
  words: string[];
  calls: unknown[][];
}

const ASKED: Readonly<Record<string, Asked>> = {
  'onevault-summary': { family: vaultSummary, words: ['summary'], calls: [['system.summary']] },
  'onevault-runs': {
    family: vaultRuns,
    words: ['runs', '--vm', '0', '--result', 'failed', '--limit', '5'],
    calls: [['system.runs', 'VM_ID="0"\nRESULT="failed"\n', 0, 5]],
  },
  'onevault-figures': {
    family: vaultFigures,
    words: ['figures', '--days', '2'],
    calls: [['system.runfigures', 2, -1, 'backup', 20]],
  },
  'onevault-calendar': {
    family: vaultCalendar,
    words: ['calendar', '--days', '2'],
    calls: [['system.calendar', NOW - 7 * DAY, NOW - 5 * DAY]],
  },
  'onevault-occurrences': {
    family: vaultOccurrences,
    words: ['occurrences', '--schedule', '2022-12-02 03:00Z', '--hourly', '6', '--count', '1'],
    calls: [['system.occurrences', expect.stringMatching(/TIME {4}= 1669950000, REPEAT = 3, DAYS = "6"/), 1]],
  },
  'onevm-protection': {
    family: onevm,
    words: ['protection', '--kind', 'overdue'],
    calls: [['vmpool.protection', -2, -1, -1, 'overdue']],
  },
  'onevm-eligibility': { family: onevm, words: ['eligibility', '0'], calls: [['vm.eligibility', 0]] },
  'oneimage-restore-dry-run': {
    family: oneimage,
    words: ['restore', '7', '-d', '1', '--no_ip', '--dry-run'],
    calls: [['image.restoreplan', 7, 1, 'NO_IP="YES"\n']],
  },
  'onevm-restore-dry-run': {
    family: onevm,
    words: ['restore', '0', '7', '--dry-run'],
    calls: [['vm.restoreplan', 0, 7, -1, -1, false]],
  },
  'onedatastore-fill': { family: onedatastore, words: ['fill', '100'], calls: [['datastore.fill', 100, 30]] },
  'onebackupjob-selection': {
    family: onebackupjob,
    words: ['selection', '4', '--select', 'LABEL=prod'],
    calls: [['backupjob.selection', expect.stringMatching(/BACKUP_VMS_SELECT=\[[^]*LABEL="prod"/), 4, 100]],
  },
};

describe.each(Object.entries(ASKED))('%s', (name, { family, words, calls }) => {
  it('asks and prints', async () => {
    const outcome = await runCommand(family, words, REPLIES);
    expect(outcome).toMatchObject({ status: 0, err: '', calls });
    await expect(outcome.out).toMatchFileSnapshot(`../../tests/golden/cli/${name}.txt`);
  });
});

it('prints documents as they are, lists as lists', async () => {
  const { out } = await runCommand(vaultSummary, 'summary --json', REPLIES);
  const { SUMMARY } = JSON.parse(out) as { SUMMARY: { DATASTORE: unknown[] } };
  expect(SUMMARY.DATASTORE).toHaveLength(2);
});

it.each([
  [vaultOccurrences, 'occurrences', /--schedule is missing/],
  [vaultRuns, 'runs --from soon', /--from soon is no time/],
  [onevm, 'restore 7 --instant --dry-run', /--dry-run does not go with --instant/],
] as const)('%o %s says what is wrong', async (family, words, says) => {
  const outcome = await runCommand(family, words, {});
  expect(outcome).toMatchObject({ ...failure(''), err: expect.stringMatching(says) as string });
});

it('says that nothing ran', async () => {
  const empty = runFiguresXml({ fromSec: 1, untilSec: 2, kind: 'backup', days: [{ atSec: 1, sums: none }], vms: [] });
  expect((await runCommand(vaultFigures, 'figures', { 'system.runfigures': empty })).out).toBe('Nothing ran.\n');
});
