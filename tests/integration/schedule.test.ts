// What is scheduled, from the API to the stored backup: the whole daemon with the real mover on the fake host and the fake store, with
// short delays. What times things happen at is decided elsewhere, and tested there.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Operation } from '../../src/model/operation.ts';
import type { ScheduledAction } from '../../src/model/scheduled-action.ts';
import { FakeCloud, type Refused } from '../unit/fake-cloud.ts';

let cloud: FakeCloud;
let ann: string;
let backups: number;
beforeAll(async () => {
  cloud = await FakeCloud.open({
    limits: { maxBackups: 2, maxBackupsHost: 1, maxRestores: 2, maxUpkeep: 1, maxDrills: 1, networks: [] },
    schedule: { timeZone: 'UTC', catchUpSec: 3600, retries: 2, retryDelaySec: 1 },
  });
  await cloud.host();
  ann = await cloud.user('ann');
  backups = await cloud.id('one.datastore.allocate', 'NAME="backups"\nTYPE="BACKUP_DS"\nDS_MAD="fake"', -1);
  await cloud.call('one.datastore.chmod', backups, 1, 1, 0, 1, 0, 0, 1, 0, 0);
  await cloud.call(
    'one.image.chmod',
    await cloud.image('NAME="shared"\nSIZE="4"\nFORMAT="qcow2"'),
    1,
    1,
    0,
    1,
    0,
    0,
    1,
    0,
    0,
  );
});
afterAll(() => cloud.close());

/** A running VM with a disk. */
async function vm(session = cloud.session, extra = ''): Promise<number> {
  const disk = 'DISK=[ IMAGE="shared", IMAGE_UNAME="oneadmin" ]';
  const id = Number(await cloud.callAs(session, 'one.vm.allocate', `CPU="0.1"\nMEMORY="16"\n${disk}\n${extra}`, false));
  await cloud.vmIs(id, 3, 3);
  return id;
}

const now = (): number => Math.floor(Date.now() / 1000);
const schedule = async (session: string, vmId: number, text: string): Promise<number> =>
  Number(await cloud.callAs(session, 'one.vm.schedadd', vmId, `SCHED_ACTION=[ ${text} ]`));
const action = (id: number): Promise<ScheduledAction> => cloud.store.actions.get(id);
const actionIs = (id: number, is: (action: ScheduledAction) => boolean, what: string): Promise<void> =>
  cloud.until(`scheduled action ${id} ${what}`, async () => is(await action(id)), 30_000);
const runs = (vmId: number): Promise<Operation[]> => cloud.store.operations.ofVm(vmId, 50);
const backupNow = `ACTION="backup", ARGS="DS", TIME="now"`;

