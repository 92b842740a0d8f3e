// What the machine may lack or lose around a backup. Each time the error says what is wrong, nothing is lost or left, and once it
// is mended the next backup succeeds.
import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/exec/exec.ts';
import { CODE } from '../../src/model/errors.ts';
import type { Operation } from '../../src/model/operation.ts';
import { again, STOP } from '../guest/background.ts';
import { virsh } from '../guest/domains.ts';
import { changePassword, cheapRepository } from '../guest/repository.ts';
import { Cloud, RESTIC_PASSWORD, STATE } from '../integration/cloud.ts';
import { diskFiles, expectExplained, expectNothingLeft, expectSameBackups } from './aftermath.ts';
import { killNow, processesWhere } from './processes.ts';
import { Places } from './places.ts';

const DATA_MIB = 8;
const ROOMY_MIB = 600;
const SLOW_KIB = 2048;

let cloud: Cloud;
let places: Places;
let vmId: number;
let rootImage: number;
let disks: string;
/** A datastore whose backups take many seconds, so that something can happen to them. */
let slow: number;

beforeAll(async () => {
  places = await Places.make();
  cloud = await Cloud.open(74000, { env: { PATH: places.path }, libvirtUri: places.libvirtUri });
  slow = await cloud.backupDatastore('slow', `RESTIC_BWLIMIT="${SLOW_KIB}"`);
  // before the guest starts, because libvirt gives QEMU its own view of the mounts there are then
  await places.mountSmall(scratch(), ROOMY_MIB);
  const path = `${cloud.directory}/data.raw`;
  await writeData(path);
  rootImage = await cloud.image('root', { path: cloud.guest.rootImage, format: 'raw', persistent: false });
  const data = await cloud.image('data', { path, format: 'raw', persistent: true });
  vmId = await cloud.vm([rootImage, data]);
  disks = await diskFiles(vmId);
  await (await cloud.console(vmId)).close();
  await cloud.backup(vmId);
});

afterAll(async () => {
  await places.unmountAll();
  await cloud.close();
  await places.close();
});

const scratch = (): string => `${cloud.directory}/run`;

async function writeData(path: string): Promise<void> {
  const file = await open(path, 'w', 0o666);
  await file.write(randomBytes(DATA_MIB * 2 ** 20));
  await file.truncate(2 * DATA_MIB * 2 ** 20);
  await file.close();
}

/** A backup that fails, and why, as the record and the VM say it. */
async function failingBackup(datastore = cloud.backups): Promise<string> {
  await cloud.call('one.vm.backup', vmId, datastore, false);
  return failed(await cloud.follow('vm', vmId));
}

async function failed(operation: Operation): Promise<string> {
  await expectNothingLeft(cloud, vmId, operation, disks);
  await expectSameBackups(cloud);
  return expectExplained(cloud, vmId, operation);
}

async function goodBackup(datastore = cloud.backups): Promise<void> {
  await cloud.call('one.vm.backup', vmId, datastore, false);
  const operation = await cloud.follow('vm', vmId);
  expect([operation.result, operation.reason]).toEqual(['done', 'MODE is FULL']);
  await expectNothingLeft(cloud, vmId, operation, disks);
  await expectSameBackups(cloud);
}

/** Begins a slow backup and acts when it uploads. Returns how the backup ended. */
async function whileUploading(act: (operation: Operation) => Promise<unknown>): Promise<Operation> {
  await cloud.call('one.vm.backup', vmId, slow, false);
  let acting: Promise<unknown> | undefined;
  const operation = await cloud.follow('vm', vmId, (seen) => {
    if (seen.phase !== 'uploading' || !seen.disks.some(({ bytesDone }) => bytesDone > 0)) return;
    acting ??= act(seen);
    acting.catch(() => undefined); // it is waited for below
  });
  expect(acting).toBeDefined();
  await acting;
  return operation;
}

