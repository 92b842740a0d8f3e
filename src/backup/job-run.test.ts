// Runs of backup jobs over an in-memory store: the scheduler and the backups themselves are played by the tests.
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backupJob, datastore, vm } from '../../tests/golden/objects.ts';
import { text, type Attributes } from '../model/attributes.ts';
import type { BackupJob } from '../model/backup-job.ts';
import { DATASTORE_TYPE } from '../model/datastore.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { Operation } from '../model/operation.ts';
import { VM_STATE, type Vm } from '../model/vm.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { OperationLog } from '../vm/operation-log.ts';
import { JobRuns } from './job-run.ts';
import { jobTemplate } from './job-template.ts';

const JOB = 3;
const BACKUPS = 100;
const OWNER = 5;
let store: Store;
let log: OperationLog;
let jobs: JobRuns;
let nowSec = 0;
let lines: Array<Record<string, unknown>>;
/** Why the owner may not back up a VM. */
let forbidden: Map<number, OneError>;
let asked: Array<[uid: number, vmId: number, datastoreId: number, by: string]>;

beforeEach(async () => {
  store = await openSqlite(':memory:');
  nowSec = 1000;
  lines = [];
  asked = [];
  forbidden = new Map();
  const clock = (): number => nowSec * 1000;
  log = new OperationLog(store, clock);
  const write = (line: string): unknown => lines.push(JSON.parse(line) as Record<string, unknown>);
  const parts = { store, clock, log: pino({ level: 'debug' }, { write }) };
  const mayBackUp = async (...request: (typeof asked)[number]): Promise<void> => {
    asked.push(request);
    const why = forbidden.get(request[1]);
    if (why) throw why;
  };
  jobs = new JobRuns(parts, { mayBackUp }, log);
  await store.datastores.allocate((id) => ({ ...datastore, id, type: DATASTORE_TYPE.BACKUP_DS }), BACKUPS);
  await store.datastores.allocate((id) => ({ ...datastore, id, name: 'images', type: DATASTORE_TYPE.IMAGE_DS }), 1);
});
afterEach(() => store.close());

/** A VM that says that it is in a job; null for in none. */
async function addVm(id: number, change: Partial<Vm> = {}, jobId: number | null = JOB): Promise<void> {
  const config = { ...vm.backups.config, ...(jobId !== null && { backupJobId: jobId }) };
  await store.vms.allocate(() => ({ ...vm, backups: { ...vm.backups, config }, ...change, id, name: `v${id}` }), id);
}

async function addJob(template: Attributes, id = JOB, change: Partial<BackupJob> = {}): Promise<void> {
  const complete = jobTemplate([['DATASTORE_ID', String(BACKUPS)], ...template]);
  const record = { ...backupJob, name: `job ${id}`, uid: OWNER, ...change, id, template: complete };
  await store.backupJobs.allocate(() => record, id);
}

/** VMs 1 to 4 in a job that runs. */
async function running(...template: Attributes): Promise<void> {
  for (const id of [1, 2, 3, 4]) await addVm(id);
  await addJob([['BACKUP_VMS', '4,3,2,1'], ...template]);
  await jobs.start(JOB);
}

const job = (id = JOB): Promise<BackupJob> => store.backupJobs.get(id);
const errorOf = async (id = JOB): Promise<string | undefined> => text((await job(id)).template, 'ERROR');
const waiting = async (): Promise<number[]> => (await jobs.candidates()).map(({ vmId }) => vmId);

/** Begins the backup of a VM as the scheduler does; the log follows it. */
async function begin(vmId: number): Promise<Operation> {
  const candidate = (await jobs.candidates()).find((one) => one.vmId === vmId);
  if (!candidate) throw new Error(`VM ${vmId} does not wait`);
  const { jobId, uid, sinceSec, datastoreId } = candidate;
  const operation = log.draft({
    ...{ kind: 'backup', vmId, hostId: 0, datastoreId, imageIds: [], plan: null, reason: '' },
    asked: { by: 'job', uid, jobId, runSec: sinceSec },
  });
  await store.transaction(async (tx) => {
    await tx.operations.add(operation);
    await jobs.begun(tx, jobId, vmId, sinceSec);
  });
  log.started(operation);
  return operation;
}

