// The runs that the golden texts of histories are made from: one that goes on, one that waits, and one of each end.
import type { Operation } from '../../src/model/operation.ts';
import { NOW } from './objects.ts';

const ago = (seconds: number): number => (NOW - seconds) * 1000;
const GB = 2 ** 30;

const backup: Operation = {
  id: '00000000000000a0',
  kind: 'backup',
  vmId: 0,
  hostId: 0,
  datastoreId: 100,
  imageIds: [],
  plan: null,
  phase: 'done',
  asked: { by: 'user', uid: 2 },
  type: 'FULL',
  startedAt: ago(86_400 + 200),
  begunAt: ago(86_400 + 190),
  endedAt: ago(86_400),
  result: 'done',
  reason: 'the first backup of a chain',
  why: 'the first backup of a chain',
  disks: [{ diskId: 0, bytesDone: 4 * GB, bytesTotal: 4 * GB }],
  figures: { processedBytes: 4 * GB, storedBytes: 1.5 * GB, scratchBytes: 0, peakRssBytes: 0, readBytes: 5 * GB },
  recorded: { imageId: 7, pointId: 0 },
  cleaned: true,
};

const failed: Operation = {
  ...backup,
  id: '00000000000000a1',
  phase: 'failed',
  asked: { by: 'schedule', uid: 2, actionId: 3 },
  startedAt: ago(7300),
  begunAt: ago(7300),
  endedAt: ago(7200),
  result: 'failed',
  reason: 'The repository is locked by another program.',
  why: 'the disks have changed: disk 2 is new',
  disks: [],
  figures: null,
};
delete failed.recorded;

const running: Operation = {
  ...failed,
  id: '00000000000000a2',
  phase: 'uploading',
  type: 'INCREMENT',
  asked: { by: 'job', uid: 0, jobId: 4, runSec: NOW - 60 },
  startedAt: ago(60),
  begunAt: ago(60),
  endedAt: 0,
  result: 'running',
  reason: 'changes since increment 0 of image 7',
  why: 'changes since increment 0 of image 7',
  disks: [{ diskId: 0, bytesDone: GB, bytesTotal: 4 * GB }],
  pace: { bytesPerSec: 128 * 2 ** 20, leftSec: 24 },
  allowedBytesPerSec: 160 * 2 ** 20,
};

const waiting: Operation = {
  ...failed,
  id: '00000000000000a3',
  vmId: 3,
  phase: 'waiting',
  startedAt: ago(30),
  endedAt: 0,
  result: 'running',
  reason: '',
  waits: '2 backups run on host 0',
};
delete waiting.begunAt;
delete waiting.type;
delete waiting.why;

const verified: Operation = {
  ...backup,
  id: '00000000000000a4',
  kind: 'verify',
  asked: { by: 'policy' },
  hostId: -1,
  imageIds: [7],
  reads: { imageId: 7, datastoreId: 100 },
  startedAt: ago(86_000),
  begunAt: ago(86_000),
  endedAt: ago(85_900),
  reason: 'increment 0 is as it was written',
};
delete verified.type;
delete verified.why;

export const runs = { backup, failed, running, waiting, verified };

/** Newest first. */
export const history: readonly Operation[] = [waiting, running, failed, verified, backup];
