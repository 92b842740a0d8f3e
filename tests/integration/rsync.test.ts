// The rsync driver with the real rsync, in a directory of this machine and over a real SSH server: the common suite, and the faults that a
// store meets in its life.
import { createHash, randomBytes } from 'node:crypto';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { backupStoreContract } from '../../src/datastore/contract.ts';
import { RsyncStore } from '../../src/datastore/rsync/index.ts';
import { run } from '../../src/exec/exec.ts';
import type { BackupStoreConfig } from '../../src/model/backup-store-config.ts';
import { mountDirectory, type FuseMount, type VirtualFile } from '../../src/fuse/mount.ts';
import { childrenOf, nameOf } from '../faults/processes.ts';
import * as virtual from '../fuse/virtual-file.ts';
import { hasRsyncAndSsh, TestSshd } from './sshd.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const OPERATION = '00000000000000b1';
const LOCAL = { RSYNC_BACKEND: 'LOCAL' };
const never = (): AbortSignal => new AbortController().signal;

const usable = await hasRsyncAndSsh();
let sshd: TestSshd;
beforeAll(async () => {
  if (usable) sshd = await TestSshd.open();
});
afterAll(async () => {
  if (usable) await sshd.close();
});

const config = (basePath: string, attributes: Record<string, string>): BackupStoreConfig => ({
  driver: 'rsync',
  datastoreId: 100,
  basePath,
  attributes,
});

describe.skipIf(!usable)('rsync', () => {
  backupStoreContract('rsync here', {
    config: (directory) => config(directory, LOCAL),
    open: (given) => new RsyncStore(given),
  });
  backupStoreContract('rsync over ssh', {
    config: (directory) => config(directory, sshd.attributes()),
    open: (given) => new RsyncStore(given),
  });
});

let root: string;
let directory: string;
let path: string;
let store: RsyncStore;
const mounts: FuseMount[] = [];

beforeEach(async () => {
  if (!usable) return;
  root = await mkdtemp(join(tmpdir(), 'onevault-rsync-'));
  directory = join(root, 'backup');
  path = join(root, "a $store's");
  await mkdir(directory);
  await writeFile(join(directory, 'disk.0.0'), randomBytes(2_000_000));
  await writeFile(join(directory, 'vm.xml'), '<VM/>');
  store = new RsyncStore(config(path, LOCAL));
});
afterEach(async () => {
  for (let mount = mounts.pop(); mount; mount = mounts.pop()) await mount.unmount();
  if (usable) await rm(root, { recursive: true, force: true });
});

/** Everything of a backup, with when it was changed. */
async function kept(at: string): Promise<unknown[]> {
  const names = (await readdir(at)).sort();
  return Promise.all(
    names.map(async (name) => [name, (await stat(join(at, name))).mtimeMs, sha256(await readFile(join(at, name)))]),
  );
}

/** A store over ssh with these attributes. */
const over = (attributes: Record<string, string> = {}, basePath = path) =>
  new RsyncStore(config(basePath, sshd.attributes(attributes)));

const backup = (operationId = OPERATION, signal = never(), vmId = 7) =>
  store.backup({ directory, vmId, operationId, signal });