describe('programs', () => {
  it('without restic backups fail and say how to get it; a deletion that failed is made up for', async () => {
    const giveBack = await places.takeProgram('restic');
    expect(await failingBackup()).toMatch(/restic is not installed\. Install it: apt-get install restic/);
    const [backup] = (await cloud.pool('image')).filter((image) => image.textOf('TYPE') === '6');
    const id = Number(backup?.textOf('ID'));
    await cloud.call('one.image.delete', id);
    expect((await cloud.info('image', id)).textOf('TEMPLATE/ERROR')).toMatch(/could not be deleted: .*not installed/);
    await giveBack();
    await goodBackup();
    await expect.poll(() => cloud.call('one.image.info', id).catch(String)).toContain('Error getting');
    await expectSameBackups(cloud);
  });

  it('without libvirt backups fail and say so', async () => {
    await places.takeLibvirt();
    const was = cloud.call('one.vm.backup', vmId, cloud.backups, false).then(() => cloud.follow('vm', vmId));
    const reason = await expectExplained(cloud, vmId, await was);
    expect(reason).toMatch(/libvirt could not list the domains: .*No such file or directory/);
    await places.giveLibvirt();
    await goodBackup();
  });

  it('a libvirt that goes away during a backup leaves the guest at work, and the next backup cleans up', async () => {
    const operation = await whileUploading(async () => {
      await places.takeLibvirt();
      await cloud.call('one.vm.recover', vmId, 0);
    });
    const reason = await expectExplained(cloud, vmId, operation);
    expect(reason).toMatch(/^It was ended with onevm recover\. The clean-up failed as well and is repeated before/);
    await cloud.vmIs(vmId, '3', STATE.RUNNING);
    expect((await virsh('domstate', `one-${vmId}`)).trim()).toBe('running');
    await places.giveLibvirt();
    await goodBackup();
    await expectNothingLeft(cloud, vmId, operation, disks);
  });
});

describe('the backup datastore', () => {
  it('has another password', async () => {
    await changePassword(cloud.repository, RESTIC_PASSWORD, 'another');
    const operation = await cloud
      .call('one.vm.backup', vmId, cloud.backups, false)
      .then(() => cloud.follow('vm', vmId));
    expect(await expectExplained(cloud, vmId, operation)).toMatch(/the password is wrong\. Set RESTIC_PASSWORD/);
    await expectNothingLeft(cloud, vmId, operation, disks);
    await changePassword(cloud.repository, 'another', RESTIC_PASSWORD);
    await goodBackup();
  });

  it('is not there, and is not made anew', async () => {
    await rename(cloud.repository, `${cloud.repository}.away`);
    await cloud.call('one.vm.backup', vmId, cloud.backups, false);
    const gone = await expectExplained(cloud, vmId, await cloud.follow('vm', vmId));
    expect(gone).toMatch(/Could not find the restic repository .* which holds backups\. Mount its file system/);
    await writeFile(cloud.repository, 'not a directory');
    await cloud.call('one.vm.backup', vmId, cloud.backups, false);
    expect(await expectExplained(cloud, vmId, await cloud.follow('vm', vmId))).toMatch(/not a directory/i);
    await rm(cloud.repository);
    await rename(`${cloud.repository}.away`, cloud.repository);
    await goodBackup();
  });

  it('goes away during a backup, which does not keep the VM from another one', async () => {
    const repository = `${cloud.directory}/datastores/${slow}`;
    const operation = await whileUploading(async () => {
      await rename(repository, `${repository}.away`);
      await cloud.call('one.vm.recover', vmId, 0);
    });
    // restic that meets the missing repository before it is told to stop has left nothing in it: then there is nothing to look for
    expect(await expectExplained(cloud, vmId, operation)).toMatch(
      /looked for before the next backup|^It was ended with onevm recover\.$/,
    );
    await goodBackup();
    await rename(`${repository}.away`, repository);
    await goodBackup();
    expect((await cloud.lastRun('vm', vmId)).result).toBe('done');
  });

  it('is full', async () => {
    // else the backup may be refused, if somebody has looked at the small one before
    const small = await cloud.backupDatastore('small', 'DATASTORE_CAPACITY_CHECK="NO"');
    const path = `${cloud.directory}/datastores/${small}`;
    await places.mountSmall(path, 8);
    await cheapRepository(path, RESTIC_PASSWORD);
    expect(await failingBackup(small)).toMatch(/no space is left on its file system\. Free some space there/);
    await places.resize(path, 200);
    await goodBackup(small);
  });
});

