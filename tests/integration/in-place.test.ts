// Restores in place, from the API to the bytes of the disks: the whole daemon and the real mover on the fake host and the fake store.
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../src/exec/exec.ts';
import { text } from '../../src/model/attributes.ts';
import type { Operation } from '../../src/model/operation.ts';
import { diskPath, readDisks, type VmDisk } from '../../src/vm/disks.ts';
import { FakeCloud } from '../unit/fake-cloud.ts';
import { sameContent } from './cloud.ts';

const MIB = 2 ** 20;
let cloud: FakeCloud;
let backups = -1;
let vmId: number;
let made = 0;
/** Where the VM's disks are, with their formats: persistent qcow2, persistent raw, qcow2 on top of an image. */
let disks: Array<Pick<VmDisk, 'format'> & { path: string }>;
let copies: string[][];
let imageIds: number[];

beforeAll(async () => {
  cloud = await FakeCloud.open();
  await cloud.host();
  backups = await cloud.id('one.datastore.allocate', 'NAME="backups"\nTYPE="BACKUP_DS"\nDS_MAD="fake"', -1);
});
afterAll(() => cloud.close());

beforeEach(async () => {
  made += 1;
  copies = [];
});

async function makeVm(templates: string[], config = ''): Promise<void> {
  imageIds = [];
  for (const [at, template] of templates.entries())
    imageIds.push(await cloud.image(`NAME="i${made}-${at}"\n${template}`));
  const on = imageIds.map((id) => `DISK=[ IMAGE_ID="${id}" ]`).join('\n');
  vmId = await cloud.id('one.vm.allocate', `CPU="0.1"\nMEMORY="16"\n${on}\n${config}`, false);
  await cloud.vmIs(vmId, 3, 3);
  await cloud.call('one.vm.action', 'poweroff-hard', vmId);
  await cloud.vmIs(vmId, 8, 0);
  const { template } = await cloud.store.vms.get(vmId);
  disks = readDisks(template).map((disk) => ({
    format: disk.format,
    path: diskPath(disk, `${cloud.directory}/datastores/0/${vmId}`),
  }));
}

const write = (disk: number, pattern: number, offset: number, length: number) =>
  run(['qemu-io', '-f', disks[disk]!.format, '-c', `write -P ${pattern} ${offset} ${length}`, disks[disk]!.path]);

/** Backs up, and keeps what the disks hold. Returns the image. */
async function backup(): Promise<number> {
  const chain = (await cloud.store.vms.get(vmId)).backups.config.incrementalBackupId;
  await cloud.call('one.vm.backup', vmId, chain < 0 ? backups : -1, false);
  const operation = await cloud.follow('vm', vmId);
  expect(operation.result, operation.reason).toBe('done');
  await cloud.vmIs(vmId, 8, 0);
  const kept: string[] = [];
  for (const [at, { path, format }] of disks.entries()) {
    kept.push(`${cloud.directory}/copy-${vmId}-${copies.length}-${at}`);
    await run(['qemu-img', 'convert', '-f', format, '-O', 'raw', path, kept[at]!]);
  }
  copies.push(kept);
  return operation.recorded?.imageId ?? -1;
}

async function restore(imageId: number, ...more: Array<number | boolean>): Promise<Operation> {
  await cloud.call('one.vm.restore', vmId, imageId, ...more);
  const operation = await cloud.follow('vm', vmId);
  await cloud.vmIs(vmId, 8, 0);
  return operation;
}

const holds = (disk: number, point: number): Promise<boolean> =>
  sameContent([disks[disk]!.path, disks[disk]!.format], [copies[point]![disk]!, 'raw']);

async function expectNothingLeft(): Promise<void> {
  const places = ['datastores/1', `datastores/0/${vmId}`];
  const names = (await Promise.all(places.map((one) => readdir(`${cloud.directory}/${one}`)))).flat();
  expect(names.filter((name) => name.includes('restore-'))).toEqual([]);
}