describe.skipIf(!usable)('a backup in an rsync datastore', () => {
  it('is a directory of the VM with its files, what they were, and which run made them', async () => {
    await store.prepare(never());
    const { source } = await backup();
    const at = join(path, '7', source);
    expect((await readdir(at)).sort()).toEqual(['disk.0.0', `manifest.${OPERATION}.json`, 'vm.xml']);
    expect((await stat(at)).mode & 0o777).toBe(0o700);
    expect((await stat(join(at, 'disk.0.0'))).mode & 0o777).toBe(0o600);
    const bytes = await readFile(join(directory, 'disk.0.0'));
    expect(JSON.parse(await readFile(join(at, `manifest.${OPERATION}.json`), 'utf8'))).toEqual({
      vmId: 7,
      operationId: OPERATION,
      files: [
        { name: 'disk.0.0', bytes: 2_000_000, sha256: sha256(bytes) },
        { name: 'vm.xml', bytes: 5, sha256: sha256(Buffer.from('<VM/>')) },
      ],
    });
  });

  it('is taken beside others, also when the connection that they share is lost', async () => {
    store = over();
    await store.prepare(never());
    killOurs('ssh');
    const operations = ['00000000000001a0', '00000000000001a1', '00000000000001a2'];
    const all = await Promise.all(operations.map((operation, index) => backup(operation, never(), index % 2)));
    expect(new Set(all.map(({ source }) => source)).size).toBe(3);
    const bytes = await readFile(join(directory, 'disk.0.0'));
    const read = await Promise.all(all.map(({ source }) => buffer(store.read(source, join(directory, 'disk.0.0')))));
    for (const one of read) expect(one.equals(bytes)).toBe(true);
  });

  it('is shown over ssh until that ends, and again after', async () => {
    store = over();
    await store.prepare(never());
    const { source } = await backup();
    const point = join(root, 'point');
    await mkdir(point);
    await rm(join(path, '7', source, 'vm.xml'));
    await run(['ln', '-s', '../../.onevault-store', join(path, '7', source, 'vm.xml')]);
    const first = await store.view(point, never());
    const shown = first.pathOf(source, '/x/vm.xml');
    expect((await lstat(shown)).isSymbolicLink()).toBe(false); // links are followed at the other end
    await expect(writeFile(shown, 'x')).rejects.toThrow(/EROFS|EACCES/);
    expect(() => first.pathOf('ffffff', '/x/vm.xml')).toThrow(/there is no such backup/);
    killOurs('sshfs');
    expect(await first.lost).toMatch(/Could not show the backups as files/);
    await expect(stat(point)).rejects.toThrow(/ENOTCONN/);
    const second = await store.view(point, never());
    expect(String(await readFile(second.pathOf(source, '/x/vm.xml')))).toContain('DS_MAD=rsync');
    await second.close();
    await first.close();
    expect([await readdir(point), ours().includes('sshfs')]).toEqual([[], false]);
  });

  it('keeps holes, gives way in the background, and takes other options', async () => {
    await writeFile(join(directory, 'disk.1.0'), randomBytes(4096));
    await truncate(join(directory, 'disk.1.0'), 16 * 2 ** 20);
    store = over({
      RSYNC_ARGS: '-aS --compress-level=1 -z',
      RSYNC_BWLIMIT: '1000000',
      RSYNC_NICE: '5',
      RSYNC_IONICE: '7',
    });
    await store.prepare(never());
    const request = { directory, vmId: 7, operationId: OPERATION, signal: never() };
    for (const background of [false, true]) {
      const { source } = await store.backup({ ...request, background });
      expect((await stat(join(path, '7', source, 'disk.1.0'))).blocks * 512).toBeLessThan(2 ** 20);
    }
  });

  it.each<[string, boolean, () => Promise<void>]>([
    ['over ssh in the middle', true, () => Promise.resolve()],
    ['over ssh while the disk gives nothing any more', true, () => new Promise(() => undefined)],
    ['here in the middle', false, () => Promise.resolve()],
  ])('leaves nothing when it is cancelled %s, and the next is taken', async (_when, overSsh, middle) => {
    if (overSsh) store = over();
    await store.prepare(never());
    const cancel = new AbortController();
    let inTheMiddle = false;
    const endless = virtual.patternFile(1, 2 ** 40, {
      read: async (offset, length) => {
        if (offset > 8 * 2 ** 20) inTheMiddle = true;
        if (inTheMiddle) await middle();
        return [virtual.content(1, offset, length)];
      },
    });
    const mount = await shown({ 'disk.0.0': endless });
    const running = store.backup({ directory: mount.path, vmId: 7, operationId: OPERATION, signal: cancel.signal });
    running.catch(() => undefined);
    await until(() => inTheMiddle && ours().includes('rsync'));
    expect(sshd.programs().includes('rsync')).toBe(overSsh);
    cancel.abort();
    await expect(running).rejects.toThrow(/it was stopped/);
    expect([ours().includes('rsync'), sshd.programs()]).toEqual([false, []]);
    expect(await readdir(join(path, '7'))).toEqual([]);
    await mount.unmount();
    const { source } = await backup();
    expect(await readdir(join(path, '7'))).toEqual([source]);
  });

  it('leaves nothing when a file cannot be read', async () => {
    await store.prepare(never());
    await run(['ln', '-s', 'vm.xml', join(directory, 'disk.1.0')]);
    await expect(backup()).rejects.toThrow(/"disk.1.0".*is no file/);
    const broken = virtual.patternFile(1, 2_000_000, { read: () => Promise.reject(new Error('the disk is broken')) });
    const mount = await shown({ 'disk.0.0': broken, 'vm.xml': virtual.patternFile(2, 5) });
    const failed = store.backup({ directory: mount.path, vmId: 7, operationId: OPERATION, signal: never() });
    await expect(failed).rejects.toThrow(/these files could not be read: .*disk\.0\.0/);
    await mount.unmount();
    expect(await store.find(OPERATION)).toEqual([]);
  });

  it('of which a dead run left a part is found and removed, and no other', async () => {
    await store.prepare(never());
    const { source } = await backup('00000000000000b2');
    await mkdir(join(path, '9', `.abcdef.${OPERATION}.part`), { recursive: true });
    await writeFile(join(path, '9', `.abcdef.${OPERATION}.part`, 'disk.0.0'), 'half');
    expect(await store.find(OPERATION)).toEqual(['abcdef']);
    await expect(buffer(store.read('abcdef', '/x/disk.0.0'))).rejects.toThrow(/there is no such backup/);
    await store.remove(['abcdef']);
    expect(await readdir(join(path, '9'))).toEqual([]);
    expect(await store.find('00000000000000b2')).toEqual([source]);
  });

  it.each(['here', 'over ssh'])(
    'is compared with its manifest when it is read %s, and reading changes nothing of it',
    async (where) => {
      if (where === 'over ssh') store = over();
      await store.prepare(never());
      const { source } = await backup();
      const at = join(path, '7', source);
      const before = await kept(at);
      const read = (name: string): Promise<Buffer> => buffer(store.read(source, `/x/${name}`));
      await Promise.all([read('disk.0.0'), read('vm.xml')]);
      expect(await kept(at)).toEqual(before);

      const disk = await readFile(join(at, 'disk.0.0'));
      disk[1_234_567] = (disk[1_234_567] ?? 0) ^ 1;
      await writeFile(join(at, 'disk.0.0'), disk);
      await truncate(join(at, 'vm.xml'), 2);
      await expect(read('disk.0.0')).rejects.toThrow(
        /read \/x\/disk\.0\.0 of backup \w+ .*its hash is another than in the manifest/,
      );
      await expect(read('vm.xml')).rejects.toThrow(/it has 2 bytes, and 5 were stored/);
      store = where === 'over ssh' ? over() : new RsyncStore(config(path, LOCAL));
      await writeFile(join(at, `manifest.${OPERATION}.json`), '{');
      await expect(read('vm.xml')).rejects.toThrow(/the manifest in .* is damaged/);
    },
  );

  it('is neither read nor removed when another has its name', async () => {
    await store.prepare(never());
    const { source } = await backup();
    await mkdir(join(path, '8', source), { recursive: true });
    store = new RsyncStore(config(path, LOCAL));
    await expect(store.remove([source])).rejects.toThrow(/is the name of .*\/[78]\/.* and .*\/[78]\//);
    await expect(buffer(store.read(source, '/x/vm.xml'))).rejects.toThrow(/is the name of/);
  });

  it('gives no file but its own', async () => {
    await store.prepare(never());
    const { source } = await backup();
    for (const hostile of ['/x/..', '/x/.', '/', 'disk.0.0', '/x/$(id)', "/x/a'b", '/x/a b', '/x/-n']) {
      expect(() => store.read(source, hostile), hostile).toThrow(/is not the path of a file/);
    }
    for (const hostile of ['../7', '$(id)', "a'b", '*', source.toUpperCase().replace(/\d/g, 'A')]) {
      expect(() => store.read(hostile, '/x/vm.xml'), hostile).toThrow(/is not the id of a backup/);
      await expect(store.remove([hostile])).rejects.toThrow(/is not the id of a backup/);
    }
  });
});

describe.skipIf(!usable)('an rsync datastore in trouble', () => {
  it.each<[string, Record<string, string>, RegExp, RegExp]>([
    ['a host that nobody answers at', { RSYNC_SSH_PORT: '1' }, /127\.0\.0\.1 cannot be reached .*refused/, /^$/],
    ['a host without a name', { RSYNC_HOST: 'no-such-host.invalid' }, /no-such-host.invalid cannot be reached/, /^$/],
    [
      'a key that is refused',
      { RSYNC_SSH_KEY: 'stranger' },
      /refuses the key of the user/,
      /stranger\.pub.*authorized_keys/,
    ],
    ['a key that is not there', { RSYNC_SSH_KEY: 'none' }, /none cannot be used/, /RSYNC_SSH_KEY/],
    [
      'a host key nobody knows',
      { RSYNC_SSH_KNOWN_HOSTS: 'known-nobody' },
      /host key of 127\.0\.0\.1 is not known/,
      /ssh-keyscan -p \d+ 127\.0\.0\.1 >> .*known-nobody/,
    ],
    ['another host key', { RSYNC_SSH_KNOWN_HOSTS: 'known-other' }, /may be another machine/, /known-other/],
  ])('tells of %s', async (_what, attributes, message, hint) => {
    const files = Object.entries(attributes).map(([name, value]) => {
      return [name, /KEY|KNOWN/.test(name) ? join(sshd.directory, value) : value];
    });
    const stranger = over(Object.fromEntries(files) as Record<string, string>);
    await expect(stranger.prepare(never())).rejects.toMatchObject({
      message: expect.stringMatching(message) as string,
      hint: expect.stringMatching(hint) as string,
    });
  });

  it('tells of a directory that is missing, and makes its own alone', async () => {
    const away = join(root, 'not', 'mounted');
    await expect(over({ RSYNC_PATH: away }).prepare(never())).rejects.toMatchObject({
      message: expect.stringMatching(/no such directory/) as string,
      hint: expect.stringMatching(/mkdir -p .*not\/mounted/) as string,
    });
    await mkdir(away, { recursive: true });
    await over({ RSYNC_PATH: away }).prepare(never());
  });

  it('is never made anew where backups are recorded', async () => {
    await mkdir(path);
    const used = new RsyncStore({ ...config(path, LOCAL), inUse: true });
    await expect(used.prepare(never())).rejects.toThrow(/Could not find the backups that .* holds/);
    expect(await readdir(path)).toEqual([]);
    await expect(backup()).rejects.toThrow(/No such file/);
    expect(await readdir(path)).toEqual([]);
    await store.prepare(never());
    await used.prepare(never());
  });

  it('fails a backup on a full file system, and can still be read', async () => {
    store = over();
    await mkdir(path);
    await run(['mount', '-t', 'tmpfs', '-o', 'size=16m', 'onevault-test', path]);
    try {
      await store.prepare(never());
      const { source } = await backup();
      await writeFile(join(directory, 'disk.1.0'), randomBytes(20 * 2 ** 20));
      await expect(backup('00000000000000b2')).rejects.toThrow(/no space is left/);
      expect(await store.find('00000000000000b2')).toEqual([]);
      const bytes = await buffer(store.read(source, join(directory, 'disk.0.0')));
      expect(bytes.equals(await readFile(join(directory, 'disk.0.0')))).toBe(true);
      expect((await store.capacity()).totalMb).toBe(16);
    } finally {
      await run(['umount', path]);
    }
  });

  it('says that rsync is missing', async () => {
    const here = new RsyncStore(config(path, LOCAL));
    await here.prepare(never());
    const bin = process.env['PATH'];
    await mkdir(join(root, 'bin'));
    for (const name of ['setpriv', 'ls', 'mkdir', 'find', 'rm']) {
      await run(['ln', '-s', `/usr/bin/${name}`, join(root, 'bin', name)]);
    }
    process.env['PATH'] = join(root, 'bin');
    try {
      const failed = here.backup({ directory, vmId: 7, operationId: OPERATION, signal: never() });
      await expect(failed).rejects.toMatchObject({ message: /not installed/, hint: /apt-get install rsync/ });
    } finally {
      process.env['PATH'] = bin;
    }
  });
});

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Files that are made as they are read, where a backup finds them. */
async function shown(files: Record<string, VirtualFile>): Promise<FuseMount> {
  const point = join(root, 'virtual');
  await mkdir(point, { recursive: true });
  const mount = await mountDirectory(point, virtual.directory(files));
  mounts.push(mount);
  return mount;
}

/** Names of the programs that this process has started and that still run. */
function ours(): string[] {
  return childrenOf(process.pid).map(nameOf);
}

function killOurs(name: string): void {
  const found = childrenOf(process.pid).filter((pid) => pid > 1 && nameOf(pid) === name);
  expect(found).not.toEqual([]);
  for (const pid of found) process.kill(pid, 'SIGKILL');
}

async function until(probe: () => boolean): Promise<void> {
  for (const end = Date.now() + 120_000; !probe(); await delay(20)) {
    if (Date.now() > end) throw new Error('It never happened.');
  }
}