/** Ends a run; what is told of it is up to the test. */
async function end(
  operation: Operation,
  result: 'done' | 'failed',
  change: Partial<Operation> = {},
): Promise<Operation> {
  Object.assign(operation, change);
  await store.transaction((tx) => log.end(tx, operation, result, 'why'));
  log.announce(operation);
  return operation;
}

describe('a run', () => {
  it('has all VMs of the job wait, with what they are backed up with', async () => {
    const window: Attributes[number] = ['BACKUP_WINDOW', [['DAYS', '0,6']]];
    await running(['MODE', 'INCREMENT'], ['KEEP_LAST', '7'], ['EXECUTION', 'PARALLEL'], ['RESET', 'YES'], window);
    const candidates = await jobs.candidates();
    expect(candidates.map(({ vmId }) => vmId)).toEqual([4, 3, 2, 1]);
    expect(candidates[0]).toEqual({
      ...{ jobId: JOB, vmId: 4, uid: OWNER, underWay: 0, priority: 50, sinceSec: 1000, sequential: false, reset: true },
      datastoreId: BACKUPS,
      config: {
        ...{ mode: 'INCREMENT', incrementMode: 'CBT', fsFreeze: 'NONE', freezeLimitSec: 10, freezeFailure: 'FAIL' },
        ...{ keepLast: 7, backupVolatile: false },
      },
      windows: [[['DAYS', '0,6']]],
    });
    expect((await store.vms.get(4)).backups.config).toMatchObject({ keepLast: 4, backupJobId: JOB });
    expect(asked).toEqual([]); // those are asked for when their turn comes
  });

  it('follows each backup to its end', async () => {
    await running();
    const [done, failed] = [await begin(4), await begin(3)];
    expect(await job()).toMatchObject({ outdatedVms: [2, 1], backingUpVms: [4, 3] });
    expect(await waiting()).toEqual([2, 1]);
    nowSec = 1060;
    await jobs.ended(await end(done, 'done'));
    await jobs.ended(await end(failed, 'failed'));
    await jobs.couldNotBegin(JOB, 2, 'it is suspended');
    await jobs.ended(await end(await begin(1), 'failed', { cancelling: true }));
    expect(await job()).toMatchObject({
      ...{ updatedVms: [4], errorVms: [3, 2], cancelledVms: [1], outdatedVms: [], backingUpVms: [] },
      lastBackupDurationSec: 60,
    });
    expect(await errorOf()).toBe('Virtual machine 2: it is suspended');
    expect(await jobs.candidates()).toEqual([]);
  });

  it('is refused while one is under way, and begins anew afterwards', async () => {
    await running();
    await expect(jobs.start(JOB)).rejects.toMatchObject({ code: CODE.ACTION, objectId: JOB });
    await jobs.cancel(JOB, () => Promise.reject(new Error('nothing runs')));
    await jobs.start(JOB);
    expect(await job()).toMatchObject({ outdatedVms: [4, 3, 2, 1], cancelledVms: [], lastBackupTime: 1001 });
  });

  it('is changed by its own backups alone', async () => {
    await running();
    const first = await begin(4);
    const user = await end({ ...first, asked: { by: 'user', uid: 0 } }, 'done');
    await jobs.ended(user);
    await jobs.ended({ ...first, result: 'running' });
    await jobs.ended({ ...first, result: 'done', asked: { by: 'job', uid: 5, jobId: JOB, runSec: 999 } });
    await jobs.ended({ ...first, result: 'done', asked: { by: 'job', uid: 5, jobId: 77, runSec: 1000 } });
    expect(await job()).toMatchObject({ backingUpVms: [4], updatedVms: [] });
  });

  it('begins no VM that was cancelled meanwhile, nor one of an earlier run', async () => {
    await running();
    await jobs.cancel(JOB, () => Promise.resolve());
    const late = (runSec?: number): Promise<void> => store.transaction((tx) => jobs.begun(tx, JOB, 4, runSec));
    await expect(late()).rejects.toMatchObject({ code: CODE.ACTION, objectId: 4 });
    await jobs.start(JOB);
    await expect(late(1000)).rejects.toMatchObject({ code: CODE.ACTION, retry: true });
    await jobs.couldNotBegin(JOB, 4, 'it was late', 1000);
    expect(await job()).toMatchObject({ outdatedVms: [4, 3, 2, 1], backingUpVms: [] });
    await late(1001);
    expect(await job()).toMatchObject({ backingUpVms: [4] });
  });

  it('has somewhere to back up to', async () => {
    await addVm(1);
    await addJob([['BACKUP_VMS', '1']]);
    const give = (id: string): Promise<unknown> =>
      store.backupJobs.update(JOB, (record) => {
        record.template = jobTemplate([
          ['BACKUP_VMS', '1'],
          ['DATASTORE_ID', id],
        ]);
      });
    await give('');
    await expect(jobs.start(JOB)).rejects.toMatchObject({
      code: CODE.ACTION,
      message: expect.stringContaining('has no DATASTORE_ID') as string,
    });
    await expect(jobs.retry(JOB)).rejects.toMatchObject({ code: CODE.ACTION });
    await give('1');
    await expect(jobs.start(JOB)).rejects.toThrow('datastore 1 (images) is no backup datastore');
    await give('555');
    await expect(jobs.start(JOB)).rejects.toMatchObject({ code: CODE.NO_EXISTS });
    expect((await job()).lastBackupTime).toBe(0);
    await give(String(BACKUPS));
    await jobs.start(JOB);
    await give('');
    expect(await jobs.candidates()).toEqual([]);
    expect(await job()).toMatchObject({ errorVms: [1], outdatedVms: [] });
    expect(await errorOf()).toContain('Virtual machine 1: Backup job 3 has no DATASTORE_ID');
  });

  it('says when there was nothing to back up', async () => {
    await addJob([]);
    await jobs.start(JOB);
    expect(await job()).toMatchObject({ lastBackupTime: 1000, outdatedVms: [] });
    expect(await errorOf()).toContain('There was nothing to back up');
    await expect(jobs.start(77)).rejects.toMatchObject({ code: CODE.NO_EXISTS });
  });
});

