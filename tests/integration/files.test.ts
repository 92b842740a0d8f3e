// Files out of backups, from the command line to the file systems: the whole daemon on the fake host, with backups in restic, read by the
// machine that does it in earnest.
import { createHash, randomBytes } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildAppliance } from '../../src/appliance/build.ts';
import { run, start, type RunResult } from '../../src/exec/exec.ts';
import { oneimage as family } from '../../src/cli/oneimage.ts';
import { reasonOf } from '../../src/model/errors.ts';
import type { FileEntry } from '../../src/model/file-names.ts';
import { fakeIo } from '../golden/fake-io.ts';
import { processesWhere } from '../faults/processes.ts';
import { ext4, fetchFileSystemTools, vfat, xfs } from '../guest/file-systems.ts';
import { gpt, lvm, mbr, place } from '../guest/partitions.ts';
import { cheapRepository } from '../guest/repository.ts';
import { FakeCloud } from '../unit/fake-cloud.ts';
import { RESTIC_PASSWORD } from './cloud.ts';

const BIN = join(import.meta.dirname, '../../bin/oneimage');
/** As the guest has it: an escape sequence, a byte that is no UTF-8, a backslash. */
const STRANGE = Buffer.from('a\u001b[31m\n\xff\\', 'latin1');

let cloud: FakeCloud;
let directory: string;
/** What the file systems are made of: `plain` for all, `full` with what only Linux's can keep. */
let [plain, full] = ['', ''];
let image: number;

beforeAll(async () => {
  await Promise.all([buildAppliance(), fetchFileSystemTools()]);
  directory = await mkdtemp(join(tmpdir(), 'onevault-files-'));
  await makeTrees();
  cloud = await FakeCloud.open();
  await cloud.host();
  const password = RESTIC_PASSWORD.replaceAll('"', '\\"');
  const text = `NAME="backups"\nTYPE="BACKUP_DS"\nDS_MAD="restic"\nRESTIC_BACKEND="LOCAL"\nRESTIC_PASSWORD="${password}"`;
  const backups = await cloud.id('one.datastore.allocate', text, -1);
  await cheapRepository(`${cloud.directory}/datastores/${backups}`, RESTIC_PASSWORD);
  const ids: number[] = [];
  for (const path of await makeDisks()) {
    ids.push(await cloud.image(`NAME="disk-${ids.length}"\nPATH="${path}"\nFORMAT="qcow2"\nPERSISTENT="YES"`));
  }
  const on = ids.map((id) => `DISK=[ IMAGE_ID="${id}" ]`).join('\n');
  const vmId = await cloud.id(
    'one.vm.allocate',
    `CPU="1"\nMEMORY="64"\n${on}\nBACKUP_CONFIG=[ MODE="INCREMENT" ]`,
    false,
  );
  await cloud.vmIs(vmId, 3, 3);
  const backup = async (): Promise<number> => {
    await cloud.call('one.vm.backup', vmId, backups, false);
    const { result, recorded } = await cloud.follow('vm', vmId);
    expect(result).toBe('done');
    return recorded?.imageId ?? -1;
  };
  await backup();
  await changedInUse(join(directory, 'bare'), join(directory, 'later.raw'));
  const { source } = await cloud.store.images.get(ids[2] ?? -1);
  await run(['qemu-img', 'convert', '-n', '-O', 'qcow2', join(directory, 'later.raw'), source]);
  image = await backup();
});
afterAll(async () => {
  await cloud.close();
  const left = (): number[] => processesWhere((command) => command.includes(cloud.directory));
  await cloud.until('its programs have ended', () => Promise.resolve(left().length === 0));
  await rm(directory, { recursive: true, force: true });
});

/** A copy of a file system while it is in use, with a new file that only its journal knows. */
async function changedInUse(image: string, target: string): Promise<void> {
  const mounted = join(directory, 'mounted');
  await mkdir(mounted);
  try {
    await run(['mount', '-o', 'loop', image, mounted]);
  } catch (error) {
    console.log(`The journal of a file system in use is not tried: ${reasonOf(error)}`);
    await writeFile(join(full, 'later'), '');
    return ext4(full, target, 24, 'bare');
  }
  try {
    await writeFile(join(mounted, 'later'), 'written after the first backup\n');
    await run(['sync', join(mounted, 'later')]);
    await run(['cp', '--sparse=always', '--', image, target]);
  } finally {
    await run(['umount', mounted]);
  }
}

async function makeTrees(): Promise<void> {
  [plain, full] = [join(directory, 'plain'), join(directory, 'full')];
  for (const tree of [plain, full]) {
    await mkdir(join(tree, 'etc/deep/deeper'), { recursive: true });
    await writeFile(join(tree, 'etc/passwd'), 'the guest\n');
    await writeFile(join(tree, 'etc/empty'), '');
    await writeFile(join(tree, 'etc/deep/deeper/noise'), randomBytes(3_000_001));
  }
  await chmod(join(full, 'etc/passwd'), 0o640);
  await writeFile(Buffer.concat([Buffer.from(`${full}/etc/`), STRANGE]), 'strange\n');
  await symlink('/etc/passwd', join(full, 'absolute'));
  await symlink('../../../../../../etc/passwd', join(full, 'etc/upwards'));
  await symlink('/', join(full, 'everything'));
}

