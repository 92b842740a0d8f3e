// Backup jobs over the API: what they are, which VMs are in them, and who may put what into one.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatAclNumbers } from '../../src/wire/acl-numbers.ts';
import { parseAclText } from '../../src/wire/acl-text.ts';
import type { Value } from '../../src/wire/xmlrpc.ts';
import { readXml, type XmlElement } from '../../src/wire/xml-read.ts';
import { JobRuns } from '../../src/backup/job-run.ts';
import type { SchedulerDoor } from '../../src/schedule/scheduler-door.ts';
import { look } from '../../src/fsck/run.ts';
import { FakeCloud } from './fake-cloud.ts';

const CODE = { AUTHORIZATION: 512, NO_EXISTS: 1024, ACTION: 2048, INTERNAL: 8192, ALLOCATE: 16384, LOCKED: 32768 };

let cloud: FakeCloud;
let ann: string;
let backups: number;
beforeAll(async () => {
  cloud = await FakeCloud.open();
  ann = await cloud.user('ann');
  backups = await cloud.id('one.datastore.allocate', 'NAME="backups"\nTYPE="BACKUP_DS"\nDS_MAD="fake"', -1);
});
afterAll(() => cloud.close());

const vm = async (session = cloud.session): Promise<number> =>
  Number(await cloud.callAs(session, 'one.vm.allocate', 'CPU="1"\nMEMORY="64"', true));
const job = async (name: string, settings = '', session = cloud.session): Promise<number> =>
  Number(await cloud.callAs(session, 'one.backupjob.allocate', `NAME="${name}"\n${settings}`));
const info = (id: number): Promise<XmlElement> => cloud.xml('one.backupjob.info', id);
const jobOf = async (id: number): Promise<string | undefined> =>
  (await cloud.xml('one.vm.info', id)).child('BACKUPS/BACKUP_CONFIG/BACKUP_JOB_ID')?.text;
const allow = async (rule: string): Promise<Value> => {
  const { user, resource, rights, zone } = formatAclNumbers(parseAclText(rule));
  return cloud.call('one.acl.addrule', user, resource, rights, zone);
};