describe('a user who may not start backups', () => {
  it('has one made by scheduling it', async () => {
    const id = await vm(ann);
    await expect(cloud.callAs(ann, 'one.vm.backup', id, backups)).rejects.toMatchObject({ code: 0x200 });
    const sched = await schedule(ann, id, backupNow.replace('DS', String(backups)));
    await actionIs(sched, ({ doneSec }) => doneSec > 0, 'is done');
    const [run] = await runs(id);
    expect(run).toMatchObject({ result: 'done', asked: { by: 'schedule', actionId: sched } });
    const document = await cloud.xml('one.vm.info', id);
    expect(document.textOf('SCHED_ACTIONS/ID')).toBe(String(sched));
    expect(document.textOf('TEMPLATE/SCHED_ACTION/ACTION')).toBe('backup');
    expect(Number(document.textOf('TEMPLATE/SCHED_ACTION/DONE'))).toBeGreaterThan(0);
  });

  it('needs the right to use the datastore when it is made', async () => {
    const closed = await cloud.id('one.datastore.allocate', 'NAME="closed"\nTYPE="BACKUP_DS"\nDS_MAD="fake"', -1);
    const id = await vm(ann);
    const once = backupNow.replace('DS', String(closed)).replace('now', '+9999');
    await expect(schedule(ann, id, once)).rejects.toMatchObject({ code: 0x200 });
    await cloud.call('one.datastore.chmod', closed, 1, 1, 0, 1, 0, 0, 1, 0, 0);
    const sched = await schedule(ann, id, once);
    await cloud.call('one.datastore.chmod', closed, 1, 1, 0, 1, 0, 0, 0, 0, 0);
    const at = { timeSec: now(), anchorSec: now() };
    await cloud.store.actions.update(sched, (record) => void Object.assign(record.schedule, at));
    cloud.services.scheduler.changed(sched);
    await actionIs(sched, ({ message }) => message !== '', 'has failed');
    expect((await action(sched)).message).toMatch(/ : .*Not authorized to perform USE DATASTORE/);
    expect(await runs(id)).toEqual([]);
    await cloud.call('one.datastore.chmod', closed, 1, 1, 0, 1, 0, 0, 1, 0, 0);
    await actionIs(sched, ({ doneSec, message }) => doneSec > 0 && message === '', 'is done when it is tried again');
  });

  it('has nothing done when she is disabled, and is told so', async () => {
    const bob = await cloud.user('bob');
    const id = await vm(bob);
    const uid = (await cloud.store.vms.get(id)).uid;
    await cloud.call('one.user.enable', uid, false);
    await cloud.store.actions.allocate((own) => ({
      ...{
        id: own,
        parent: { type: 'VM', id },
        uid,
        action: 'poweroff',
        args: '',
        doneSec: -1,
        message: '',
        warning: 0,
      },
      schedule: { timeSec: now(), anchorSec: now(), repeat: -1, days: [], endType: -1, endValue: -1 },
      finished: false,
    }));
    const [sched = -1] = await cloud.store.links.of('action-vm', id);
    cloud.services.scheduler.stir();
    await actionIs(sched, ({ message }) => message.includes('is disabled'), 'says that its user is disabled');
    expect((await cloud.store.vms.get(id)).state).toBe(3);
  });

  it('changes and removes what is scheduled on her VM, and not on others', async () => {
    const id = await vm(ann);
    const sched = await schedule(
      ann,
      id,
      `ACTION="poweroff", TIME="${now() + 3600}", REPEAT="0", DAYS="1,3", END_TYPE="1", END_VALUE="4"`,
    );
    await cloud.callAs(ann, 'one.vm.schedupdate', id, sched, 'SCHED_ACTION=[ DAYS="5" ]');
    expect((await action(sched)).schedule).toMatchObject({ repeat: 0, days: [5], endType: 1, endValue: 4 });
    const other = await vm();
    await expect(schedule(ann, other, 'ACTION="poweroff", TIME="now"')).rejects.toMatchObject({ code: 0x200 });
    await expect(cloud.callAs(ann, 'one.vm.scheddelete', other, sched)).rejects.toMatchObject({ code: 0x200 });
    await expect(cloud.call('one.vm.scheddelete', other, sched)).rejects.toMatchObject({ code: 0x400 });
    await cloud.callAs(ann, 'one.vm.scheddelete', id, sched);
    expect(await cloud.store.actions.find(sched)).toBeUndefined();
  });
});

