// Holes that OpenNebula has in who may restore, schedule and back up what, each with a test that fails on its behaviour: URLs of backups
// as a bearer's right (P15), schedules that run as an administrator (P16), jobs that take any VM (P17), refusals that look like success
// (P18), restores in place of anything (P19). And who may nothing learns nothing, not even what exists.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { text } from '../../src/model/attributes.ts';
import { CODE } from '../../src/model/errors.ts';
import { permissionsFromOctet } from '../../src/model/permissions.ts';
import { formatCall, type Value } from '../../src/wire/xmlrpc.ts';
import { FakeCloud, type Refused } from '../unit/fake-cloud.ts';
import { backupDatastore, plantBackup } from './planted.ts';

const AUTHORIZATION = CODE.AUTHORIZATION;
const NOBODY = 4711;

let cloud: FakeCloud;
/** oneadmin's: a datastore, a VM that is off, a backup of it; and a stranger's own VM. */
let backups: number;
let vmId: number;
let backup: number;
let ann: string;
let own: number;

beforeAll(async () => {
  cloud = await FakeCloud.open();
  await cloud.host();
  backups = await backupDatastore(cloud);
  vmId = await offVm(cloud.session);
  ann = await cloud.user('ann');
  own = await offVm(ann);
  backup = await plantBackup(cloud, backups, { name: 'p', vms: [vmId], permissions: permissionsFromOctet(0o600) });
}, 60_000);
afterAll(() => cloud.close());
beforeEach(() => bits(0o600, 0o600));

async function offVm(session: string): Promise<number> {
  const disk = 'DISK=[ TYPE="fs", SIZE="1", FORMAT="raw" ]';
  const id = Number(await cloud.callAs(session, 'one.vm.allocate', `CPU="0.1"\nMEMORY="16"\n${disk}`, true));
  await cloud.store.vms.update(id, (vm) => void Object.assign(vm, { state: 8, lcmState: 0 }));
  return id;
}

/** Permissions of the backup and of its datastore. */
async function bits(image: number, datastore: number): Promise<void> {
  await cloud.store.images.update(backup, (one) => void (one.permissions = permissionsFromOctet(image)));
  await cloud.store.datastores.update(backups, (one) => void (one.permissions = permissionsFromOctet(datastore)));
}

async function refusal(method: string, ...params: Value[]): Promise<Refused> {
  return cloud.callAs(ann, method, ...params).then(
    (answer) => expect.fail(`${method} was answered with ${JSON.stringify(answer)}`),
    (error: unknown) => error as Refused,
  );
}

/** What there is, to see that a refusal has changed nothing. */
async function everything(): Promise<unknown> {
  const { images, templates, vms, operations } = cloud.store;
  return [await images.list({}), await templates.list({}), await vms.list({}), await operations.recent(100)];
}

