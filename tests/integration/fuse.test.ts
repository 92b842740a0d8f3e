// Real mounts on /dev/fuse, read by other programs: what the kernel shows of a virtual directory, and every way in which a
// source, a reader or the server itself can fail.
import { access, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run, start, type Running } from '../../src/exec/exec.ts';
import { clearMount, mountDirectory, type FuseMount, type VirtualFile } from '../../src/fuse/mount.ts';
import { reasonOf } from '../../src/model/errors.ts';
import { content, directory, patternFile, sha256 } from '../fuse/virtual-file.ts';

const SERVE = join(import.meta.dirname, '../fuse/serve.ts');
const HOLD = join(import.meta.dirname, '../fuse/hold.ts');
const MIB = 1024 * 1024;
const TIB = 2 ** 40;

const usable = await access('/dev/fuse', constants.R_OK | constants.W_OK).then(
  () => process.getuid?.() === 0,
  () => false,
);
if (!usable) console.log('skipped: virtual directories need /dev/fuse and root');

let room = '';
let point = '';
const mounts: FuseMount[] = [];
const programs: Running[] = [];

async function mount(...args: Parameters<typeof mountDirectory>): Promise<FuseMount> {
  const mounted = await mountDirectory(...args);
  mounts.push(mounted);
  return mounted;
}

function program(argv: string[], stdin: 'pipe' | 'ignore' = 'ignore'): Running {
  const running = start(argv, { stdin });
  programs.push(running);
  return running;
}

/** The next line a program prints. */
async function line(running: Running): Promise<string> {
  for await (const chunk of running.stdout.iterator({ destroyOnReturn: false })) return String(chunk).trim();
  return '';
}

async function failure(argv: string[]): Promise<string> {
  return run(argv, { timeoutMs: 20_000 }).then(
    () => 'no failure',
    (error: unknown) => reasonOf(error),
  );
}

async function hashOf(path: string): Promise<string> {
  return (await run(['sha256sum', path])).stdout.slice(0, 64);
}

async function bytesAt(path: string, offset: number, length: number): Promise<Buffer> {
  const out = join(room, 'part');
  const position = [`skip=${offset}`, `count=${length}`, 'iflag=skip_bytes,count_bytes', 'status=none'];
  await run(['dd', `if=${path}`, `of=${out}`, 'bs=64K', ...position]);
  return readFile(out);
}

async function visible(): Promise<boolean> {
  return (await readFile('/proc/self/mountinfo', 'utf8')).includes(` ${point} `);
}

/** A source whose reads wait until it is let go. */
function gate(seed: number, size: number): { file: VirtualFile; open: () => void; reads: () => number } {
  let reads = 0;
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const read = async (offset: number, length: number): Promise<Uint8Array[]> => {
    reads++;
    await opened;
    return [content(seed, offset, length)];
  };
  return { file: patternFile(seed, size, { read }), open, reads: () => reads };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'onevault-fuse-'));
  point = join(room, 'point');
  await mkdir(point);
});

afterEach(async () => {
  for (const running of programs.splice(0)) running.kill('SIGKILL');
  for (const mounted of mounts.splice(0)) await mounted.unmount();
  await clearMount(point);
  await rm(room, { recursive: true, force: true });
});