describe('a backup job', () => {
  it('is shown with every setting, lists its VMs, and each VM says that it is in it', async () => {
    const [first, second] = [await vm(), await vm()];
    const id = await job(
      'nightly',
      `BACKUP_VMS="${second},${first}"\nDATASTORE_ID="${backups}"\nMODE="INCREMENT"\nNOTE="x"`,
    );
    const document = await info(id);
    expect(document.child('PRIORITY')?.text).toBe('50');
    expect(
      document
        .child('TEMPLATE')
        ?.children()
        .map(({ name, text }) => [name, text]),
    ).toEqual([
      ['BACKUP_VMS', `${second},${first}`],
      ['BACKUP_VOLATILE', 'NO'],
      ['DATASTORE_ID', String(backups)],
      ['EXECUTION', 'SEQUENTIAL'],
      ['FS_FREEZE', 'NONE'],
      ['INCREMENT_MODE', 'CBT'],
      ['KEEP_LAST', '0'],
      ['MODE', 'INCREMENT'],
      ['NOTE', 'x'],
    ]);
    expect([await jobOf(first), await jobOf(second)]).toEqual([String(id), String(id)]);
    expect((await cloud.xml('one.backupjobpool.info', -2, -1, -1)).child('BACKUPJOB/ID')?.text).toBe(String(id));
    await cloud.call('one.backupjob.delete', id);
    expect([await jobOf(first), await jobOf(second)]).toEqual([undefined, undefined]);
    await expect(info(id)).rejects.toMatchObject({ code: CODE.NO_EXISTS });
  });

  it('keeps a VM for itself, also when its configuration is replaced; leaving it ends its chain', async () => {
    const [mine, other] = [await vm(), await vm()];
    const id = await job('one', `BACKUP_VMS="${mine}"`);
    await expect(job('two', `BACKUP_VMS="${other},${mine}"`)).rejects.toMatchObject({
      code: CODE.INTERNAL,
      message: expect.stringMatching(new RegExp(`Virtual machine ${mine} is in backup job ${id} already`)) as string,
    });
    expect(await jobOf(other)).toBeUndefined();
    await expect(cloud.call('one.vm.backup', mine, backups)).rejects.toMatchObject({
      code: CODE.INTERNAL,
      message: expect.stringContaining(`is in backup job ${id}`) as string,
    });
    await cloud.call('one.vm.updateconf', mine, 'BACKUP_CONFIG=[KEEP_LAST="3"]', 0);
    expect(await jobOf(mine)).toBe(String(id));
    await cloud.store.vms.update(mine, ({ backups: { config } }) => {
      Object.assign(config, { mode: 'INCREMENT', incrementalBackupId: 7, lastIncrementId: 2 });
    });
    await cloud.store.backupJobs.update(id, (record) => {
      record.errorVms = [mine];
      record.outdatedVms = [mine, other];
    });
    await cloud.call('one.backupjob.update', id, `BACKUP_VMS="${other}"\nPRIORITY="3"\nNAME="x"`, 1);
    expect([await jobOf(mine), await jobOf(other)]).toEqual([undefined, String(id)]);
    expect((await cloud.store.vms.get(mine)).backups).toMatchObject({
      config: { incrementalBackupId: -1, lastIncrementId: -1 },
      chainEnded: `the VM left backup job ${id}`,
    });
    expect(await cloud.store.backupJobs.get(id)).toMatchObject({
      ...{ name: 'one', priority: 50, errorVms: [], outdatedVms: [other] },
    });
    await cloud.call('one.backupjob.update', id, 'KEEP_LAST="2"', 0);
    expect(await jobOf(other)).toBeUndefined();
  });

  it('ends the chain that a VM brings, once', async () => {
    const mine = await vm();
    await cloud.call('one.vm.updateconf', mine, 'BACKUP_CONFIG=[ MODE="INCREMENT" ]', 0);
    const chain = { incrementalBackupId: 7, lastIncrementId: 2 };
    const chained = (): Promise<unknown> =>
      cloud.store.vms.update(mine, (record) => void Object.assign(record.backups.config, chain));
    await chained();
    const id = await job('weekly', `BACKUP_VMS="${mine}"`);
    expect((await cloud.store.vms.get(mine)).backups).toMatchObject({
      chainEnded: `the VM was put into backup job ${id}`,
      config: { incrementalBackupId: -1, lastIncrementId: -1, backupJobId: id },
    });
    await chained();
    await cloud.call('one.backupjob.update', id, `BACKUP_VMS="${await vm()},${mine}"`, 1);
    expect((await cloud.store.vms.get(mine)).backups.config).toMatchObject(chain);
    await cloud.call('one.backupjob.delete', id);
  });

  it.each([
    ['', CODE.ALLOCATE, /NAME is empty/],
    ['NAME="a"\nMODE="HALF"', CODE.INTERNAL, /MODE="HALF" is not known/],
    ['NAME="a"\nPRIORITY="100"', CODE.INTERNAL, /PRIORITY="100"/],
    ['NAME="a"\nBACKUP_VMS="4711"', CODE.NO_EXISTS, /virtual machine \[4711\]/],
    ['NAME="a"\nDATASTORE_ID="1"', CODE.ACTION, /datastore 1 \(default\) is no backup datastore/],
    ['NAME="a"\nDATASTORE_ID="4711"', CODE.NO_EXISTS, /datastore \[4711\]/],
  ])('is refused with %j', async (template, code, message) => {
    await expect(cloud.call('one.backupjob.allocate', template)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  it('cannot have a VM that has ended', async () => {
    const gone = await vm();
    await cloud.store.vms.update(gone, (record) => void (record.state = 6));
    await expect(job('gone', `BACKUP_VMS="${gone}"`)).rejects.toMatchObject({ code: CODE.ACTION });
  });
});

describe('who may', () => {
  it('put a VM into a job: whoever may back it up herself, and use the datastore', async () => {
    const [theirs, hers] = [await vm(), await vm(ann)];
    await expect(job('a', `BACKUP_VMS="${theirs}"`, ann)).rejects.toMatchObject({
      code: CODE.AUTHORIZATION,
      objectId: theirs,
    });
    // her own VM too: backups are for administrators unless a group says otherwise
    await expect(job('a', `BACKUP_VMS="${hers}"`, ann)).rejects.toMatchObject({ code: CODE.AUTHORIZATION });
    await cloud.call('one.group.update', 1, 'VM_MANAGE_OPERATIONS="backup"', 1);
    const id = await job('a', `BACKUP_VMS="${hers}"`, ann);
    await expect(
      cloud.callAs(ann, 'one.backupjob.update', id, `BACKUP_VMS="${hers},${theirs}"`, 1),
    ).rejects.toMatchObject({
      code: CODE.AUTHORIZATION,
    });
    await expect(cloud.callAs(ann, 'one.backupjob.update', id, `DATASTORE_ID="${backups}"`, 1)).rejects.toMatchObject({
      code: CODE.AUTHORIZATION,
      objectId: backups,
    });
    await allow(`@1 DATASTORE/#${backups} USE`);
    await cloud.callAs(ann, 'one.backupjob.update', id, `DATASTORE_ID="${backups}"`, 1);
    await cloud.callAs(ann, 'one.backupjob.delete', id);
    expect(await jobOf(hers)).toBeUndefined();
  });

  it('change a job: its owner; its priority above the usual: administrators', async () => {
    const id = await job('b', '', ann);
    const bob = await cloud.user('bob');
    await expect(cloud.callAs(bob, 'one.backupjob.info', id)).rejects.toMatchObject({ code: CODE.AUTHORIZATION });
    await expect(cloud.callAs(bob, 'one.backupjob.delete', id)).rejects.toMatchObject({ code: CODE.AUTHORIZATION });
    expect(readXml(await cloud.text(bob, 'one.backupjobpool.info', -2, -1, -1)).children()).toEqual([]);
    await expect(job('c', 'PRIORITY="51"', ann)).rejects.toMatchObject({ code: CODE.AUTHORIZATION });
    await cloud.callAs(ann, 'one.backupjob.priority', id, 49);
    await expect(cloud.callAs(ann, 'one.backupjob.priority', id, 50)).rejects.toMatchObject({
      code: CODE.AUTHORIZATION,
    });
    await cloud.call('one.backupjob.priority', id, 99);
    await expect(cloud.call('one.backupjob.priority', id, 100)).rejects.toMatchObject({ code: CODE.ACTION });
    await cloud.callAs(ann, 'one.backupjob.rename', id, 'renamed');
    await cloud.callAs(ann, 'one.backupjob.lock', id, 2);
    await expect(cloud.callAs(ann, 'one.backupjob.delete', id)).rejects.toMatchObject({ code: CODE.LOCKED });
    await cloud.callAs(ann, 'one.backupjob.unlock', id);
    await cloud.callAs(ann, 'one.backupjob.chmod', id, -1, -1, -1, 1, -1, -1, -1, -1, -1);
    expect(readXml(await cloud.text(bob, 'one.backupjob.info', id)).child('NAME')?.text).toBe('renamed');
  });
});

describe('a run', () => {
  /** Begins no backup, so that a run stays as it is. */
  const idle = (): SchedulerDoor => {
    const { parts, operations } = cloud.services;
    const jobs = new JobRuns(parts, { mayBackUp: () => Promise.resolve() }, operations);
    return {
      startJob: (id) => jobs.start(id),
      retryJob: (id) => jobs.retry(id),
      cancelJob: (id) => jobs.cancel(id, () => Promise.resolve()),
      stir: () => undefined,
      backup: () => Promise.reject(new Error('no backup is asked for')),
      cancel: () => Promise.reject(new Error('no backup is cancelled')),
      changed: () => undefined,
      waiting: () => [],
    };
  };
  const listOf = async (id: number, list: string): Promise<string[]> =>
    (await info(id))
      .child(`${list}_VMS`)
      ?.children('ID')
      .map(({ text }) => text) ?? [];

  let before: SchedulerDoor;
  beforeAll(() => {
    before = cloud.services.scheduler;
    cloud.services.scheduler = idle();
  });
  afterAll(() => void (cloud.services.scheduler = before));

  it('is begun, cancelled and retried by whoever may manage the job', async () => {
    const [first, second] = [await vm(), await vm()];
    const id = await job('runs', `BACKUP_VMS="${second},${first}"\nDATASTORE_ID="${backups}"`);
    for (const verb of ['backup', 'cancel', 'retry']) {
      await expect(cloud.callAs(ann, `one.backupjob.${verb}`, id)).rejects.toMatchObject({ code: CODE.AUTHORIZATION });
      await expect(cloud.call(`one.backupjob.${verb}`, 4711)).rejects.toMatchObject({ code: CODE.NO_EXISTS });
    }
    expect(await cloud.call('one.backupjob.backup', id)).toBe(id);
    const waiting = [String(second), String(first)];
    expect(await listOf(id, 'OUTDATED')).toEqual(waiting);
    expect(Number((await info(id)).child('LAST_BACKUP_TIME')?.text)).toBeGreaterThan(0);
    await expect(cloud.call('one.backupjob.backup', id)).rejects.toMatchObject({ code: CODE.ACTION, objectId: id });
    expect(await cloud.call('one.backupjob.cancel', id)).toBe(id);
    expect([await listOf(id, 'OUTDATED'), await listOf(id, 'ERROR')]).toEqual([[], []]);
    expect(await cloud.call('one.backupjob.retry', id)).toBe(id);
    expect(await listOf(id, 'OUTDATED')).toEqual(waiting);
    await cloud.call('one.backupjob.lock', id, 2);
    await expect(cloud.call('one.backupjob.cancel', id)).rejects.toMatchObject({ code: CODE.LOCKED });
    await cloud.call('one.backupjob.unlock', id);
    await cloud.call('one.backupjob.delete', id);
  });

  it('is refused to a job that has nowhere to back up to', async () => {
    const id = await job('nowhere', `BACKUP_VMS="${await vm()}"`);
    await expect(cloud.call('one.backupjob.backup', id)).rejects.toMatchObject({
      code: CODE.ACTION,
      message: expect.stringContaining('has no DATASTORE_ID') as string,
    });
    await cloud.call('one.backupjob.delete', id);
  });

  it('keeps the VMs that the job selects when it is changed, and drops those it does not any more', async () => {
    const [listed, red, blue] = [await vm(), await vm(), await vm()];
    await cloud.call('one.vm.update', red, 'LABELS="red"', 1);
    await cloud.call('one.vm.update', blue, 'LABELS="blue"', 1);
    const select = (label: string): string => `BACKUP_VMS_SELECT=[ LABEL="${label}" ]\n`;
    const id = await job(
      'by label',
      `${select('blue')}${select('red')}BACKUP_VMS="${listed}"\nDATASTORE_ID="${backups}"`,
    );
    await cloud.call('one.backupjob.backup', id);
    expect(await listOf(id, 'OUTDATED')).toEqual([listed, red, blue].map(String));
    expect([await jobOf(listed), await jobOf(red)]).toEqual([String(id), undefined]);
    await cloud.call('one.backupjob.update', id, 'KEEP_LAST="2"', 1);
    expect(await listOf(id, 'OUTDATED')).toEqual([listed, red, blue].map(String));
    await cloud.call('one.backupjob.update', id, `${select('red')}BACKUP_VMS=""`, 1);
    expect(await listOf(id, 'OUTDATED')).toEqual([String(red)]);
    await cloud.call('one.backupjob.update', id, 'BACKUP_VMS_SELECT=""', 1);
    expect(await listOf(id, 'OUTDATED')).toEqual([]);
    await cloud.call('one.backupjob.delete', id);
  });
});

it('a job that makes increments in another way ends the chains of its VMs', async () => {
  const [mine, other] = [await vm(), await vm()];
  const id = await job('chains', `BACKUP_VMS="${mine}"\nMODE="INCREMENT"`);
  const chained = async (): Promise<void> => {
    for (const one of [mine, other]) {
      await cloud.store.vms.update(one, ({ backups: { config } }) => {
        Object.assign(config, { incrementalBackupId: 7, lastIncrementId: 2 });
      });
    }
  };
  const ended = async (one: number): Promise<string | undefined> => {
    const { config, chainEnded } = (await cloud.store.vms.get(one)).backups;
    return config.incrementalBackupId === -1 ? chainEnded : undefined;
  };
  for (const [change, why] of [
    ['BACKUP_VOLATILE="YES"', 'BACKUP_VOLATILE was changed to YES in its backup job'],
    ['INCREMENT_MODE="SNAPSHOT"', 'INCREMENT_MODE was changed to SNAPSHOT in its backup job'],
    ['MODE="FULL"', 'MODE was changed to FULL in its backup job'],
    ['KEEP_LAST="3"', undefined],
    ['BACKUP_VMS=""', `the VM left backup job ${id}`],
  ] as const) {
    await chained();
    await cloud.call('one.backupjob.update', id, change, 1);
    expect(await ended(mine)).toBe(why);
    expect(await ended(other)).toBeUndefined();
  }
  for (const one of [mine, other]) {
    await cloud.store.vms.update(one, ({ backups: { config } }) => void (config.incrementalBackupId = -1));
  }
  await cloud.call('one.backupjob.delete', id);
});

it('leaves records that fit together', async () => {
  expect((await look(cloud.config)).findings).toEqual([]);
});
