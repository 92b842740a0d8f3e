// Which VMs a job has, over an in-memory store.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { backupJob, group, user, vm } from '../../tests/golden/objects.ts';
import type { Attributes } from '../model/attributes.ts';
import { VM_STATE, type Vm } from '../model/vm.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { vmsOfJob, type JobVms } from './job-vms.ts';

const OTHER_JOB = 8;
let store: Store;
beforeEach(async () => {
  store = await openSqlite(':memory:');
  await store.backupJobs.allocate((id) => ({ ...backupJob, id }), OTHER_JOB);
  await store.users.allocate((id) => ({ ...user, id, name: 'alice' }), 5);
  await store.groups.allocate((id) => ({ ...group, id, name: 'crew' }), 101);
});
afterEach(() => store.close());

async function add(id: number, change: Partial<Vm> = {}, backupJobId?: number): Promise<void> {
  const config = { ...vm.backups.config, ...(backupJobId !== undefined && { backupJobId }) };
  await store.vms.allocate(() => ({ ...vm, backups: { ...vm.backups, config }, ...change, id, name: `v${id}` }), id);
}
const labelled = (labels: string): Partial<Vm> => ({ userTemplate: [['LABELS', labels]] });
const ofAlice = { uid: 5, uname: 'alice', gid: 101, gname: 'crew' };
const found = (...template: Attributes): Promise<JobVms> => vmsOfJob(store, { id: 3, template });
const nothing: JobVms = { listed: [], selected: [], gone: [], elsewhere: [] };

it('takes those that are listed in their order, without those that have ended or are in another job', async () => {
  await add(1);
  await add(2, {}, 3);
  await add(4, { state: VM_STATE.DONE });
  await add(5, {}, OTHER_JOB);
  await add(6, {}, 999); // a job that is not there any more
  expect(await found(['BACKUP_VMS', '6,2,77,5,1,4'])).toEqual({
    ...{ listed: [6, 2, 1], selected: [], gone: [77, 4] },
    elsewhere: [{ vmId: 5, jobId: OTHER_JOB }],
  });
});

it('adds those that are selected, by id, each once', async () => {
  await add(1, labelled('prod/web'));
  await add(2, labelled('prod'));
  await add(3, labelled('test'));
  await add(4, { ...labelled('prod'), state: VM_STATE.DONE });
  await add(5, labelled('prod'), OTHER_JOB);
  await add(6, ofAlice);
  expect(
    await found(
      ['BACKUP_VMS', '2'],
      ['BACKUP_VMS_SELECT', [['OWNER', 'alice']]],
      ['BACKUP_VMS_SELECT', [['LABEL', 'prod']]],
      ['BACKUP_VMS_SELECT', [['GROUP', '101']]],
    ),
  ).toEqual({ listed: [2], selected: [1, 6], gone: [], elsewhere: [{ vmId: 5, jobId: OTHER_JOB }] });
});

it.each([
  [[['OWNER', '5']], [6, 7]],
  [[['GROUP', 'crew']], [6]],
  [
    [
      ['OWNER', 'alice'],
      ['LABEL', 'prod'],
    ],
    [7],
  ],
  [
    [
      ['OWNER', 'alice'],
      ['GROUP', 'nobodies'],
    ],
    [],
  ],
  [[['OWNER', 'nobody']], []],
  [[['GROUP', 'nobodies']], []],
] as Array<[Array<[string, string]>, number[]]>)('%j is asked of every VM', async (vector, selected) => {
  await add(1, labelled('prod'));
  await add(6, ofAlice);
  await add(7, { ...ofAlice, gid: 1, gname: 'users', ...labelled('prod') });
  expect(await found(['BACKUP_VMS_SELECT', vector])).toEqual({ ...nothing, selected });
});

it('finds them among many', async () => {
  for (let id = 0; id < 620; id++) await add(id, labelled(id % 2 === 0 ? 'even' : 'odd'));
  const odd = Array.from({ length: 310 }, (_, index) => 2 * index + 1);
  const all = Array.from({ length: 620 }, (_, index) => index);
  expect((await found(['BACKUP_VMS_SELECT', [['LABEL', 'odd']]])).selected).toEqual(odd);
  expect((await found(['BACKUP_VMS', all.join(',')])).listed).toEqual(all);
});