/** GPT with ext4, vfat and xfs; MBR with a volume of LVM; a file system alone. */
async function makeDisks(): Promise<string[]> {
  const at = (name: string): string => join(directory, name);
  await ext4(full, at('ext4'), 16, 'my root');
  await vfat(plain, at('vfat'), 16, 'BOOT');
  await xfs(plain, at('xfs'), 32, 'data');
  await ext4(full, at('lv'), 16, 'lv');
  await lvm(at('pv'), 18, at('lv'), 16);
  await ext4(full, at('bare'), 24, 'bare');
  const parts = [
    { file: at('ext4'), startMb: 1, sizeMb: 16 },
    { file: at('vfat'), startMb: 17, sizeMb: 16 },
    { file: at('xfs'), startMb: 33, sizeMb: 32 },
  ];
  await place(at('gpt'), 66, parts);
  await gpt(at('gpt'), 66, parts);
  const volume = [{ file: at('pv'), startMb: 1, sizeMb: 18 }];
  await place(at('mbr'), 20, volume);
  await mbr(at('mbr'), volume, 0x8e);
  const disks = [at('gpt'), at('mbr'), at('bare')];
  for (const disk of disks) await run(['qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', disk, `${disk}.qcow2`]);
  return disks.map((disk) => `${disk}.qcow2`);
}

const environment = (): Record<string, string> => ({
  ONE_XMLRPC: cloud.endpoint,
  ONE_AUTH: `${cloud.directory}/.one/one_auth`,
});

/** The command; only what writes bytes to stdout needs a process. */
async function oneimage(...args: string[]): Promise<RunResult> {
  if (args[0] === 'cat') return run([BIN, ...args], { env: environment(), okCodes: [255] });
  const io = Object.assign(fakeIo(cloud.endpoint), { env: environment() });
  const code = await family(io).main(args);
  return { code, stdout: io.out, stderr: io.err };
}

async function list(path: string, ...more: string[]): Promise<FileEntry[]> {
  const { code, stdout, stderr } = await oneimage('ls', `${image}`, path, '--json', ...more);
  expect([code, stderr]).toEqual([0, '']);
  return stdout.trim().split('\n').map((line) => JSON.parse(line) as FileEntry); // prettier-ignore
}

/** What is in a tree: names as text, modes, contents, where links lead. */
async function contents(tree: string, links: boolean, modes = true): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(tree, { encoding: 'buffer', recursive: false })) {
    const path = Buffer.concat([Buffer.from(`${tree}/`), name]);
    const stat = await lstat(path);
    const mode = modes ? (stat.mode & 0o777).toString(8) : '';
    const head = `${name.toString('latin1')} ${mode} `;
    if (stat.isSymbolicLink()) found.push(...(links ? [`${head}-> ${await readlink(path)}`] : []));
    else if (stat.isDirectory()) {
      const inside = await contents(path.toString(), links, modes);
      if (name.toString() !== 'lost+found') found.push(...inside.map((line) => `${head}/ ${line}`));
    } else found.push(head + createHash('sha256').update(await readFile(path)).digest('hex')); // prettier-ignore
  }
  return found.sort();
}

it('shows disks, partitions and logical volumes, what they hold and their labels', async () => {
  const { stdout, stderr } = await oneimage('ls', `${image}`);
  expect(stderr).toBe('');
  expect(stdout.split('\n')).toEqual([
    expect.stringMatching(/^vr-xr-xr-x {6}16M - {14}disk.0\/p1 ext4 my root$/),
    expect.stringMatching(/ 16M .*disk.0\/p2 vfat BOOT$/),
    expect.stringMatching(/ 32M .*disk.0\/p3 xfs data$/),
    expect.stringMatching(/ 18M .*disk.1\/p1 lvm$/),
    expect.stringMatching(/ 24M .*disk.2\/whole ext4 bare$/),
    expect.stringMatching(/ 16M .*lvm\/vg0-root--fs ext4 lv$/),
    '',
  ]);
  expect((await list('/disk.0')).map(({ name }) => name)).toEqual(['p1', 'p2', 'p3']);
});

it('lists a directory: type, mode, size and time, names that cannot be shown with escapes', async () => {
  const entries = await list('/disk.0/p1/etc');
  const { mtimeMs } = await lstat(join(full, 'etc/passwd'));
  const passwd = { name: 'passwd', type: 'file', mode: 0o640, size: 10, mtime: Math.floor(mtimeMs / 1000) };
  expect(entries).toContainEqual(passwd);
  expect(entries.map(({ name }) => name).sort()).toEqual(
    ['a\\x1b[31m\\x0a\\xff\\x5c', 'deep', 'empty', 'passwd', 'upwards'].sort(),
  );
  expect(await list('/disk.0/p1/etc/passwd')).toEqual([passwd]);
  expect((await oneimage('cat', `${image}`, '/disk.0/p1/etc/a\\x1b[31m\\x0a\\xff\\x5c')).stdout).toBe('strange\n');
});