describe.runIf(usable)('what a reader sees', () => {
  it('many files in many directories, with their sizes, modes and times', async () => {
    const real = join(room, 'real');
    const top = await manyFiles(real, 20, 50);
    await mount(point, top);
    await run(['diff', '-r', real, point]);
    const { stdout } = await run(['stat', '-c', '%s %a %Y %F', join(point, 'd3', 'f7'), join(point, 'd3')]);
    expect(stdout).toBe('2107 444 1700000000 regular file\n0 555 1600000000 directory\n');
  });

  it('a file of 8 TiB at its far end', async () => {
    const size = 8 * TIB - 5;
    await mount(point, directory({ huge: patternFile(9, size) }));
    for (const offset of [0, 4 * 2 ** 30 - 7, 5 * TIB + 12_345, size - 100_000]) {
      expect(sha256(await bytesAt(join(point, 'huge'), offset, 100_000))).toBe(sha256(content(9, offset, 100_000)));
    }
  });

  it('the end of a file, and nothing after it', async () => {
    await mount(point, directory({ short: patternFile(1, 5000), empty: patternFile(1, 0) }));
    expect(await bytesAt(join(point, 'short'), 4990, 100)).toEqual(content(1, 4990, 10));
    expect(await bytesAt(join(point, 'short'), 5000, 100)).toHaveLength(0);
    expect(await bytesAt(join(point, 'short'), 9_000_000, 100)).toHaveLength(0);
    expect(await bytesAt(join(point, 'empty'), 0, 100)).toHaveLength(0);
  });

  it('100,000 entries in one directory', async () => {
    const names = Array.from({ length: 100_000 }, (_, index) => `entry-${index}`);
    await mount(point, directory(Object.fromEntries(names.map((name, index) => [name, patternFile(1, index)]))));
    const listed = (await run(['ls', '-f', point])).stdout.trim().split('\n');
    expect(new Set(listed)).toEqual(new Set([...names, '.', '..']));
    expect(listed).toHaveLength(100_002);
    const { stdout } = await run(['find', point, '-type', 'f', '-size', '-2', '-printf', '%s\n']);
    expect(stdout.trim().split('\n')).toHaveLength(513);
    expect(await hashOf(join(point, 'entry-99999'))).toBe(sha256(content(1, 0, 99_999)));
    expect(await failure(['cat', join(point, 'entry-100000')])).toMatch(/No such file/);
  });

  it('the same content with many readers at once', async () => {
    const size = 24 * MIB + 321;
    await mount(point, directory({ a: patternFile(1, size), b: patternFile(2, size) }), { maxReads: 4 });
    const names = ['a', 'b', 'a', 'b', 'a', 'b'];
    const hashes = await Promise.all(names.map((name) => hashOf(join(point, name))));
    const [a, b] = [sha256(content(1, 0, size)), sha256(content(2, 0, size))];
    expect(hashes).toEqual([a, b, a, b, a, b]);
  });

  it('a name and a mount point with spaces and accents', async () => {
    const odd = join(room, 'my é\tpoint');
    await mkdir(odd);
    const mounted = await mount(odd, directory({ 'dïsk 0': patternFile(1, 100) }));
    expect(await hashOf(join(odd, 'dïsk 0'))).toBe(sha256(content(1, 0, 100)));
    await mounted.unmount();
    expect(await clearMount(odd)).toBe(false);
  });

  it('a file system that cannot be written', async () => {
    await mount(point, directory({ file: patternFile(1, 100), sub: directory({}) }));
    const file = join(point, 'file');
    const attempts = [
      ['dd', 'if=/dev/zero', `of=${file}`, 'count=1', 'conv=notrunc'],
      ['touch', join(point, 'new')],
      ['mkdir', join(point, 'new')],
      ['ln', '-s', 'x', join(point, 'new')],
      ['rm', '-f', file],
      ['rmdir', join(point, 'sub')],
      ['mv', file, join(point, 'new')],
      ['chmod', '777', file],
      ['truncate', '-s', '0', file],
    ];
    for (const argv of attempts) expect(await failure(argv), argv.join(' ')).toMatch(/Read-only file system/);
  });
});

describe.runIf(usable)('memory', () => {
  it('no more reads under way than allowed, and each released once', async () => {
    let [running, most, reads, released] = [0, 0, 0, 0];
    const read = async (offset: number, length: number): Promise<Uint8Array[]> => {
      reads++;
      most = Math.max(most, ++running);
      expect(length).toBeLessThanOrEqual(MIB);
      await sleep(1);
      running--;
      return [content(3, offset, length)];
    };
    const size = 16 * MIB;
    const file = patternFile(3, size, { read, release: () => released++ });
    await mount(point, directory({ file }), { maxReads: 2 });
    expect(await hashOf(join(point, 'file'))).toBe(sha256(content(3, 0, size)));
    expect(most).toBe(2);
    expect(released).toBe(reads);
  });
});