const refused = (...params: Array<number | boolean>): Promise<string> =>
  cloud.call('one.vm.restore', vmId, ...params).then(
    () => 'it was accepted',
    (error: unknown) => String(error),
  );

const MIXED = [
  'SIZE="4"\nFORMAT="qcow2"\nPERSISTENT="YES"',
  'SIZE="2"\nFORMAT="raw"\nPERSISTENT="YES"',
  'SIZE="4"\nFORMAT="qcow2"',
];

describe('a full backup', () => {
  it('comes back to disks of each kind, and nothing else is left', async () => {
    await makeVm(MIXED);
    for (const disk of [0, 1, 2]) await write(disk, 0x11 + disk, MIB / 2, MIB);
    const image = await backup();
    for (const disk of [0, 1, 2]) await write(disk, 0x77, 0, MIB);
    const operation = await restore(image);
    expect(operation).toMatchObject({ kind: 'restore', inPlace: true, result: 'done' });
    expect(operation.reason).toMatch(
      /^disk 0: 1\.\d MiB written, all of it, because a qcow2 file is made anew; disk 1: /,
    );
    for (const disk of [0, 1, 2]) expect(await holds(disk, 0), `disk ${disk}`).toBe(true);
    await expectNothingLeft();
    const vm = await cloud.store.vms.get(vmId);
    expect(vm).toMatchObject({ operationId: null, standalone: [0, 1, 2] });
    expect(vm.history.at(-1)?.action).toBe(60);
    await cloud.call('one.vm.action', 'resume', vmId);
    await cloud.vmIs(vmId, 3, 3);
  });

  it('comes back to one disk alone', async () => {
    await makeVm(MIXED);
    await write(1, 0x22, 0, MIB);
    const image = await backup();
    await write(1, 0x33, 0, MIB);
    await write(0, 0x44, 0, MIB);
    expect((await restore(image, -1, 1)).result).toBe('done');
    expect([await holds(1, 0), await holds(0, 0)]).toEqual([true, false]);
  });
});

it('each point of a chain comes back, and the next backup begins a new one and says why', async () => {
  await makeVm([MIXED[0]!, MIXED[0]!], 'BACKUP_CONFIG=[ MODE="INCREMENT" ]');
  let image = -1;
  for (const pattern of [0x11, 0x22, 0x33]) {
    await write(0, pattern, (pattern - 0x11) * 65_536, 65_536);
    await write(1, pattern, 0, 65_536);
    image = await backup();
  }
  for (const point of [1, 0, 2]) {
    expect((await restore(image, point)).result).toBe('done');
    expect([await holds(0, point), await holds(1, point)]).toEqual([true, true]);
  }
  await cloud.call('one.vm.backup', vmId, backups, false);
  const { why, type } = await cloud.follow('vm', vmId);
  expect([type, why]).toEqual(['FULL', expect.stringContaining('restored in place')]);
});

describe('what is refused', () => {
  it('says what there is', async () => {
    await makeVm([MIXED[0]!]);
    const image = await backup();
    expect(await refused(image, 7)).toContain('it has 0');
    expect(await refused(image, -1, 5)).toContain('the VM has no disk 5');
    expect(await refused(image, -2)).toContain('increment -2 is not right');
    expect(await refused(imageIds[0]!)).toContain('is not a backup');
    await cloud.call('one.vm.diskresize', vmId, 0, '6');
    await cloud.vmIs(vmId, 8, 0);
    expect(await refused(image)).toContain('disk 0 has 6 MB, and had 4 MB in the backup');
    expect((await restore(image, -1, -1, true)).result).toBe('done');
    expect((await cloud.store.images.get(imageIds[0]!)).sizeMb).toBe(4);
    expect(await holds(0, 0)).toBe(true);
    const first = vmId;
    made += 100;
    await makeVm([MIXED[0]!]);
    expect(await refused(image)).toContain(`the backup is of VM ${first}`);
    expect((await restore(image, -1, -1, true)).result).toBe('done');
    expect(await holds(0, 0)).toBe(true);
    await cloud.call('one.vm.action', 'resume', vmId);
    await cloud.vmIs(vmId, 3, 3);
    expect(await refused(image)).toContain('is in state RUNNING');
  });
});

