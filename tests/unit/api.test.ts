// The API as clients meet it: the whole daemon on fakes, over HTTP. What is refused says what was wrong and what is right,
// and leaves nothing behind.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { METHODS } from '../../src/api/methods/all.ts';
import { permissionsFromOctet } from '../../src/model/permissions.ts';
import { formatCall, XmlRpcFault, type Value } from '../../src/wire/xmlrpc.ts';
import { storedLayer } from '../compat/planted.ts';
import { backupImage } from '../golden/objects.ts';
import { FakeCloud, Refused } from './fake-cloud.ts';

const AUTHENTICATION = 0x100;
const AUTHORIZATION = 0x200;
const NO_EXISTS = 0x400;
const ACTION = 0x800;
const XML_RPC_API = 0x1000;
const INTERNAL = 0x2000;
const ALLOCATE = 0x4000;

const VM = 'CPU="0.5"\nMEMORY="64"\n';
let cloud: FakeCloud;
/** A backup datastore, a raw persistent image in use by `held`, a free one, a backup; VMs on hold and powered off. */
let [backups, used, free, backup, held, off] = [-1, -1, -1, -1, -1, -1];
let template = -1;
let host = -1;

beforeAll(async () => {
  cloud = await FakeCloud.open();
  host = await cloud.host();
  backups = await cloud.id('one.datastore.allocate', 'NAME="backups"\nTYPE="BACKUP_DS"\nDS_MAD="fake"', -1);
  used = await cloud.image('NAME="used"\nSIZE="1"\nFORMAT="raw"\nPERSISTENT="YES"');
  free = await cloud.image('NAME="free"\nSIZE="1"\nFORMAT="raw"\nPERSISTENT="YES"');
  held = await cloud.id('one.vm.allocate', `${VM}NAME="held"\nDISK=[ IMAGE_ID="${used}" ]`, true);
  off = await cloud.id('one.vm.allocate', `${VM}NAME="off"\nDISK=[ IMAGE="free" ]`, false);
  await cloud.vmIs(off, 3, 3);
  await cloud.call('one.vm.action', 'poweroff-hard', off);
  await cloud.vmIs(off, 8, 0);
  template = await cloud.id('one.template.allocate', `NAME="t"\n${VM}`);
  const points = backupImage.points.slice(0, 1).map((point) => ({ ...point, layers: [storedLayer] }));
  const record = { ...backupImage, datastoreId: backups, vms: [off], points };
  backup = (await cloud.store.images.allocate((id) => ({ ...record, id }))).id;
});
afterAll(() => cloud.close());

/** Everything that a refused request could have changed. */
async function everything(): Promise<unknown> {
  const { vms, images, templates, datastores, hosts, users } = cloud.store;
  const lists = await Promise.all([vms, images, templates, datastores, hosts, users].map((pool) => pool.list()));
  return JSON.parse(
    JSON.stringify(lists, (key, value: unknown) =>
      ['freeMb', 'usedMb', 'totalMb', 'lastMonitored', 'lastPoll'].includes(key) ? 0 : value,
    ),
  );
}