describe('P15: the URL of a backup is no right to it', () => {
  const url = (): string => `restic://${backups}/0:25f4b298//backup/disk.0`;

  it.each(['', 'FROM_BACKUP_DS="{}"\n'])('for a user, %s', async (more) => {
    const before = await everything();
    const text = `NAME="x"\nPATH="${url()}"\n${more.replace('{}', String(backups))}SIZE="1"`;
    expect((await refusal('one.image.allocate', text, 1)).code).toBe(AUTHORIZATION);
    expect(await everything()).toEqual(before);
  });

  it('nor a way for administrators', async () => {
    const before = await everything();
    const asked = (template: string): Promise<Value> => cloud.call('one.image.allocate', template, 1);
    await expect(asked(`NAME="x"\nPATH="${url()}"`)).rejects.toThrow(/PATH="restic:.* must be an absolute path/);
    await expect(asked(`NAME="x"\nSIZE="1"\nFROM_BACKUP_DS="${backups}"`)).rejects.toThrow(/one\.image\.restore/);
    expect(await everything()).toEqual(before);
  });
});

it('P16: a schedule backs up to no datastore that its author may not use, and says so', async () => {
  const action = 'SCHED_ACTION=[ ACTION="backup", ARGS="{}", TIME="NOW" ]'
    .replace('{}', String(backups))
    .replace('NOW', String(Math.floor(Date.now() / 1000)));
  expect((await refusal('one.vm.schedadd', own, action)).code).toBe(AUTHORIZATION);
  // she might, and may not any more when it is due
  await bits(0o600, 0o644);
  const later = action.replace(/TIME="\d+"/, 'TIME="+99999"');
  const id = Number(await cloud.callAs(ann, 'one.vm.schedadd', own, later));
  await bits(0o600, 0o600);
  expect((await refusal('one.vm.schedupdate', own, id, action)).code).toBe(AUTHORIZATION);
  const now = Math.floor(Date.now() / 1000);
  await cloud.store.actions.update(
    id,
    ({ schedule }) => void Object.assign(schedule, { timeSec: now, anchorSec: now }),
  );
  cloud.services.scheduler.changed(id);
  await cloud.until('it was tried', async () => (await cloud.store.actions.get(id)).message !== '');
  expect((await cloud.store.actions.get(id)).message).toMatch(/[Nn]ot authorized to perform USE DATASTORE/);
  expect(await cloud.store.operations.ofVm(own, 9)).toEqual([]);
  await cloud.callAs(ann, 'one.vm.scheddelete', own, id);
});

describe('P17: a job takes rights over its VMs and its datastore', () => {
  it("no other's VM", async () => {
    await bits(0o600, 0o604);
    const before = await everything();
    const job = (vm: number): string => `NAME="j"\nBACKUP_VMS="${vm}"\nDATASTORE_ID="${backups}"`;
    const asked = await refusal('one.backupjob.allocate', job(vmId));
    expect(asked.code).toBe(AUTHORIZATION);
    const absent = await refusal('one.backupjob.allocate', job(NOBODY));
    expect(absent.message.replace(String(NOBODY), String(vmId))).toBe(asked.message);
    expect(await everything()).toEqual(before);
  });

  it('no datastore that its owner may not use', async () => {
    const asked = await refusal('one.backupjob.allocate', `NAME="j"\nDATASTORE_ID="${backups}"`);
    expect(asked.code).toBe(AUTHORIZATION);
    expect(await cloud.store.backupJobs.list({})).toEqual([]);
  });
});

describe('P18: who may not restore is told so, as a failure', () => {
  it.each([0, 1])('with a code, no text of an answer and nothing made (disk alone: %i)', async (alone) => {
    const before = await everything();
    const options = alone ? 'DISK_ID="0"' : '';
    const [good, value, code] = await cloud.post(formatCall('one.image.restore', [ann, backup, 1, options]));
    expect([good, code]).toEqual([false, AUTHORIZATION]);
    const absent = await cloud.post(formatCall('one.image.restore', [ann, NOBODY, 1, options]));
    expect(absent.slice(0, 3)).toEqual([
      false,
      (value as string).replace(String(backup), String(NOBODY)),
      AUTHORIZATION,
    ]);
    expect(await everything()).toEqual(before);
  });

  it('and an image that is not there is a failure for whoever may ask', async () => {
    const [good, , code] = await cloud.post(formatCall('one.image.restore', [cloud.session, NOBODY, 1, '']));
    expect([good, code]).toEqual([false, CODE.NO_EXISTS]);
  });
});

describe('P19: a restore in place', () => {
  it('is of a backup of this VM', async () => {
    const other = await offVm(cloud.session);
    const asked = cloud.call('one.vm.restore', other, backup, -1, -1);
    await expect(asked).rejects.toThrow(new RegExp(`the backup is of VM ${vmId}`));
    expect(await cloud.store.operations.ofVm(other, 9)).toEqual([]);
  });

  it('puts no disk where one of another size, format or number is', async () => {
    const change = async (name: string, value: string): Promise<string> => {
      const { template } = await cloud.store.vms.get(vmId);
      await cloud.store.vms.update(vmId, (vm) => {
        const disk = vm.template.find(([one]) => one === 'DISK')?.[1];
        if (Array.isArray(disk)) for (const part of disk) if (part[0] === name) part[1] = value;
      });
      const said = await cloud.call('one.vm.restore', vmId, backup, -1, -1).catch((error: unknown) => String(error));
      await cloud.store.vms.update(vmId, (vm) => void (vm.template = template));
      return JSON.stringify(said);
    };
    expect(await change('SIZE', '7')).toContain('disk 0 has 7 MB, and had 1 MB in the backup');
    expect(await change('FORMAT', 'qcow2')).toContain('disk 0 has FORMAT=\\"qcow2\\", and had \\"raw\\" in the backup');
    expect(await change('DISK_ID', '3')).toContain('the backup holds disk 0, which the VM does not have');
    expect((await cloud.store.vms.get(vmId)).state).toBe(8);
  });
});

describe('who may nothing learns nothing', () => {
  /** The same request about what is there, and about what is not. */
  async function same(
    ask: (ids: { image: number; vm: number; datastore: number }) => [string, ...Value[]],
    what: 'image' | 'vm' | 'datastore',
    there: number,
  ): Promise<void> {
    const before = await everything();
    const ids = { image: backup, vm: own, datastore: 1 };
    const asked = await refusal(...ask({ ...ids, [what]: there }));
    const absent = await refusal(...ask({ ...ids, [what]: NOBODY }));
    expect(asked.code).toBe(AUTHORIZATION);
    expect(absent.code).toBe(AUTHORIZATION);
    expect(asked.message.replaceAll(String(there), '?')).toBe(absent.message.replaceAll(String(NOBODY), '?'));
    expect(await everything()).toEqual(before);
  }

  const METHODS: Array<[string, Parameters<typeof same>[0]]> = [
    ['one.image.restore', ({ image, datastore }) => ['one.image.restore', image, datastore, '']],
    ['one.image.restore of one disk', ({ image, datastore }) => ['one.image.restore', image, datastore, 'DISK_ID="0"']],
    ['one.vm.restore', ({ image, vm }) => ['one.vm.restore', vm, image, -1, -1]],
    ['one.vm.restore with force', ({ image, vm }) => ['one.vm.restore', vm, image, -1, -1, true]],
  ];

  beforeAll(async () => {
    const [user] = await cloud.store.users.list({ name: 'ann' });
    await cloud.store.users.update(
      user?.id ?? -1,
      (one) => void one.template.push(['VM_MANAGE_OPERATIONS', 'restore']),
    );
  });

  it.each(METHODS)('%s: of a backup', async (_, ask) => {
    await bits(0o600, 0o604);
    await same(ask, 'image', backup);
  });

  it.each(METHODS)('%s: of a backup in a datastore that she may not use', async (_, ask) => {
    await bits(0o604, 0o600);
    const before = await everything();
    const asked = await refusal(...ask({ image: backup, vm: own, datastore: 1 }));
    expect([asked.code, asked.message]).toEqual([AUTHORIZATION, expect.stringContaining(`USE DATASTORE [${backups}]`)]);
    expect(await everything()).toEqual(before);
  });

  it.each(METHODS.slice(0, 2))('%s: to a datastore', async (_, ask) => {
    await bits(0o604, 0o604);
    const closed = await cloud.id('one.datastore.allocate', `NAME="closed-${Math.random()}"\nTYPE="IMAGE_DS"`, -1);
    await cloud.store.datastores.update(closed, (one) => void (one.permissions = permissionsFromOctet(0o600)));
    await same(ask, 'datastore', closed);
  });

  it.each(METHODS.slice(2))('%s: into a VM', async (_, ask) => {
    await bits(0o604, 0o604);
    await same(ask, 'vm', vmId);
  });

  it('and whoever may all of it is not refused for rights', async () => {
    await bits(0o604, 0o604);
    const asked = await refusal('one.vm.restore', own, backup, -1, -1);
    expect([asked.code, asked.message]).toEqual([CODE.ACTION, expect.stringContaining(`the backup is of VM ${vmId}`)]);
    expect(text((await cloud.store.vms.get(own)).userTemplate, 'ERROR')).toBeUndefined();
  });
});