describe('the scratch directory', () => {
  it('is too small to begin, which is said with numbers', async () => {
    await places.resize(scratch(), 200);
    expect(await failingBackup()).toMatch(/too little room in .*: 200 MiB are free, 256 MiB are needed/);
    await places.resize(scratch(), ROOMY_MIB);
    await goodBackup();
  });

  it('fills up during a backup, which ends while the guest goes on writing', async () => {
    const guest = await cloud.console(vmId);
    const write = 'dd if=/dev/urandom of=/root/blob bs=64k count=16 conv=notrunc,fsync';
    await guest.run(again(`${write} || touch /tmp/failed`));
    const operation = await whileUploading(() => run(['fallocate', '-l', '500M', `${scratch()}/filler`]));
    await rm(`${scratch()}/filler`);
    expect(await failed(operation)).toMatch(/has \d+ MiB left, under the reserve of 128 MiB: the backup ended so that/);
    expect(await guest.run(`${STOP}; sync; ls /tmp`)).not.toContain('failed');
    await guest.close();
    await goodBackup();
  });
});

describe('requests during a backup', () => {
  it('are refused with the state named, and recover ends the backup', async () => {
    const operation = await whileUploading(async () => {
      for (const action of ['terminate', 'terminate-hard', 'poweroff', 'poweroff-hard', 'reboot', 'resume']) {
        const refusal = { code: CODE.ACTION, message: expect.stringContaining('is in state BACKUP') };
        await expect(cloud.call('one.vm.action', action, vmId)).rejects.toMatchObject(refusal);
      }
      await expect(cloud.call('one.vm.backup', vmId, cloud.backups, false)).rejects.toMatchObject({
        code: CODE.INTERNAL,
        message: expect.stringMatching(/is in state BACKUP: backup is possible in RUNNING, POWEROFF/),
      });
      await cloud.call('one.vm.recover', vmId, 0);
      await cloud.vmIs(vmId, '3', STATE.RUNNING);
    });
    expect(await failed(operation)).toMatch(/^It was ended with onevm recover\./);
    await goodBackup();
  });

  it('of two at once one is refused', async () => {
    const ask = (): Promise<string> => cloud.call('one.vm.backup', vmId, cloud.backups, false);
    const answers = await Promise.allSettled([ask(), ask()]);
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await cloud.follow('vm', vmId)).result).toBe('done');
    await expectSameBackups(cloud);
  });
});

describe('the daemon', () => {
  it('ends a backup cleanly when it is asked to stop', async () => {
    const operation = await whileUploading(async () => {
      cloud.signalDaemon('SIGTERM');
      await cloud.daemonEnded();
    });
    expect(operation.result).toBe('failed');
    await expectNothingLeft(cloud, vmId, operation, disks);
    await cloud.startDaemon();
    const stopped = await cloud.lastRun('vm', vmId);
    expect(await failed(stopped)).toMatch(/^The daemon ended while it ran\./);
    expect(stopped.interrupted).toBe(true);
    await goodBackup();
  });
});