describe.runIf(usable)('a source that fails', () => {
  it('is an input/output error of that file alone, and is reported', async () => {
    const broken: string[] = [];
    const read = (): Promise<Uint8Array[]> => Promise.reject(new Error('the disk is gone'));
    const short = (offset: number, length: number): Promise<Uint8Array[]> =>
      Promise.resolve([content(1, offset, length - 1)]);
    const sub = directory({ bad: patternFile(1, 8000, { read }), short: patternFile(1, 8000, { read: short }) });
    const onReadError = (path: string, error: unknown): void => void broken.push(`${path}: ${reasonOf(error)}`);
    await mount(point, directory({ sub, good: patternFile(1, 8000) }), { onReadError });
    expect(await failure(['cat', join(point, 'sub', 'bad')])).toMatch(/Input\/output error/);
    expect(await failure(['cat', join(point, 'sub', 'short')])).toMatch(/Input\/output error/);
    expect(await hashOf(join(point, 'good'))).toBe(sha256(content(1, 0, 8000)));
    expect(broken).toContain('/sub/bad: the disk is gone');
    expect(broken.some((text) => /short: the source gave 7999 bytes at 0 where 8000/.test(text))).toBe(true);
  });

  it('that throws at once is no different', async () => {
    const read = (): Promise<Uint8Array[]> => {
      throw new Error('not even a promise');
    };
    await mount(point, directory({ bad: patternFile(1, 8000, { read }), good: patternFile(1, 10) }));
    expect(await failure(['cat', join(point, 'bad')])).toMatch(/Input\/output error/);
    expect(await hashOf(join(point, 'good'))).toBe(sha256(content(1, 0, 10)));
  });

  it('by never answering does not keep the mount', async () => {
    const stuck = gate(1, 64 * MIB);
    const mounted = await mount(point, directory({ stuck: stuck.file, good: patternFile(2, MIB) }));
    const reader = program(['cat', join(point, 'stuck')]);
    await until(() => stuck.reads() > 0);
    expect(await hashOf(join(point, 'good'))).toBe(sha256(content(2, 0, MIB)));
    await mounted.unmount();
    expect((await reader.exit).stderr).toMatch(/connected|abort|Input\/output/i);
    expect(await visible()).toBe(false);
    stuck.open(); // a late answer does no harm
    await sleep(20);
  });
});

describe.runIf(usable)('a reader that fails', () => {
  it('by being killed in mid-read leaves the others alone', async () => {
    const slow = gate(1, 64 * MIB);
    await mount(point, directory({ slow: slow.file, good: patternFile(2, MIB) }));
    const reader = program(['cat', join(point, 'slow')]);
    await until(() => slow.reads() > 0);
    reader.kill('SIGKILL');
    expect((await reader.exit).signal).toBe('SIGKILL');
    expect(await hashOf(join(point, 'good'))).toBe(sha256(content(2, 0, MIB)));
    slow.open();
    expect(await hashOf(join(point, 'slow'))).toBe(sha256(content(1, 0, 64 * MIB)));
  });
});

describe.runIf(usable)('letting go', () => {
  const big = (): VirtualFile => patternFile(1, MIB);

  it('while a reader holds a file open: it gets an error, the mount goes', async () => {
    const mounted = await mount(point, directory({ big: big() }));
    const holder = program([process.execPath, HOLD, join(point, 'big')], 'pipe');
    expect(await line(holder)).toBe('open');
    await mounted.unmount();
    await mounted.unmount();
    await mounted.closed;
    expect(await visible()).toBe(false);
    holder.stdin?.end();
    expect(await line(holder)).toMatch(/ENOTCONN|ECONNABORTED|EIO/);
  });

  it('after somebody else unmounted it', async () => {
    const mounted = await mount(point, directory({ big: big() }));
    await run(['umount', point]);
    await mounted.closed;
    await mounted.unmount();
    await mount(point, directory({ other: big() }));
    await mounted.unmount();
    expect((await run(['ls', point])).stdout).toBe('other\n');
  });

  it('after somebody else detached it under a reader', async () => {
    const mounted = await mount(point, directory({ big: big() }));
    const holder = program([process.execPath, HOLD, join(point, 'big')], 'pipe');
    expect(await line(holder)).toBe('open');
    await run(['umount', '-l', point]);
    await mounted.unmount();
    holder.stdin?.end();
    expect(await line(holder)).toMatch(/ENOTCONN|ECONNABORTED|EIO/);
  });

  it('again and again', async () => {
    for (let round = 0; round < 10; round++) {
      const mounted = await mountDirectory(point, directory({ big: big() }));
      expect((await run(['ls', point])).stdout).toBe('big\n');
      await mounted.unmount();
    }
  });
});