it('a snapshot that cannot be read changes nothing', async () => {
  await makeVm([MIXED[0]!, MIXED[1]!]);
  const image = await backup();
  await write(0, 0x55, 0, MIB);
  await cloud.store.images.update(image, (record) => {
    const last = record.points[0]!.layers[0]!.disks[1]!;
    last.sha256 = '0'.repeat(64);
  });
  const operation = await restore(image);
  expect(operation.result).toBe('failed');
  expect(await holds(0, 0)).toBe(false);
  expect(await holds(1, 0)).toBe(true);
  await expectNothingLeft();
});

describe('a daemon that died', () => {
  /** Puts the records and files where a daemon left them that died in a stage, and starts it again. */
  async function died(
    stage: string,
    files: (swapped: { path: string; fresh: string; aside: string }) => Promise<void>,
  ) {
    const [kept] = (await cloud.store.operations.ofVm(vmId, 9)).filter(({ inPlace }) => inPlace);
    if (!kept) throw new Error('There was no restore.');
    const plan = kept.plan as { stage: string; disks: Array<{ path: string; fresh: string; aside: string }> };
    for (const disk of plan.disks) await files(disk);
    plan.stage = stage;
    await cloud.store.transaction(async (tx) => {
      await tx.operations.add({ ...kept, id: 'f'.repeat(15) + String(made % 10), result: 'running', endedAt: 0 });
      await tx.vms.update(vmId, (vm) => {
        Object.assign(vm, { state: 3, lcmState: 71, operationId: 'f'.repeat(15) + String(made % 10) });
      });
    });
    await cloud.stop();
    await cloud.start();
    await cloud.vmIs(vmId, 8, 0);
    await expectNothingLeft();
  }

  async function restored(): Promise<void> {
    await makeVm([MIXED[0]!, MIXED[1]!]);
    const image = await backup();
    await restore(image);
  }

  it('before the swap takes the new files away', async () => {
    await restored();
    await died('writing', ({ path, fresh }) => run(['cp', path, fresh]).then(() => undefined));
    expect([await holds(0, 0), await holds(1, 0)]).toEqual([true, true]);
  });

  it('in the middle of it swaps what is left', async () => {
    await restored();
    await died('swapping', async ({ path, fresh, aside }) => {
      await run(['cp', path, fresh]);
      await rename(path, aside); // the old one has gone, the new one has not come yet
    });
    expect([await holds(0, 0), await holds(1, 0)]).toEqual([true, true]);
  });

  it('after it removes what was put aside', async () => {
    await restored();
    await died('recorded', ({ path, aside }) => run(['cp', path, aside]).then(() => undefined));
    for (const { path } of disks) await access(path);
    expect(await holds(0, 0)).toBe(true);
  });
});

it('a cancel before the swap leaves the VM as it was', async () => {
  await makeVm([MIXED[0]!]);
  const image = await backup();
  await write(0, 0x66, 0, MIB);
  await cloud.call('one.vm.restore', vmId, image);
  await cloud.call('one.vm.backupcancel', vmId);
  await cloud.vmIs(vmId, 8, 0);
  expect((await cloud.follow('vm', vmId)).result).toBe('cancelled');
  expect(await holds(0, 0)).toBe(false);
  await expectNothingLeft();
  await rm(copies[0]![0]!, { force: true });
});