describe('a restore', () => {
  const imageFiles = (): Promise<string[]> => readdir(`${cloud.directory}/datastores/1`);
  const limit = (kib: number): Promise<string> =>
    cloud.call('one.datastore.update', slow, `RESTIC_BWLIMIT="${kib}"`, 1);
  let backup: number;

  beforeAll(async () => {
    await limit(1_000_000);
    await cloud.call('one.vm.backup', vmId, slow, false);
    backup = (await cloud.follow('vm', vmId)).imageIds[0] ?? -1;
    await limit(SLOW_KIB); // it is read slowly
  });

  /** Restores, acts as soon as data flows, and expects that nothing of the restore is left. Returns why it failed. */
  async function interrupted(act: (operation: Operation) => Promise<unknown>, from = backup): Promise<string> {
    const before = await things();
    const [, image = -1] = (await cloud.call('one.image.restore', from, 1, 'NAME="cut"')).split(' ').map(Number);
    let acting: Promise<unknown> | undefined;
    const ended = cloud.follow('image', image, (seen) => {
      if (!seen.disks.some(({ bytesDone }) => bytesDone > 0)) return;
      acting ??= act(seen);
      acting.catch(() => undefined);
    });
    await ended.catch(() => undefined); // the daemon may have died
    await acting;
    const operation = await cloud.follow('image', image);
    expect(operation.result).toBe('failed');
    await expect.poll(things).toEqual(before);
    await expect.poll(() => processesWhere((command) => command.includes(operation.id))).toEqual([]);
    return operation.reason;
  }

  async function things(): Promise<Record<string, string[]>> {
    const ids = async (noun: 'image' | 'template'): Promise<string[]> =>
      (await cloud.pool(noun)).map((one) => one.textOf('ID'));
    const files = (await imageFiles()).sort();
    return { images: await ids('image'), templates: await ids('template'), files };
  }

  it('leaves nothing when the daemon dies', async () => {
    const reason = await interrupted(async () => {
      cloud.signalDaemon('SIGKILL');
      await cloud.daemonEnded();
      await cloud.startDaemon();
    });
    expect(reason).toMatch(/The daemon ended while it ran/);
  });

  it('leaves nothing when the mover dies', async () => {
    const reason = await interrupted(async ({ id }) =>
      processesWhere((command) => command.includes(`mover/main.ts ${id}`)).forEach(killNow),
    );
    expect(reason).toMatch(/The mover was ended by SIGKILL without a result/);
  });

  it('leaves nothing when the stored data is damaged, and succeeds when it is whole again', async () => {
    const { imageIds } = await cloud.backup(vmId);
    const { stdout } = await run(['find', `${cloud.repository}/data`, '-type', 'f', '-size', '+1M']);
    const packs = stdout.trim().split('\n');
    for (const pack of packs) await flip(pack);
    expect(await interrupted(() => Promise.resolve(), imageIds[0])).toMatch(/Could not read .*disk\.\d\.0 of snapshot/);
    for (const pack of packs) await flip(pack);
    await cloud.restore(imageIds[0] ?? -1, 'NAME="whole"');
  });

  it('leaves nothing when what was stored is something else', async () => {
    const { imageIds } = await cloud.backup(vmId);
    const [id = -1] = imageIds;
    await cloud.changeRecords((store) =>
      store.images.update(id, (image) => {
        for (const disk of image.points[0]?.layers[0]?.disks ?? []) disk.sha256 = disk.sha256.replaceAll(/./g, '0');
      }),
    );
    expect(await interrupted(() => Promise.resolve(), id)).toMatch(/is not what was backed up: its SHA-256 is/);
  });

  it('can be taken again after all that', async () => {
    await limit(1_000_000);
    await cloud.restore(backup, 'NAME="again"');
  });
});

/** Turns some bytes in the middle of a file around; done twice they are what they were. */
async function flip(path: string): Promise<void> {
  const file = await open(path, 'r+');
  const at = Math.floor((await file.stat()).size / 2);
  const { buffer } = await file.read(Buffer.alloc(64), 0, 64, at);
  await file.write(
    buffer.map((byte) => byte ^ 0xff),
    0,
    64,
    at,
  );
  await file.close();
}

describe('files', () => {
  it('a VM whose image is missing shows why, and starts when the file is back', async () => {
    const source = (await cloud.info('image', rootImage)).textOf('SOURCE');
    await rename(source, `${source}.away`);
    const asked = cloud.vm([rootImage]);
    await expect(asked).rejects.toThrow(source);
    const broken = Number((await cloud.pool('vm'))[0]?.textOf('ID'));
    expect((await cloud.info('vm', broken)).textOf('LCM_STATE')).toBe('39');
    await rename(`${source}.away`, source);
    await cloud.call('one.vm.recover', broken, 2);
    await cloud.vmIs(broken, '3', STATE.RUNNING);
    await cloud.call('one.vm.action', 'terminate-hard', broken);
    await cloud.vmIs(broken, STATE.DONE, '0');
  });

  it('a guest that powers off during its backup ends in POWEROFF', async () => {
    const guest = await cloud.console(vmId);
    const operation = await whileUploading(() => guest.run('(sleep 0.3; poweroff -f) >/dev/null 2>&1 &'));
    await guest.close();
    await cloud.vmIs(vmId, STATE.POWEROFF, '0');
    if (operation.result === 'failed') await expectExplained(cloud, vmId, operation);
    await expectNothingLeft(cloud, vmId, operation, disks);
    await expectSameBackups(cloud);
  });

  it('a VM that is off and lacks a disk file cannot be backed up until it is back', async () => {
    const path = /\/\S*datastores\/1\/\S+/.exec(disks)?.[0] ?? '';
    await rename(path, `${path}.away`);
    expect(await failingBackup()).toMatch(new RegExp(`Disk 1 \\(${path}\\) could not be opened .*No such file`));
    await rename(`${path}.away`, path);
    await goodBackup();
    await cloud.vmIs(vmId, STATE.POWEROFF, '0');
  });
});