describe('VMs of a run', () => {
  it('are listed or selected; those that have ended leave the job, those of another are left to it', async () => {
    await addJob([], 8);
    await addVm(1);
    await addVm(2, { state: VM_STATE.DONE });
    await addVm(4, { userTemplate: [['LABELS', 'prod']] }, null);
    await addVm(5, { userTemplate: [['LABELS', 'prod']] }, 8);
    await addJob([
      ['BACKUP_VMS', '9,2,1'],
      ['BACKUP_VMS_SELECT', [['LABEL', 'prod']]],
    ]);
    await jobs.start(JOB);
    expect(await waiting()).toEqual([1, 4]);
    expect(text((await job()).template, 'BACKUP_VMS')).toBe('1');
    expect((await store.vms.get(2)).backups.config).not.toHaveProperty('backupJobId');
    expect((await store.vms.get(4)).backups.config).not.toHaveProperty('backupJobId');
    expect(lines).toContainEqual(expect.objectContaining({ job: JOB, vm: 5, other: 8 }));
    expect(asked).toEqual([[OWNER, 4, BACKUPS, 'job']]);
  });

  it('are selected only when the owner may back them up; what else is wrong is told in their turn', async () => {
    for (const id of [1, 2, 4]) await addVm(id, {}, null);
    await addJob([['BACKUP_VMS_SELECT', [['OWNER', '0']]]]);
    forbidden.set(1, new OneError(CODE.AUTHORIZATION, 'not hers'));
    forbidden.set(2, new OneError(CODE.LOCKED, 'locked'));
    await jobs.start(JOB);
    expect(await waiting()).toEqual([2, 4]);
    expect(lines).toContainEqual(expect.objectContaining({ vm: 1, reason: 'not hers' }));
  });

  it('leave it when they end, or go to another job, while they wait', async () => {
    await running();
    await addJob([], 8);
    await store.vms.update(3, (record) => void (record.state = VM_STATE.DONE));
    await store.vms.update(2, (record) => void (record.backups.config.backupJobId = 8));
    expect(await waiting()).toEqual([4, 1]);
    expect(await job()).toMatchObject({ outdatedVms: [4, 1] });
    expect((await store.vms.get(2)).backups.config.backupJobId).toBe(8);
  });

  it('of several jobs wait side by side', async () => {
    await running();
    await addVm(7, {}, 9);
    await addJob([['BACKUP_VMS', '7']], 9, { priority: 80 });
    await jobs.start(9);
    expect((await jobs.candidates()).map(({ jobId, vmId, priority }) => [jobId, vmId, priority])).toEqual([
      ...[4, 3, 2, 1].map((id) => [JOB, id, 50]),
      [9, 7, 80],
    ]);
  });
});