describe('what is scheduled', () => {
  it.each([
    ['ACTION="backup"', 'TIME'],
    ['ACTION="explode", TIME="now"', 'ACTION="explode"'],
    ['ACTION="backup", TIME="soon"', 'TIME="soon"'],
    ['ACTION="backup", ARGS="100,2", TIME="now"', 'ARGS="100,2"'],
    ['ACTION="backup", TIME="now", REPEAT="0", DAYS="7"', 'DAYS="7"'],
    ['ACTION="backup", TIME="now", REPEAT="0", DAYS="1", END_TYPE="1"', 'END_VALUE'],
    ['ACTION="backup", TIME="now", WHEN="later"', 'WHEN'],
  ])('is refused when it makes no sense: %s', async (text, named) => {
    const id = await vm();
    const refusal: unknown = await schedule(cloud.session, id, text).catch((error: unknown) => error);
    expect((refusal as Refused).message).toContain(named);
    expect(await cloud.store.links.of('action-vm', id)).toEqual([]);
  });

  it('comes with a VM from its template, and goes with the VM', async () => {
    const preset = 'SCHED_ACTION=[ ACTION="backup", ARGS="1", TIME="+3600", REPEAT="3", DAYS="24", END_TYPE="0" ]';
    const template = await cloud.id('one.template.allocate', `NAME="preset"\nCPU="0.1"\nMEMORY="16"\n${preset}`);
    const id = await cloud.id('one.template.instantiate', template, '', false, '', false);
    await cloud.vmIs(id, 3, 3);
    const [sched = -1] = await cloud.store.links.of('action-vm', id);
    const { stime } = await cloud.store.vms.get(id);
    expect((await action(sched)).schedule).toMatchObject({ timeSec: stime + 3600, repeat: 3, days: [24] });
    const end = await schedule(cloud.session, id, 'ACTION="terminate-hard", TIME="now"');
    await cloud.vmIs(id, 6, 0);
    await cloud.until('its schedules are gone', async () => (await cloud.store.links.of('action-vm', id)).length === 0);
    expect(await cloud.store.actions.find(end)).toBeUndefined();
  });

  it('is done to a VM as well as backups: it is powered off', async () => {
    const id = await vm();
    const sched = await schedule(cloud.session, id, 'ACTION="poweroff-hard", TIME="now"');
    await cloud.vmIs(id, 8, 0);
    await actionIs(sched, ({ doneSec, finished }) => doneSec > 0 && finished, 'is done');
  });

  it('is tried again when it fails, and given up until its next occurrence', async () => {
    const id = await vm();
    const sched = await schedule(
      cloud.session,
      id,
      `ACTION="backup", ARGS="-1", TIME="now", REPEAT="3", DAYS="1", END_TYPE="0"`,
    );
    await actionIs(sched, ({ current, message }) => message !== '' && current === undefined, 'is given up');
    const { message, doneSec, schedule: next } = await action(sched);
    expect(message).toContain('No datastore was given');
    expect(doneSec).toBe(-1);
    expect(next.timeSec).toBeGreaterThan(now() + 3000);
  });
});

describe('where there is no room', () => {
  const waiting: number[] = [];
  afterEach(async () => {
    for (const id of waiting.splice(0)) await cloud.call('one.vm.backupcancel', id).catch(() => undefined);
  });

  it('a backup waits, says what for, and begins when another has ended', async () => {
    const [first, second] = [await vm(), await vm()];
    await cloud.call('one.vm.backup', first, backups, false);
    await cloud.call('one.vm.backup', second, backups, false);
    const [run] = await runs(second);
    expect(run).toMatchObject({ result: 'running', phase: 'waiting' });
    expect(run?.waits).toMatch(/^1 backup runs on host \d+, and MAX_BACKUPS_HOST is 1$/);
    expect(await cloud.store.vms.get(second)).toMatchObject({ state: 3, lcmState: 3 });
    await expect(cloud.call('one.vm.backup', second, backups, false)).rejects.toThrow('is waiting to begin already');
    expect(await cloud.follow('vm', second)).toMatchObject({ id: run?.id, result: 'done' });
    const [one, other] = [(await runs(first))[0], (await runs(second))[0]];
    expect(other?.begunAt).toBeGreaterThanOrEqual(one?.endedAt ?? Infinity);
  });

  it('a backup that waits can be cancelled, and is not lost when the daemon ends', async () => {
    const closedDay = (new Date().getUTCDay() + 3) % 7;
    const text = `NAME="weekend"\nTYPE="BACKUP_DS"\nDS_MAD="fake"\nBACKUP_WINDOW=[ DAYS="${closedDay}", HOURS="00:00-12:00", ZONE="UTC" ]`;
    const closed = await cloud.id('one.datastore.allocate', text, -1);
    const id = await vm();
    await cloud.call('one.vm.backup', id, closed, false);
    const [run] = await runs(id);
    expect(run?.waits).toMatch(/^the BACKUP_WINDOW of datastore \d+ opens at \d{4}-\d\d-\d\dT00:00Z$/);
    await cloud.stop();
    await cloud.start();
    expect(await runs(id)).toMatchObject([{ id: run?.id, result: 'running', phase: 'waiting' }]);
    await cloud.call('one.vm.backupcancel', id);
    expect(await runs(id)).toMatchObject([{ id: run?.id, result: 'cancelled' }]);
    await expect(cloud.call('one.vm.backupcancel', id)).rejects.toMatchObject({ code: 0x2000 });

    const sched = await schedule(cloud.session, id, `ACTION="backup", ARGS="${closed}", TIME="now"`);
    await cloud.until('the scheduled one waits', async () =>
      cloud.services.scheduler.waiting().some(({ actionId }) => actionId === sched),
    );
    await cloud.call('one.vm.backupcancel', id);
    expect(await action(sched)).toMatchObject({ finished: true, doneSec: -1 });
    expect((await action(sched)).message).toMatch(/ : it was cancelled$/);
    expect(await runs(id)).toHaveLength(1);
  });
});