/** A refusal with its code and message, which left everything as it was. */
async function refusal(method: string, ...params: Value[]): Promise<Refused> {
  const before = await everything();
  const error = await cloud.call(method, ...params).then(
    (value) => new Error(`It was accepted: ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Refused)) throw error;
  expect(await everything()).toEqual(before);
  return error;
}

/** Ids are known only when the tests run: a parameter may be a function. */
type Given = Value | (() => Value);
const valueOf = (given: Given): Value => (typeof given === 'function' ? given() : given);

describe('the protocol', () => {
  it.each([
    ['nothing', '', -503],
    ['no XML', 'hello', -503],
    ['half a call', '<methodCall><methodName>one.vm.info</methodName>', -503],
    ['another document', '<methodResponse/>', -503],
    ['no method', '<methodCall/>', -503],
    [
      'a type that is not known',
      '<methodCall><methodName>a</methodName><params><param><value><x/></value></param></params></methodCall>',
      -503,
    ],
    ['a document type', '<!DOCTYPE a [<!ENTITY x "y">]><methodCall/>', -503],
    ['a method that is not known', formatCall('one.vm.dance', ['a:b']), -506],
    ['a method by a name that every object has', formatCall('constructor', ['a:b']), -506],
    ['no session', formatCall('one.system.version', []), -501],
    ['a session that is no text', formatCall('one.system.version', [1]), -501],
  ])('%s is a fault', async (_what, body, code) => {
    const error = await cloud.post(body).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(XmlRpcFault);
    expect(error).toMatchObject({ code });
  });

  it.each([
    ['one.vm.info', [], /Parameter 1 is missing; it must be of type int/],
    ['one.vm.info', ['0'], /Parameter 1 must be of type int/],
    ['one.vm.info', [0.5], /Parameter 1 must be of type int/],
    ['one.vm.info', [0, 1], /Parameter 2 must be of type boolean/],
    ['one.vm.info', [null], /Parameter 1 must be of type int/],
    ['one.vm.action', [0, 'resume'], /Parameter 1 must be of type string/],
    ['one.vm.allocate', [['a']], /Parameter 1 must be of type string/],
    ['one.vmpool.info', [-2], /Parameter 2 is missing/],
    ['one.image.allocate', ['NAME=a'], /Parameter 2 is missing/],
  ] as Array<[string, Value[], RegExp]>)('%s with %j is a fault of type', async (method, params, message) => {
    const error = await cloud.call(method, ...params).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(XmlRpcFault);
    expect(error).toMatchObject({ code: -501, message: expect.stringMatching(message) });
  });

  it('takes surplus parameters, and calls without a content type', async () => {
    expect(await cloud.call('one.system.version', 1, 'x')).toBe('6.8.3');
    const body = new Blob([formatCall('one.system.version', [cloud.session])]);
    const reply = await fetch(cloud.endpoint, { method: 'POST', body });
    expect(reply.headers.get('content-type')).toBe('text/xml; charset=utf-8');
    expect(await reply.text()).toContain('6.8.3');
  });

  it('refuses a body that is too large by its status, and keeps answering', async () => {
    const reply = await fetch(cloud.endpoint, { method: 'POST', body: 'x'.repeat(17 * 2 ** 20) });
    expect(reply.status).toBe(413);
    expect(await cloud.call('one.system.version')).toBe('6.8.3');
    expect(cloud.log.filter((line) => line.includes('failed unexpectedly'))).toEqual([]);
  });

  it.each(['', 'oneadmin', ':', 'oneadmin:', 'oneadmin:wrong', 'nobody:password', `:x`])(
    'the session "%s" is nobody',
    async (session) => {
      const error = await cloud.callAs(session, 'one.vm.info', held).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: AUTHENTICATION,
        message: expect.stringContaining("couldn't be authenticated"),
      });
    },
  );

  it('asks for the session before anything else, whatever the method', async () => {
    for (const method of Object.keys(METHODS)) {
      await expect(cloud.callAs('', method)).rejects.toMatchObject({ code: AUTHENTICATION });
    }
  });

  it('says in every failure which method failed', async () => {
    expect((await refusal('one.vm.info', 4711)).message).toMatch(/^\[one\.vm\.info\] /);
  });
});

describe('what does not exist', () => {
  it.each([
    ['one.vm.info', [4711], 'virtual machine [4711]'],
    ['one.vm.action', ['resume', 4711], 'virtual machine [4711]'],
    ['one.vm.deploy', [4711, () => host], 'virtual machine [4711]'],
    ['one.vm.deploy', [() => held, 4711], 'host [4711]'],
    ['one.vm.deploy', [() => held, () => host, false, 4711], 'datastore [4711]'],
    ['one.vm.update', [4711, 'A=b'], 'virtual machine [4711]'],
    ['one.vm.updateconf', [4711, 'A=b'], 'virtual machine [4711]'],
    ['one.vm.backup', [4711, () => backups], 'virtual machine [4711]'],
    ['one.vm.backup', [() => off, 4711], 'datastore [4711]'],
    ['one.vm.recover', [4711, 0], 'virtual machine [4711]'],
    ['one.image.info', [4711], 'image [4711]'],
    ['one.image.delete', [4711], 'image [4711]'],
    ['one.image.allocate', ['NAME="x"\nSIZE=1', 4711], 'datastore [4711]'],
    ['one.image.restore', [4711, 1, ''], 'image [4711]'],
    ['one.image.restore', [() => backup, 4711, ''], 'datastore [4711]'],
    ['one.template.info', [4711], 'template [4711]'],
    ['one.template.delete', [4711], 'template [4711]'],
    ['one.template.instantiate', [4711], 'template [4711]'],
    ['one.datastore.info', [4711], 'datastore [4711]'],
    ['one.host.info', [4711], 'host [4711]'],
    ['one.user.info', [4711], 'user [4711]'],
    ['one.vm.allocate', [`${VM}DISK=[ IMAGE_ID="4711" ]`], 'image [4711]'],
    ['one.vm.allocate', [`${VM}DISK=[ IMAGE="nothing" ]`], 'image [nothing] of user oneadmin'],
    ['one.vm.allocate', [`${VM}DISK=[ IMAGE="used", IMAGE_UNAME="somebody" ]`], 'image [used] of user somebody'],
  ] as Array<[string, Given[], string]>)('%s %j', async (method, params, message) => {
    const error = await refusal(method, ...params.map(valueOf));
    expect(error.code).toBe(NO_EXISTS);
    expect(error.message).toContain(message);
  });
});

describe('templates that are no templates', () => {
  it.each([
    ['one.vm.allocate', (text: string) => [text]],
    ['one.vm.update', (text: string) => [off, text]],
    ['one.vm.updateconf', (text: string) => [off, text]],
    ['one.template.allocate', (text: string) => [text]],
    ['one.template.instantiate', (text: string) => [template, '', false, text]],
    ['one.image.allocate', (text: string) => [text, 1]],
    ['one.image.restore', (text: string) => [backup, 1, text]],
    ['one.datastore.allocate', (text: string) => [text]],
  ] as Array<[string, (text: string) => Value[]]>)('%s says where the mistake is', async (method, params) => {
    const text = await refusal(method, ...params('NAME="x"\nDISK=[ IMAGE_ID=1 SIZE=2 ]'));
    expect(text).toMatchObject({
      code: INTERNAL,
      message: expect.stringMatching(/line 2, column 19: expected "," or "\]"/),
    });
    const xml = await refusal(method, ...params('<TEMPLATE>\n  <NAME>x</NAM></TEMPLATE>'));
    expect(xml).toMatchObject({ code: INTERNAL, message: expect.stringMatching(/line 2, column \d+/) });
  });
});

describe('VMs that are refused', () => {
  const disk =
    (inside: string): Given =>
    () =>
      `${VM}DISK=[ ${inside} ]`;
  it.each([
    ['no CPU', 'MEMORY="64"', ALLOCATE, 'CPU is missing; it must be a number above 0'],
    ['CPU of nothing', 'CPU="0"\nMEMORY="64"', ALLOCATE, 'CPU="0" is not right'],
    ['MEMORY in words', 'CPU="1"\nMEMORY="lots"', ALLOCATE, 'MEMORY="lots" is not right; it must be a number above 0'],
    ['half a VCPU', `${VM}VCPU="0.5"`, ALLOCATE, 'VCPU="0.5" is not right'],
    ['a name with a slash', `${VM}NAME="a/b"`, ALLOCATE, 'NAME "a/b" contains "/", which no name may contain'],
    ['a name that is too long', `${VM}NAME="${'x'.repeat(129)}"`, ALLOCATE, 'NAME has 129 characters; at most 128'],
    ['an empty name', `${VM}NAME=""`, ALLOCATE, 'NAME is empty'],
    [
      'MODE',
      `${VM}BACKUP_CONFIG=[ MODE="FAST" ]`,
      INTERNAL,
      'BACKUP_CONFIG/MODE="FAST" is not known; it must be one of FULL, INCREMENT',
    ],
    [
      'FS_FREEZE',
      `${VM}BACKUP_CONFIG=[ FS_FREEZE="ICE" ]`,
      INTERNAL,
      'BACKUP_CONFIG/FS_FREEZE="ICE" is not known; it must be one of NONE, AGENT, SUSPEND',
    ],
    [
      'INCREMENT_MODE',
      `${VM}BACKUP_CONFIG=[ INCREMENT_MODE="X" ]`,
      INTERNAL,
      'BACKUP_CONFIG/INCREMENT_MODE="X" is not known; it must be one of CBT, SNAPSHOT',
    ],
    [
      'BACKUP_VOLATILE',
      `${VM}BACKUP_CONFIG=[ BACKUP_VOLATILE="1" ]`,
      INTERNAL,
      'BACKUP_CONFIG/BACKUP_VOLATILE="1" is not known; it must be one of NO, YES',
    ],
    [
      'KEEP_LAST',
      `${VM}BACKUP_CONFIG=[ KEEP_LAST="-1" ]`,
      INTERNAL,
      'BACKUP_CONFIG/KEEP_LAST="-1" is not a number of backups; it must be 0 (keep all) to 999999999',
    ],
    [
      'BACKUP_CONFIG as a text',
      `${VM}BACKUP_CONFIG="FULL"`,
      INTERNAL,
      'BACKUP_CONFIG="FULL" is not right; it must be a vector: BACKUP_CONFIG=[ ... ]',
    ],
    ['DISK as a text', `${VM}DISK="1"`, INTERNAL, 'DISK="1" is not right; it must be a vector'],
    [
      'a disk of nothing',
      disk('DEV_PREFIX="vd"'),
      ALLOCATE,
      'DISK 0 has neither IMAGE_ID, IMAGE nor TYPE; a disk needs an image, or TYPE fs or swap with SIZE in MB',
    ],
    ['an image by no number', disk('IMAGE_ID="0x0"'), NO_EXISTS, 'image [0x0]: IMAGE_ID must be a number'],
    ['a disk without an image by name', disk('IMAGE_ID=""'), ALLOCATE, 'DISK 0 has neither IMAGE_ID, IMAGE nor TYPE'],
    ['a TYPE that is not known', disk('TYPE="ext4", SIZE="1"'), ALLOCATE, 'DISK 0 has TYPE="ext4"'],
    ['no SIZE', disk('TYPE="fs"'), ALLOCATE, 'DISK 0 has SIZE=""; it must be a number of MB from 1 to 16777216'],
    ['a SIZE with a unit', disk('TYPE="swap", SIZE="1g"'), ALLOCATE, 'DISK 0 has SIZE="1g"; it must be a number of MB'],
    [
      'a FORMAT that is not known',
      disk('TYPE="fs", SIZE="1", FORMAT="vmdk"'),
      ALLOCATE,
      'DISK 0 has FORMAT="vmdk"; it must be qcow2 or raw',
    ],
    [
      'an FS that is not known',
      disk('TYPE="fs", SIZE="1", FS="ntfs"'),
      ALLOCATE,
      'DISK 0 has FS="ntfs"; it must be one of ext2, ext3, ext4',
    ],
    [
      'a persistent image in use',
      () => `${VM}DISK=[ IMAGE_ID="${used}" ]`,
      ALLOCATE,
      'is persistent and in use by another VM; wait until it is in state rdy (oneimage show',
    ],
    ['a backup as a disk', () => `${VM}DISK=[ IMAGE_ID="${backup}" ]`, ALLOCATE, 'is a backup: restore it first'],
    [
      'two disks at one target',
      disk('TYPE="fs", SIZE="1", TARGET="vda" ]\nDISK=[ TYPE="fs", SIZE="1", TARGET="vda"'),
      ALLOCATE,
      'DISK 1 has TARGET="vda", which another disk uses',
    ],
  ] as Array<[string, Given, number, string]>)('%s', async (_what, given, code, message) => {
    const error = await refusal('one.vm.allocate', valueOf(given));
    expect(error.message).toContain(message);
    expect(error.code).toBe(code);
  });

  it('does not give one persistent image to two disks', async () => {
    const id = await cloud.image('NAME="once"\nSIZE="1"\nFORMAT="raw"\nPERSISTENT="YES"');
    const twice = `${VM}DISK=[ IMAGE_ID="${id}" ]\nDISK=[ IMAGE="once" ]`;
    expect((await refusal('one.vm.allocate', twice)).message).toContain('is persistent, so only one DISK may use it');
    const larger = `${VM}DISK=[ IMAGE_ID="${id}", SIZE="10" ]`;
    expect((await refusal('one.vm.allocate', larger)).message).toContain('DISK 0 has SIZE="10", but image');
    const half = `${VM}DISK=[ IMAGE_ID="${id}" ]\nDISK=[ TYPE="fs" ]`;
    await refusal('one.vm.allocate', half);
    expect(await cloud.store.images.get(id)).toMatchObject({ state: 1, vms: [] });
  });

  it('refuses an image that could not be made', async () => {
    const id = await cloud.id('one.image.allocate', 'NAME="broken"\nPATH="/no/such/file.raw"', 1);
    await cloud.until('it is in ERROR', async () => (await cloud.store.images.get(id)).state === 5);
    expect((await cloud.xml('one.image.info', id)).textOf('TEMPLATE/ERROR')).toContain(
      'Could not import /no/such/file.raw',
    );
    const error = await refusal('one.vm.allocate', `${VM}DISK=[ IMAGE_ID="${id}" ]`);
    expect(error).toMatchObject({
      code: ALLOCATE,
      message: expect.stringContaining(`could not be made, or its data is gone; oneimage show ${id} says why`),
    });
    expect(await cloud.call('one.image.delete', id)).toBe(id);
    expect(await cloud.store.links.of('image-datastore', 1)).not.toContain(id);
  });
});

describe('images that are refused', () => {
  it.each([
    ['no name', 'SIZE="1"', 1, 'NAME is empty'],
    ['a name that is taken', 'NAME="used"\nSIZE="1"', 1, 'NAME "used" is already taken by image'],
    ['neither PATH nor SIZE', 'NAME="x"', 1, 'It needs PATH, or SIZE in MB'],
    [
      'a SIZE with a unit',
      'NAME="x"\nSIZE="2g"',
      1,
      'SIZE="2g" is not right; it must be a number of MB from 1 to 16777216',
    ],
    ['a SIZE of nothing', 'NAME="x"\nSIZE="0"', 1, 'SIZE="0" is not right'],
    ['a SIZE beyond all disks', 'NAME="x"\nSIZE="16777217"', 1, 'SIZE="16777217" is not right'],
    ['FORMAT', 'NAME="x"\nSIZE="1"\nFORMAT="vdi"', 1, 'FORMAT="vdi" is not known; it must be qcow2 or raw'],
    [
      'TYPE',
      'NAME="x"\nSIZE="1"\nTYPE="FLOPPY"',
      1,
      'TYPE="FLOPPY" is not known; it must be one of OS, CDROM, DATABLOCK',
    ],
    ['a backup by hand', 'NAME="x"\nSIZE="1"\nTYPE="BACKUP"', 1, 'TYPE="BACKUP" is not known'],
    [
      'PERSISTENT',
      'NAME="x"\nSIZE="1"\nPERSISTENT="maybe"',
      1,
      'PERSISTENT="maybe" is not known; it must be YES or NO',
    ],
    ['FS', 'NAME="x"\nSIZE="1"\nFS="ntfs"', 1, 'FS="ntfs" is not known; it must be one of ext2, ext3, ext4'],
    ['a relative PATH', 'NAME="x"\nPATH="disk.raw"', 1, 'PATH="disk.raw" must be an absolute path'],
    ['a system datastore', 'NAME="x"\nSIZE="1"', 0, 'Datastore 0 (system) is not an image datastore'],
  ] as Array<[string, string, number, string]>)('%s', async (_what, text, datastore, message) => {
    const error = await refusal('one.image.allocate', text, datastore);
    expect(error).toMatchObject({ code: ALLOCATE, message: expect.stringContaining(message) });
  });

  it('an image in use is not deleted', async () => {
    const error = await refusal('one.image.delete', used);
    expect(error).toMatchObject({ code: ACTION, message: expect.stringContaining(`is used by VM ${held}`) });
  });
});

describe('datastores and hosts that are refused', () => {
  const backupDs = 'NAME="x"\nTYPE="BACKUP_DS"\n';
  it.each([
    ['no name', 'TYPE="IMAGE_DS"', ALLOCATE, 'NAME is empty'],
    ['a name that is taken', 'NAME="default"', ALLOCATE, 'NAME "default" is already taken by datastore 1'],
    [
      'TYPE',
      'NAME="x"\nTYPE="TAPE_DS"',
      ALLOCATE,
      'TYPE="TAPE_DS" is not known; it must be one of IMAGE_DS, SYSTEM_DS, FILE_DS, BACKUP_DS',
    ],
    [
      'DS_MAD of images',
      'NAME="x"\nDS_MAD="ceph"',
      ALLOCATE,
      'DS_MAD="ceph" is no driver of TYPE="IMAGE_DS"; it must be fs',
    ],
    ['no DS_MAD', backupDs, ALLOCATE, 'DS_MAD="" is not a driver of backup datastores; known are restic, rsync, fake'],
    [
      'DS_MAD of backups',
      `${backupDs}DS_MAD="tape"`,
      ALLOCATE,
      'DS_MAD="tape" is not a driver of backup datastores; known are',
    ],
    [
      'restic without RESTIC_PASSWORD',
      `${backupDs}DS_MAD="restic"\nRESTIC_BACKEND="LOCAL"`,
      ALLOCATE,
      'DS_MAD="restic" needs RESTIC_PASSWORD, which the template does not have',
    ],
    [
      'a driver attribute that makes no sense',
      `${backupDs}DS_MAD="fake"\nFAKE_FAIL_AFTER_BYTES="soon"`,
      ALLOCATE,
      'FAKE_FAIL_AFTER_BYTES="soon" is not usable; it must be a number of bytes',
    ],
  ] as Array<[string, string, number, string]>)('%s', async (_what, text, code, message) => {
    const error = await refusal('one.datastore.allocate', text);
    expect(error.message).toContain(message);
    expect(error.code).toBe(code);
  });

  it('a datastore whose directory cannot be made does not stay', async () => {
    const last = Math.max(...(await cloud.store.datastores.list()).map(({ id }) => id));
    writeFileSync(`${cloud.config.datastoreLocation}/${last + 1}`, 'in the way');
    const error = await refusal('one.datastore.allocate', 'NAME="x"');
    expect(error).toMatchObject({
      code: ALLOCATE,
      message: expect.stringContaining('Its directory could not be made'),
    });
    rmSync(`${cloud.config.datastoreLocation}/${last + 1}`);
  });

  it.each([
    ['a driver that is not known', ['x', 'kvm', 'xen'], 'VM_MAD "xen" is not known; it must be one of kvm, qemu, fake'],
    ['a name that is taken', ['here', 'fake', 'fake'], 'NAME "here" is already taken by host 0'],
    ['no name', ['', 'fake', 'fake'], 'NAME is empty'],
  ])('a host with %s', async (_what, params, message) => {
    const error = await refusal('one.host.allocate', ...params);
    expect(error).toMatchObject({ code: ALLOCATE, message: expect.stringContaining(message) });
  });
});

describe('actions that are not possible now', () => {
  const RUN = ['RUNNING'];
  it.each([
    ['poweroff', () => off, 'POWEROFF', ['RUNNING', 'UNKNOWN']],
    ['poweroff-hard', () => held, 'HOLD', ['RUNNING', 'UNKNOWN']],
    ['reboot', () => off, 'POWEROFF', RUN],
    ['resume', () => held, 'HOLD', ['POWEROFF', 'SUSPENDED', 'STOPPED', 'UNDEPLOYED', 'UNKNOWN', 'BOOT_FAILURE']],
    ['hold', () => off, 'POWEROFF', ['PENDING']],
    ['release', () => off, 'POWEROFF', ['HOLD']],
  ] as Array<[string, () => number, string, string[]]>)('%s', async (action, id, state, possible) => {
    const error = await refusal('one.vm.action', action, id());
    const message = `Virtual machine ${id()} is in state ${state}: ${action} is possible in ${possible.join(', ')}.`;
    expect(error).toMatchObject({ code: ACTION, objectId: id(), message: expect.stringContaining(message) });
  });

  it.each([
    ['one.vm.action', ['dance', () => off], ACTION, 'Action "dance" is not available; there are hold, release, '],
    ['one.vm.action', ['backup', () => off], ACTION, 'Action "backup" is not available'],
    [
      'one.vm.backup',
      [() => held, () => backups],
      INTERNAL,
      'is in state HOLD: backup is possible in RUNNING, POWEROFF',
    ],
    [
      'one.vm.backup',
      [() => off, 1],
      ACTION,
      'Datastore 1 (default) is not a backup datastore; give one of TYPE="BACKUP_DS"',
    ],
    ['one.vm.backup', [() => off], NO_EXISTS, 'No datastore was given; name a backup datastore with -d'],
    ['one.vm.deploy', [() => off, () => host], ACTION, 'is in state POWEROFF: deploy is possible in PENDING, HOLD'],
    [
      'one.vm.deploy',
      [() => held, () => host, false, 1],
      ACTION,
      'Datastore 1 (default) cannot hold the disks of running VMs here; use 0 (system)',
    ],
    [
      'one.vm.recover',
      [() => off, 2],
      ACTION,
      'is in state POWEROFF: recover --retry is not possible, nothing has failed',
    ],
    ['one.vm.recover', [() => off, 0], ACTION, 'recover --failure is not possible, nothing has failed or is under way'],
    [
      'one.vm.recover',
      [() => off, 9],
      XML_RPC_API,
      'Recover operation 9 is not known; it must be one of 0 (failure), 1 (success)',
    ],
    [
      'one.vm.update',
      [() => off, 'A=b', 2],
      XML_RPC_API,
      'Update type 2 is not known; it must be 0 (replace) or 1 (append)',
    ],
    [
      'one.vm.updateconf',
      [() => off, 'BACKUP_CONFIG=[ MODE="FAST" ]', 1],
      INTERNAL,
      'MODE="FAST" is not known; it must be one of FULL, INCREMENT',
    ],
    [
      'one.vm.updateconf',
      [() => off, 'BACKUP_CONFIG="FULL"'],
      INTERNAL,
      'BACKUP_CONFIG="FULL" is not right; it must be a vector',
    ],
    ['one.vmpool.info', [-5, -1, -1], XML_RPC_API, 'Incorrect filter_flag -5; it must be -4, -3, -2, -1 or a user id'],
    ['one.vmpool.info', [-2, -1, -1, 77], XML_RPC_API, 'VM state 77 is not known; -2 is any, -1 any but DONE'],
    ['one.imagepool.info', [-9, -1, -1], XML_RPC_API, 'Incorrect filter_flag -9'],
    ['one.template.allocate', ['CPU=1'], ALLOCATE, 'NAME is missing'],
    ['one.template.allocate', ['NAME="t"'], ALLOCATE, 'NAME "t" is already taken by virtual machine template 0'],
    ['one.template.instantiate', [() => template, '', false, 'MEMORY="none"'], ALLOCATE, 'MEMORY="none" is not right'],
    ['one.template.instantiate', [() => template, 'a$b'], ALLOCATE, 'NAME "a$b" contains "$"'],
    [
      'one.template.instantiate',
      [() => template, '', false, '', true],
      ACTION,
      'Persistent copies of templates are not available',
    ],
  ] as Array<[string, Given[], number, string]>)('%s %j', async (method, params, code, message) => {
    const error = await refusal(method, ...params.map(valueOf));
    expect(error.message).toContain(message);
    expect(error.code).toBe(code);
  });

  it('MODE=INCREMENT takes disks that note their changes, whether it is asked for early or late', async () => {
    const why = 'disk 0 has FORMAT="raw", and only qcow2 notes what changes. Use MODE="FULL".';
    const message = expect.stringContaining(why) as string;
    const config = 'BACKUP_CONFIG=[ MODE="INCREMENT", BACKUP_VOLATILE="YES" ]';
    const wanted = `DISK=[ TYPE="fs", SIZE="1", FORMAT="raw" ]\n${config}`;
    expect(await refusal('one.vm.allocate', VM + wanted)).toMatchObject({ code: ALLOCATE, message });
    const instance = ['one.template.instantiate', template, '', false, wanted] as const;
    expect(await refusal(...instance)).toMatchObject({ code: ALLOCATE, message });
    expect(await refusal('one.vm.updateconf', off, config, 0)).toMatchObject({ code: INTERNAL, message });
  });
});

describe('restores that are refused', () => {
  it.each([
    ['what is no backup', () => free, 1, '', ACTION, 'it is not a backup (its TYPE is not BACKUP)'],
    ['a wrong datastore', () => backup, () => backups, '', ACTION, 'it is not an image datastore (TYPE="IMAGE_DS")'],
    ['the system datastore', () => backup, 0, '', ACTION, 'Could not restore to datastore 0'],
    [
      'NO_IP',
      () => backup,
      1,
      'NO_IP=maybe',
      INTERNAL,
      'The restore option NO_IP="maybe" is not right; it must be YES or NO',
    ],
    ['NO_NIC', () => backup, 1, 'NO_NIC=2', INTERNAL, 'NO_NIC="2" is not right'],
    [
      'INCREMENT_ID',
      () => backup,
      1,
      'INCREMENT_ID=last',
      INTERNAL,
      'INCREMENT_ID="last" is not right; it must be a number from 0',
    ],
    ['an increment that is not there', () => backup, 1, 'INCREMENT_ID=99', ACTION, 'it has no increment 99; it has '],
    ['a disk that is not there', () => backup, 1, 'DISK_ID=99', ACTION, 'it does not hold disk 99; it holds '],
    ['a name that cannot be', () => backup, 1, 'NAME="a/b"', ACTION, 'Could not restore under the name "a/b"'],
  ] as Array<[string, Given, Given, string, number, string]>)(
    '%s',
    async (_what, image, datastore, options, code, message) => {
      const error = await refusal('one.image.restore', valueOf(image), valueOf(datastore), options);
      expect(error.message).toContain(message);
      expect(error.code).toBe(code);
    },
  );
});

describe('what is given comes back', () => {
  it('keeps attributes it does not know, in the place they were given', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'onevault-'));
    writeFileSync(join(directory, 'a.raw'), Buffer.alloc(4096));
    try {
      const image = await cloud.image(
        `NAME="i"\nPATH="${join(directory, 'a.raw')}"\nCOLOUR="blue & green"\nDEV_PREFIX="sd"`,
      );
      expect((await cloud.xml('one.image.info', image)).textOf('TEMPLATE/COLOUR')).toBe('blue & green');
      await cloud.id('one.vn.allocate', 'NAME="n"\nBRIDGE="br0"\nAR=[ TYPE="IP4", IP="10.0.0.1", SIZE="4" ]', -1);
      const text = `${VM}NAME="kept"\nLABELS="a,b"\nNOTE=[ BY="me", WHEN="now" ]\nDISK=[ IMAGE_ID="${image}", CACHE="none" ]\nNIC=[ NETWORK="n", ODD="1" ]`;
      const vm = await cloud.xml('one.vm.info', await cloud.id('one.vm.allocate', text, true));
      expect(vm.textOf('USER_TEMPLATE/LABELS')).toBe('a,b');
      expect(vm.textOf('USER_TEMPLATE/NOTE/WHEN')).toBe('now');
      expect(vm.textOf('TEMPLATE/DISK/CACHE')).toBe('none');
      expect(vm.textOf('TEMPLATE/NIC/ODD')).toBe('1');
      expect(vm.textOf('USER_TEMPLATE/NAME')).toBe('');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('replaces or merges the user template', async () => {
    await cloud.call('one.vm.update', held, 'A="1"\nB="2"', 0);
    await cloud.call('one.vm.update', held, '<TEMPLATE><B>3</B></TEMPLATE>', 1);
    const both = await cloud.xml('one.vm.info', held);
    expect([both.textOf('USER_TEMPLATE/A'), both.textOf('USER_TEMPLATE/B')]).toEqual(['1', '3']);
    await cloud.call('one.vm.update', held, 'C="4"');
    expect((await cloud.xml('one.vm.info', held)).child('USER_TEMPLATE')?.elements.map(({ name }) => name)).toEqual([
      'C',
    ]);
  });

  it('keeps a backup configuration, and what append does not mention', async () => {
    const config = async (): Promise<string[]> =>
      ['MODE', 'FS_FREEZE', 'KEEP_LAST', 'BACKUP_VOLATILE'].map((name) => vm.textOf(`BACKUPS/BACKUP_CONFIG/${name}`));
    await cloud.call(
      'one.vm.updateconf',
      held,
      'BACKUP_CONFIG=[ FS_FREEZE="agent", KEEP_LAST="3", BACKUP_VOLATILE="yes" ]',
    );
    let vm = await cloud.xml('one.vm.info', held);
    expect(await config()).toEqual(['FULL', 'AGENT', '3', 'YES']);
    await cloud.call('one.vm.updateconf', held, 'BACKUP_CONFIG=[ KEEP_LAST="4" ]', 1);
    vm = await cloud.xml('one.vm.info', held);
    expect(await config()).toEqual(['FULL', 'AGENT', '4', 'YES']);
    await cloud.call('one.vm.updateconf', held, 'BACKUP_CONFIG=[ KEEP_LAST="5" ]', 0);
    vm = await cloud.xml('one.vm.info', held);
    expect(await config()).toEqual(['FULL', 'NONE', '5', 'NO']);
    await cloud.call('one.vm.updateconf', held, 'OS=[ BOOT="disk0" ]', 0);
    vm = await cloud.xml('one.vm.info', held);
    expect(await config()).toEqual(['FULL', 'NONE', '5', 'NO']);
    expect(vm.textOf('TEMPLATE/OS/BOOT')).toBe('disk0');
  });

  it('lists by state, range and page, newest first', async () => {
    const ids = async (...params: Value[]): Promise<number[]> =>
      (await cloud.xml('one.vmpool.info', ...params)).children('VM').map((vm) => Number(vm.textOf('ID')));
    const all = await ids(-2, -1, -1, -1);
    expect(all.slice(-2)).toEqual([off, held]);
    expect(await ids(-2, -1, -1, 8)).toEqual([off]);
    expect(await ids(-2, held, held, -1)).toEqual([held]);
    expect(await ids(-2, off, -1, -1)).toEqual(all.slice(0, -1));
    expect(await ids(-2, 1, -2, -1, '')).toEqual(all.slice(1, 3));
    expect(await ids(77, -1, -1, -1)).toEqual([]);
    const long = await cloud.xml('one.vmpool.infoextended', -2, held, held, -1);
    expect(long.children('VM/BACKUPS')).toHaveLength(1);
  });

  it('has every other document as well', async () => {
    expect((await cloud.xml('one.imagepool.info', -2, -1, -1)).children('IMAGE').length).toBeGreaterThan(2);
    expect((await cloud.xml('one.templatepool.info', -2, -1, -1)).textOf('VMTEMPLATE/NAME')).toBe('t');
    expect((await cloud.xml('one.template.info', template)).textOf('TEMPLATE/CPU')).toBe('0.5');
    expect((await cloud.xml('one.datastorepool.info')).children('DATASTORE').length).toBeGreaterThan(3);
    expect((await cloud.xml('one.hostpool.info')).textOf('HOST/NAME')).toBe('here');
    expect((await cloud.xml('one.host.info', host)).textOf('STATE')).toBe('2');
    expect((await cloud.xml('one.userpool.info')).textOf('USER/NAME')).toBe('oneadmin');
    expect((await cloud.xml('one.user.info')).textOf('NAME')).toBe('oneadmin');
    expect((await cloud.xml('one.user.info')).textOf('PASSWORD')).toBe('');
    expect((await cloud.xml('one.system.config')).textOf('DATASTORE_LOCATION')).toBe(cloud.config.datastoreLocation);
  });
});

describe('somebody who is no administrator', () => {
  let ann = '';
  let disabled = '';
  beforeAll(async () => {
    ann = await cloud.user('ann');
    disabled = await cloud.user('off', { enabled: false });
  });

  it('is nobody while disabled', async () => {
    await expect(cloud.callAs(disabled, 'one.system.version')).rejects.toMatchObject({ code: AUTHENTICATION });
  });

  it('sees nothing of others', async () => {
    const count = async (method: string, root: string, ...params: Value[]): Promise<number> => {
      const pool = await cloud.text(ann, method, ...params);
      return pool.split(`<${root}>`).length - 1;
    };
    for (const flag of [-4, -3, -2, -1, 0]) {
      expect(await count('one.vmpool.info', 'VM', flag, -1, -1, -2)).toBe(0);
      expect(await count('one.imagepool.info', 'IMAGE', flag, -1, -1)).toBe(0);
      expect(await count('one.templatepool.info', 'VMTEMPLATE', flag, -1, -1)).toBe(0);
    }
    // the default datastores are everybody's, the backup datastore is not
    expect(await cloud.text(ann, 'one.datastorepool.info')).not.toContain('backups');
    expect(await count('one.userpool.info', 'USER')).toBe(1);
  });

  it.each([
    ['one.vm.info', [() => held]],
    ['one.vm.action', ['release', () => held]],
    ['one.vm.deploy', [() => held, () => host]],
    ['one.vm.update', [() => held, 'A=b']],
    ['one.vm.updateconf', [() => held, 'A=b']],
    ['one.vm.backup', [() => off, () => backups]],
    ['one.vm.recover', [() => off, 0]],
    ['one.image.info', [() => used]],
    ['one.image.delete', [() => backup]],
    ['one.image.restore', [() => backup, 1, '']],
    ['one.image.allocate', ['NAME="x"\nSIZE=1', () => backups]],
    ['one.image.allocate', ['NAME="x"\nPATH="/etc/shadow"\nFORMAT=raw', 1]],
    ['one.template.info', [() => template]],
    ['one.template.instantiate', [() => template]],
    ['one.template.delete', [() => template]],
    ['one.datastore.info', [() => backups]],
    ['one.datastore.allocate', ['NAME="x"']],
    ['one.host.allocate', ['x', 'fake', 'fake']],
    ['one.host.info', [() => host]],
    ['one.user.info', [0]],
    ['one.system.config', []],
    ['one.vm.allocate', [() => `${VM}DISK=[ IMAGE_ID="${used}" ]`]],
  ] as Array<[string, Given[]]>)('may not %s %j', async (method, params) => {
    const before = await everything();
    const error = await cloud.callAs(ann, method, ...params.map(valueOf)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: AUTHORIZATION,
      message: expect.stringMatching(/User \[\d+\] : Not authorized/),
    });
    expect(await everything()).toEqual(before);
  });

  it('may not back up even her own VM, and follows no run of others', async () => {
    const mine = Number(await cloud.callAs(ann, 'one.vm.allocate', `${VM}NAME="mine"`, true));
    await expect(cloud.callAs(ann, 'one.vm.backup', mine, backups)).rejects.toMatchObject({ code: AUTHORIZATION });
    expect((await cloud.progress(`vm/${off}`, ann)).status).toBe(403);
    expect((await cloud.progress(`image/${used}`, ann)).status).toBe(403);
    expect((await cloud.progress(`vm/${mine}`, ann)).status).toBe(200);
    await cloud.callAs(ann, 'one.vm.action', 'terminate', mine);
    expect(await cloud.store.vms.get(mine)).toMatchObject({
      state: 6,
      etime: expect.toSatisfy((time: number) => time > 0),
    });
  });

  it('sees what she was given the right to', async () => {
    await cloud.store.vms.update(held, (vm) => void (vm.permissions = permissionsFromOctet(0o604)));
    expect(await cloud.text(ann, 'one.vm.info', held)).toContain('held');
    await expect(cloud.callAs(ann, 'one.vm.action', 'release', held)).rejects.toMatchObject({ code: AUTHORIZATION });
  });
});

describe('progress', () => {
  it.each([
    ['nobody', 'vm/0', '', 401],
    ['a wrong password', 'vm/0', 'oneadmin:wrong', 401],
    ['a VM that is not there', 'vm/4711', 'oneadmin', 404],
    ['no number', 'vm/x', 'oneadmin', 404],
    ['an image that is not there', 'image/4711', 'oneadmin', 404],
    ['another noun', 'user/0', 'oneadmin', 404],
  ])('%s', async (_what, path, session, status) => {
    const reply = await cloud.progress(path, session === 'oneadmin' ? cloud.session : session);
    expect(reply.status).toBe(status);
    expect(await reply.text()).not.toContain('data:');
  });

  it('is over at once when there was no run', async () => {
    const reply = await cloud.progress(`vm/${held}`, cloud.session);
    expect([reply.status, await reply.text()]).toEqual([200, '']);
  });
});

test('health is for everybody and says nothing else', async () => {
  const reply = await fetch(new URL('/api/health', cloud.endpoint));
  expect(await reply.json()).toEqual({ status: 'ok' });
});

test('what holds secrets is readable by its owner alone', async () => {
  const ofDatabase = cloud.config.postgres ? [] : ['one.db', 'one.db-wal', 'one.db-shm'];
  for (const file of ['.one/one_auth', ...ofDatabase, 'daemon.lock']) {
    expect([file, ((await stat(join(cloud.directory, file))).mode & 0o777).toString(8)]).toEqual([file, '600']);
  }
  expect(((await stat(join(cloud.directory, '.one'))).mode & 0o777).toString(8)).toBe('700');
});

test('no method failed in a way nobody expected', () => {
  expect(cloud.log.filter((line) => line.includes('failed unexpectedly'))).toEqual([]);
});