describe('while it goes on', () => {
  /** A restore that has begun; disk 0 holds something else than the backup by then. */
  async function begun(): Promise<void> {
    await makeVm([MIXED[0]!, MIXED[1]!]);
    const image = await backup();
    await write(0, 0x66, 0, MIB);
    await cloud.call('one.vm.restore', vmId, image);
  }

  const error = async (): Promise<string> =>
    text((await cloud.store.vms.get(vmId)).userTemplate, 'ERROR') ?? 'there is no error';

  it('recover --failure ends it, the disks as they were', async () => {
    await begun();
    await cloud.call('one.vm.recover', vmId, 0);
    await cloud.vmIs(vmId, 8, 0);
    const operation = await cloud.follow('vm', vmId);
    expect(operation).toMatchObject({ result: 'failed', reason: 'It was ended with onevm recover.' });
    expect(await error()).toContain('It was ended with onevm recover');
    expect([await holds(0, 0), await holds(1, 0)]).toEqual([false, true]);
    await expectNothingLeft();
    expect((await restore(operation.reads?.imageId ?? -1)).result).toBe('done');
    expect(await holds(0, 0)).toBe(true);
  });

  it('terminate is refused, and recover --delete ends both', async () => {
    await begun();
    const asked = cloud.call('one.vm.action', 'terminate-hard', vmId);
    await expect(asked).rejects.toThrow(/is in state RESTORE/);
    await cloud.call('one.vm.recover', vmId, 3);
    await cloud.vmIs(vmId, 6, 0);
    expect((await cloud.follow('vm', vmId)).result).toBe('failed');
    const left = await readdir(`${cloud.directory}/datastores/1`);
    expect(left.filter((name) => name.includes('restore-'))).toEqual([]);
    for (const id of imageIds) expect((await cloud.store.images.get(id)).state).toBe(1);
    expect(await holds(0, 0)).toBe(false);
  });
});

describe('a swap that fails', () => {
  it('is taken back, and the user is told', async () => {
    await makeVm([MIXED[0]!, MIXED[1]!]);
    const image = await backup();
    await write(0, 0x66, 0, MIB);
    await cloud.call('one.vm.restore', vmId, image);
    await rename(disks[1]!.path, `${disks[1]!.path}.hidden`);
    const operation = await cloud.follow('vm', vmId);
    await rename(`${disks[1]!.path}.hidden`, disks[1]!.path);
    expect(operation.result).toBe('failed');
    expect(operation.reason).toMatch(/could not take the place of the old ones, which are back: ENOENT/);
    const vm = await cloud.store.vms.get(vmId);
    expect(vm).toMatchObject({ state: 8, lcmState: 0, operationId: null });
    expect(text(vm.userTemplate, 'ERROR')).toContain('The restore in place failed: The new disks could not take');
    expect([await holds(0, 0), await holds(1, 0)]).toEqual([false, true]);
    await expectNothingLeft();
  });

  it('and cannot be taken back stands still, says so, and is ended with recover --failure', async () => {
    await makeVm([MIXED[0]!, MIXED[1]!]);
    const image = await backup();
    await write(0, 0x66, 0, MIB);
    await cloud.call('one.vm.restore', vmId, image);
    const { operationId } = await cloud.store.vms.get(vmId);
    const [path, aside] = [disks[1]!.path, `${disks[0]!.path}.before-restore-${operationId}`];
    await rename(path, `${path}.hidden`);
    await mkdir(`${path}.before-restore-${operationId}`); // nothing can be put aside there, nor come back from there
    await mkdir(join(path, 'full'), { recursive: true });
    await cloud.until('it stands still', async () =>
      /stands still/.test(text((await cloud.store.vms.get(vmId)).userTemplate, 'ERROR') ?? ''),
    );
    expect((await cloud.store.operations.find(operationId ?? ''))?.reason).toMatch(/EISDIR|ENOTDIR|ENOTEMPTY|EEXIST/);
    await rm(path, { recursive: true });
    await rm(`${path}.before-restore-${operationId}`, { recursive: true, force: true });
    await rename(`${path}.hidden`, path);
    await cloud.call('one.vm.recover', vmId, 0);
    await cloud.vmIs(vmId, 8, 0);
    expect((await cloud.follow('vm', vmId)).result).toBe('failed');
    expect([await holds(0, 0), await holds(1, 0)]).toEqual([false, true]);
    await expect(access(aside)).rejects.toThrow();
    await expectNothingLeft();
  });
});
