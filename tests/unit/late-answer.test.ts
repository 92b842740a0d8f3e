// What a dead run still answers changes nothing: neither the machine that was freed from it, nor the backup that it makes by now.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BackupRunner } from '../../src/backup/run.ts';
import type { Move } from '../../src/vm/parts.ts';
import type { MoverTask } from '../../src/model/mover-protocol.ts';
import type { BackupResult } from '../../src/model/tasks/backup.ts';
import type { Vm } from '../../src/model/vm.ts';
import { NOBODY } from '../../src/vm/history.ts';
import { FakeCloud } from './fake-cloud.ts';

const WISH = { reset: false, unattended: false };

let cloud: FakeCloud;
let vmId: number;
let backups: number;

beforeAll(async () => {
  cloud = await FakeCloud.open();
  await cloud.host();
  backups = await cloud.id('one.datastore.allocate', 'NAME="backups"\nTYPE="BACKUP_DS"\nDS_MAD="fake"', -1);
  const disk = await cloud.image('NAME="disk"\nSIZE="4"\nFORMAT="qcow2"\nPERSISTENT="YES"');
  const template = `CPU="1"\nMEMORY="64"\nDISK=[ IMAGE_ID="${disk}" ]\nBACKUP_CONFIG=[ MODE="INCREMENT" ]`;
  vmId = await cloud.id('one.vm.allocate', template, false);
  await cloud.vmIs(vmId, 3, 3);
});
afterAll(() => cloud.close());

/** A mover that hears no order to stop, and answers when it is let. */
class Deaf {
  answer: (result: BackupResult) => void = () => undefined;
  fail: (error: Error) => void = () => undefined;
  task: MoverTask | undefined;
  readonly move = (async (task: MoverTask) => {
    this.task = task;
    return new Promise<BackupResult>((resolve, reject) => {
      this.answer = resolve;
      this.fail = reject;
    });
  }) as Move;
}

const vm = (): Promise<Vm> => cloud.store.vms.get(vmId);

/** Begins a backup with a deaf mover and frees the machine from it; returns the run. */
async function freed(mover: Deaf): Promise<{ id: string; runner: BackupRunner }> {
  const { parts, operations, upkeep, vms } = cloud.services;
  const runner = new BackupRunner(parts, operations, upkeep, () => undefined, { move: mover.move, patienceMs: 100 });
  const id = await runner.start(vmId, { ...WISH, datastoreId: backups });
  await cloud.until('the mover has its task', () => Promise.resolve(mover.task !== undefined));
  await vms.recover(vmId, 'failure', NOBODY, () => runner.stop(vmId));
  await cloud.vmIs(vmId, 3, 3);
  return { id, runner };
}

const result: BackupResult = {
  ...{ source: 'deadbeef', date: 5, consistency: 'crash', scratchBytes: 0, peakRssBytes: 0 },
  ...{ processedBytes: 1, storedBytes: 1 },
  disks: [],
};

it.each([
  ['its backup', (mover: Deaf) => mover.answer(result)],
  ['that it failed', (mover: Deaf) => mover.fail(new Error('too late'))],
])('a run that was ended with recover --failure answers %s while the next one is under way', async (_what, answer) => {
  const before = await vm();
  const mover = new Deaf();
  const { id, runner } = await freed(mover);
  expect(await vm()).toMatchObject({ operationId: null, backups: { ids: before.backups.ids } });
  expect((await vm()).backups.running).toBeUndefined();

  const next = new Deaf();
  const { parts, operations, upkeep } = cloud.services;
  const other = new BackupRunner(parts, operations, upkeep, () => undefined, { move: next.move });
  const nextId = await other.start(vmId, { ...WISH, datastoreId: backups });
  await cloud.until('the next mover has its task', () => Promise.resolve(next.task !== undefined));
  const during = await vm();
  answer(mover);
  await cloud.until('the dead run has ended', async () => (await cloud.store.operations.find(id))?.result === 'failed');
  expect(await vm()).toEqual(during);
  expect(during.operationId).toBe(nextId);
  expect(await cloud.store.images.list({ ascending: true })).not.toContainEqual(
    expect.objectContaining({ source: 'deadbeef' }),
  );
  next.fail(new Error('enough'));
  await cloud.vmIs(vmId, 3, 3);
  await Promise.all([runner.stopAll(), other.stopAll()]);
});

it('a machine whose run nobody works on any more is freed, and the record says so', async () => {
  const { operations, backups: running, vms } = cloud.services;
  const lost = operations.draft({
    ...{ kind: 'backup', vmId, hostId: 0, datastoreId: backups, imageIds: [], reason: '' },
    plan: {
      domain: `one-${vmId}`,
      disks: [],
      directory: '/nowhere',
      runDirectory: `${cloud.directory}/run/lost`,
      tracking: null,
    },
  });
  await cloud.store.operations.add(lost);
  await cloud.store.vms.update(vmId, (record) => Object.assign(record, { lcmState: 69, operationId: lost.id }));
  for (const recovery of ['success', 'retry'] as const) {
    await expect(vms.recover(vmId, recovery, NOBODY, () => running.stop(vmId))).rejects.toThrow('use --failure');
  }
  expect(await vm()).toMatchObject({ lcmState: 69, operationId: lost.id });
  await vms.recover(vmId, 'failure', NOBODY, () => running.stop(vmId));
  await cloud.vmIs(vmId, 3, 3);
  expect(await vm()).toMatchObject({ operationId: null });
  expect(await cloud.store.operations.find(lost.id)).toMatchObject({ result: 'failed', interrupted: true });
});