it.each([
  ['ext4', '/disk.0/p1', true],
  ['vfat', '/disk.0/p2', false],
  ['xfs', '/disk.0/p3', true],
  ['ext4 in a logical volume', '/lvm/vg0-root--fs', true],
])('extracts all of %s as it was', async (name, path, modes) => {
  const target = join(directory, `out of ${name}`);
  const original = path === '/disk.0/p1' || path.startsWith('/lvm') ? full : plain;
  const { code, stderr } = await oneimage('extract', `${image}`, path, target, '--links');
  expect([code, stderr]).toEqual([0, '']);
  const expected = (await contents(original, true, modes)).filter((line) => !line.startsWith('later'));
  expect(await contents(target, true, modes)).toEqual(expected);
});

it('reads each point of the chain', async () => {
  const at = async (...which: string[]): Promise<string[]> =>
    (await list('/disk.2/whole', ...which)).map(({ name }) => name);
  expect(await at()).toContain('later');
  expect(await at('--increment', '0', '--disk-id', '2')).not.toContain('later');
});

it('a link of the guest leads where it does in the guest, and is left out of what is extracted', async () => {
  for (const path of ['absolute', 'etc/upwards', 'everything/etc/passwd', 'everything/everything/absolute']) {
    const target = join(directory, path.replaceAll('/', '-'));
    await oneimage('extract', `${image}`, `/disk.0/p1/${path}`, target);
    expect(await readFile(target, 'utf8')).toBe('the guest\n');
  }
  const target = join(directory, 'without links');
  await mkdir(target);
  const { stderr } = await oneimage('extract', `${image}`, '/disk.0/p1', join(target, 'all'));
  expect(stderr).toContain('/disk.0/p1/absolute was left out: it is a link.');
  expect(await contents(join(target, 'all'), true)).toEqual(
    (await contents(full, false)).filter((line) => !line.startsWith('later')),
  );
  await oneimage('extract', `${image}`, '/disk.0/p1/absolute', target);
  expect(await readFile(join(target, 'absolute'), 'utf8')).toBe('the guest\n');
  const again = await oneimage('extract', `${image}`, '/disk.0/p1/absolute', target);
  expect([again.code, again.stderr]).toEqual([
    255,
    expect.stringContaining('is there already; nothing is written over'),
  ]);
});

it.each([
  ['/disk.0/p1/nowhere', /Could not read "\/disk.0\/p1\/nowhere" in image \d+: No such file or directory\./],
  ['/disk.0/p1/etc', /it is no file/],
  ['/disk.0/p9/x', /There is no "\/disk.0\/p9\/x" in image/],
  ['/disk.1/p1/x', /\/disk.1\/p1 holds lvm\. What can be read is/],
  ['/disk.0/p1/../x', /".." is not followed/],
])('says why %s cannot be read', async (path, why) => {
  const { code, stderr } = await oneimage(path.endsWith('etc') ? 'cat' : 'ls', `${image}`, path);
  expect([code, stderr]).toEqual([255, expect.stringMatching(why)]);
});

it('tells others nothing, not even whether there is an image', async () => {
  const session = await cloud.user('somebody');
  const ask = async (id: number): Promise<[number, string]> => {
    const headers = { authorization: `Basic ${Buffer.from(session).toString('base64')}` };
    const reply = await fetch(new URL(`/api/image/${id}/files`, cloud.endpoint), { headers });
    return [reply.status, (await reply.text()).replaceAll(String(id), 'id')];
  };
  expect(await ask(image)).toEqual([403, expect.stringContaining('Not authorized')]);
  expect(await ask(image)).toEqual(await ask(999));
});

it('the machine is nobody, without network and rights, and a client that goes away ends it', async () => {
  const isHere = (pid: string): boolean => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`).startsWith(cloud.directory);
    } catch {
      return false; // it has just ended
    }
  };
  const machines = (): number[] =>
    processesWhere((command, pid) => command.includes('qemu-system') && command.includes('name=files') && isHere(pid));
  const before = machines();
  expect(before.length).toBeGreaterThan(0);
  for (const pid of before) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    expect(status).toMatch(/^Uid:\s+607\d\d\s+607\d\d/m);
    expect(status).toMatch(/^CapEff:\s+0+$/m);
    expect(status).toMatch(/^CapBnd:\s+0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(status).toMatch(/^Seccomp:\s+2$/m);
    expect((await readFile(`/proc/${pid}/net/dev`, 'utf8')).match(/^ *\w+:/gm)).toEqual([
      expect.stringContaining('lo:'),
    ]);
  }
  const client = start([BIN, 'cat', `${image}`, '/disk.0/p1/etc/deep/deeper/noise'], { env: environment() });
  await new Promise((resolve) => client.stdout.once('data', resolve)); // and reads no more
  client.kill('SIGKILL');
  await cloud.until('its machine has ended', async () => machines().length < before.length);
});