describe('a backup job', () => {
  const lists = async (id: number): Promise<number[][]> => {
    const { updatedVms, outdatedVms, backingUpVms, errorVms } = await cloud.store.backupJobs.get(id);
    return [updatedVms, outdatedVms, backingUpVms, errorVms];
  };
  const job = async (vms: number[], settings: string): Promise<number> => {
    const text = `NAME="job-${vms.join('-')}"\nBACKUP_VMS="${vms.join(',')}"\nDATASTORE_ID="${backups}"\n${settings}`;
    return cloud.id('one.backupjob.allocate', text);
  };

  it('backs up its VMs one after the other, and its schedule is done when all are', async () => {
    const vms = [await vm(), await vm(), await vm()];
    const id = await job(vms, 'EXECUTION="SEQUENTIAL"\nSCHED_ACTION=[ TIME="' + String(now() - 1) + '" ]');
    const [sched = -1] = await cloud.store.links.of('action-job', id);
    await actionIs(sched, ({ doneSec }) => doneSec > 0, 'is done');
    expect(await lists(id)).toEqual([vms, [], [], []]);
    const ends = await Promise.all(vms.map(async (vmId) => (await runs(vmId))[0]));
    for (const [index, run] of ends.entries()) {
      expect(run).toMatchObject({ result: 'done', asked: { by: 'job', jobId: id } });
      if (index > 0) expect(run?.begunAt).toBeGreaterThanOrEqual(ends[index - 1]?.endedAt ?? Infinity);
    }
    expect((await cloud.xml('one.backupjob.info', id)).textOf('TEMPLATE/SCHED_ACTION/ACTION')).toBe('backup');
  });

  it('tells which VM failed and why, goes on with the others, and retries that one alone', async () => {
    const vms = [await vm(), await vm()];
    const [held = -1, good = -1] = vms;
    const id = await job(vms, 'EXECUTION="PARALLEL"');
    await cloud.call('one.vm.action', 'suspend', held);
    await cloud.vmIs(held, 5, 0);
    await cloud.call('one.backupjob.backup', id);
    await cloud.until('the job has ended', async () => (await lists(id)).slice(1, 3).flat().length === 0, 30_000);
    expect(await lists(id)).toEqual([[good], [], [], [held]]);
    expect((await cloud.xml('one.backupjob.info', id)).textOf('TEMPLATE/ERROR')).toContain('SUSPENDED');
    await cloud.call('one.vm.action', 'resume', held);
    await cloud.vmIs(held, 3, 3);
    await cloud.call('one.backupjob.retry', id);
    await cloud.until('the retry has ended', async () => (await lists(id)).slice(1, 3).flat().length === 0, 30_000);
    expect((await lists(id))[3]).toEqual([]);
    expect(await runs(good)).toHaveLength(1);
    expect(await runs(held)).toHaveLength(1);
  });
});