describe('cancel and retry', () => {
  it('end what is under way and wait for it; a retry takes what was cancelled', async () => {
    await running();
    const [one, other] = [await begin(4), await begin(3)];
    const cancelled: number[] = [];
    await jobs.cancel(JOB, async (vmId) => {
      cancelled.push(vmId);
      if (vmId === 3) throw new Error('it cannot be stopped');
      await log.cancelling(one);
    });
    expect(cancelled).toEqual([4, 3]);
    expect(lines).toContainEqual(expect.objectContaining({ vm: 3, level: 50 }));
    expect(await job()).toMatchObject({ outdatedVms: [], backingUpVms: [4, 3], cancelledVms: [2, 1] });
    await jobs.ended(await end(one, 'failed'));
    await jobs.retry(JOB);
    expect(await waiting()).toEqual([4, 2, 1]);
    await jobs.ended(await end(other, 'done'));
    expect(await job()).toMatchObject({ updatedVms: [3], backingUpVms: [], cancelledVms: [], lastBackupTime: 1000 });
  });

  it('free a job whose backup is not there any more', async () => {
    await running();
    const lost = await begin(4);
    log.announce(lost); // nobody follows it, and its record says that it runs
    await jobs.cancel(JOB, () => Promise.resolve());
    expect(await job()).toMatchObject({ backingUpVms: [4] });
    await end(lost, 'failed');
    await jobs.cancel(JOB, () => Promise.resolve());
    expect(await job()).toMatchObject({ backingUpVms: [], errorVms: [4] });
  });
});

describe('when the daemon starts', () => {
  it('VMs end as their last record tells, go on being backed up, or wait again', async () => {
    await running();
    const [done, runs, gone] = [await begin(4), await begin(3), await begin(2)];
    await end(done, 'done');
    await end(gone, 'failed', { interrupted: true });
    await store.transaction((tx) => jobs.begun(tx, JOB, 1)); // without any record
    await jobs.reconcile([runs]);
    expect(await job()).toMatchObject({ updatedVms: [4], backingUpVms: [3], outdatedVms: [2, 1], errorVms: [] });
    await store.operations.save({ ...runs, asked: { by: 'job', uid: 5, jobId: JOB, runSec: 7 } });
    await jobs.reconcile(await store.operations.running());
    expect(await job()).toMatchObject({ backingUpVms: [], outdatedVms: [3, 2, 1] });
  });

  it('records of an earlier run count for nothing', async () => {
    await running();
    await jobs.ended(await end(await begin(4), 'done'));
    await jobs.cancel(JOB, () => Promise.resolve());
    nowSec = 5000;
    await jobs.start(JOB);
    await store.transaction((tx) => jobs.begun(tx, JOB, 4));
    await jobs.reconcile([]);
    expect(await job()).toMatchObject({ updatedVms: [], outdatedVms: [4, 3, 2, 1], backingUpVms: [] });
  });
});

it('a job that was deleted is missed by nobody', async () => {
  await running();
  const operation = await begin(4);
  await store.backupJobs.remove(JOB);
  await jobs.ended(await end(operation, 'done'));
  await jobs.couldNotBegin(JOB, 3, 'why');
  expect(await jobs.candidates()).toEqual([]);
});