describe.runIf(usable)('a server that dies', () => {
  it('gives its readers an error, and its mount can be cleared and used again', async () => {
    const server = program([process.execPath, SERVE, point]);
    expect(await line(server)).toBe('mounted');
    expect(await hashOf(join(point, 'good'))).toBe(sha256(content(1, 0, 1_000_000)));
    const reader = program(['cat', join(point, 'stuck')]);
    await sleep(100);
    server.kill('SIGKILL');
    expect((await reader.exit).stderr).toMatch(/not connected|abort|Input\/output/i);
    expect(await failure(['ls', point])).toMatch(/not connected/);
    await expect(mountDirectory(point, directory({}))).rejects.toThrow(/already mounted/);
    expect(await clearMount(point)).toBe(true);
    expect(await clearMount(point)).toBe(false);
    await mount(point, directory({ again: patternFile(1, 1) }));
    expect((await run(['ls', point])).stdout).toBe('again\n');
  });

  it('is cleared while it lives', async () => {
    const server = program([process.execPath, SERVE, point]);
    expect(await line(server)).toBe('mounted');
    expect(await clearMount(point)).toBe(true);
    expect((await server.exit).code).toBe(0);
  });

  it.each([
    ['exit', 3],
    ['throw', 1],
  ])('by %s takes its mount along', async (how, code) => {
    const server = program([process.execPath, SERVE, point, how]);
    expect((await server.exit).code).toBe(code);
    expect(await visible()).toBe(false);
  });
});

describe.runIf(usable)('a mount that is refused', () => {
  it('on a path that has one', async () => {
    await mount(point, directory({}));
    await expect(mountDirectory(point, directory({}))).rejects.toMatchObject({
      message: `Cannot mount on ${point}: onevault (fuse) is already mounted there.`,
      hint: expect.stringMatching(/umount/),
    });
  });

  it('twice at the same time', async () => {
    const both = await Promise.allSettled([mount(point, directory({})), mount(point, directory({}))]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('on what is no directory', async () => {
    await writeFile(join(room, 'file'), '');
    for (const name of ['file', 'nothing', 'no/where', 'file/below']) {
      await expect(mountDirectory(join(room, name), directory({}))).rejects.toThrow(/not an existing directory/);
    }
  });

  it('when every file thread would wait for a mount', async () => {
    const points = ['a', 'b', 'c', 'd'].map((name) => join(room, name));
    for (const path of points) await mkdir(path);
    process.env['UV_THREADPOOL_SIZE'] = '3';
    try {
      for (const path of points.slice(0, 2)) await mount(path, directory({}));
      await expect(mountDirectory(points[2] ?? '', directory({}))).rejects.toMatchObject({
        hint: expect.stringMatching(/UV_THREADPOOL_SIZE/),
      });
    } finally {
      delete process.env['UV_THREADPOOL_SIZE'];
    }
  });

  it('without the device, with what to do about it', async () => {
    await chmod(room, 0o755);
    // may read everything, as the clone may lie in a closed directory, but write nothing of others
    const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];
    const reads = ['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'];
    const begin = [...closedDevice(join(room, 'closed')), 'setpriv', ...nobody, ...reads];
    const server = program([...begin, process.execPath, SERVE, point]);
    expect((await server.exit).stderr).toMatch(/Cannot open \/dev\/fuse.*Run this as root/s);
    expect(await visible()).toBe(false);
  });

  it('without the right to mount, with what to do about it', async () => {
    const server = program(['setpriv', '--bounding-set=-sys_admin', process.execPath, SERVE, point]);
    expect((await server.exit).stderr).toMatch(/Cannot mount a virtual directory.*needs root/s);
    expect(await visible()).toBe(false);
  });

  it('to be cleared when it is not ours', async () => {
    await run(['mount', '-t', 'tmpfs', 'tmpfs', point]);
    await expect(clearMount(point)).rejects.toThrow(/tmpfs \(tmpfs\) is not from OneVault/);
    await run(['umount', point]);
    expect(await clearMount(join(room, 'no', 'where'))).toBe(false);
  });
});

/** Begins a program for which the device is `file`, made here, which root alone may open, whoever may open the machine's. */
function closedDevice(file: string): string[] {
  const script = 'touch "$1" && chmod 600 "$1" && mount --bind "$1" /dev/fuse && shift && exec "$@"';
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', file];
}

async function manyFiles(real: string, directories: number, files: number): Promise<ReturnType<typeof directory>> {
  const tops: Record<string, ReturnType<typeof directory>> = {};
  for (let d = 0; d < directories; d++) {
    await mkdir(join(real, `d${d}`), { recursive: true });
    const entries: Record<string, VirtualFile> = {};
    for (let f = 0; f < files; f++) {
      const size = (d * 700 + f) % 5000;
      entries[`f${f}`] = patternFile(f, size);
      await writeFile(join(real, `d${d}`, `f${f}`), content(f, 0, size));
    }
    tops[`d${d}`] = directory(entries);
  }
  return directory(tops);
}
