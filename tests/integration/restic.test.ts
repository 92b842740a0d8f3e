// The restic driver with the real restic: the common suite, and the faults that a repository meets in its life.
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, rmdir, stat, truncate, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backupStoreContract, type BackupStoreMaker } from '../../src/datastore/contract.ts';
import { slicesContract } from '../../src/datastore/slices-contract.ts';
import { readResticConfig } from '../../src/datastore/restic/config.ts';
import { ResticStore } from '../../src/datastore/restic/index.ts';
import { removeStaleLocks } from '../../src/datastore/restic/unlock.ts';
import { run, start, type Running } from '../../src/exec/exec.ts';
import type { BackupStoreConfig } from '../../src/model/backup-store-config.ts';
import { childrenOf, processesWhere } from '../faults/processes.ts';
import { cheapRepository } from '../guest/repository.ts';
import { planted } from '../planted/secret.ts';

const QUICK = { tries: 2, delayMs: 200 };
/** For what comes true, however long another takes. */
const PATIENT = { tries: 300, delayMs: 200 };
const OPERATION = '00000000000000b1';
const never = (): AbortSignal => new AbortController().signal;

const config = (basePath: string, attributes: Record<string, string> = {}): BackupStoreConfig => ({
  driver: 'restic',
  datastoreId: 100,
  basePath,
  attributes: { RESTIC_PASSWORD: planted('it\'s "quoted" $HOME ü'), ...attributes },
});

const maker: BackupStoreMaker = {
  config,
  withWrongPassword: (right) => ({ ...right, attributes: { RESTIC_PASSWORD: 'wrong' } }),
  open: (given) => new ResticStore(given, QUICK),
  lay: ({ basePath, attributes }) => cheapRepository(basePath, attributes['RESTIC_PASSWORD'] ?? ''),
};
backupStoreContract('restic', maker);
slicesContract('restic', maker);

describe('restic in trouble', () => {
  let root: string;
  let directory: string;
  let repository: string;
  let store: ResticStore;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'onevault-restic-'));
    directory = join(root, 'backup');
    repository = join(root, 'store');
    await mkdir(directory);
    await writeFile(join(directory, 'disk.0.0'), randomBytes(2_000_000));
    await cheapRepository(repository, config('').attributes['RESTIC_PASSWORD'] ?? '');
    store = new ResticStore(config(repository), QUICK);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const backup = (operationId = OPERATION, signal = never()) =>
    store.backup({ directory, vmId: 7, operationId, signal });

  const restic = (args: string[]) =>
    start(['restic', '-r', repository, '--no-cache', ...args], { env: config('').attributes, stdin: 'pipe' });

  /** Whole lock files; one that is being written has a longer name. */
  const locks = async (): Promise<string[]> =>
    (await readdir(join(repository, 'locks'))).filter((name) => name.length === 64);

  /** A restic that holds a lock until its stdin is closed. */
  async function lockHolder(): Promise<Running> {
    const holder = restic(['backup', '--stdin']);
    await until(async () => (await locks()).length > 0);
    return holder;
  }

  it('works with every attribute set', async () => {
    store = new ResticStore(
      config(repository, {
        RESTIC_BACKEND: 'local',
        RESTIC_COMPRESSION: 'max',
        RESTIC_CONNECTIONS: '3',
        RESTIC_BWLIMIT: '1000000',
        RESTIC_NICE: '5',
        RESTIC_IONICE: '7',
        RESTIC_MAXPROC: '1',
      }),
      QUICK,
    );
    await store.prepare(never());
    const { source } = await backup();
    const bytes = await buffer(store.read(source, join(directory, 'disk.0.0')));
    expect(bytes.equals(await readFile(join(directory, 'disk.0.0')))).toBe(true);
  });

  it('is confined as far as this machine can, and says what it cannot', async () => {
    const over = { RESTIC_CPU_QUOTA: '150%', RESTIC_MEMORY_MAX_MB: '2000', RESTIC_MAX_RIOPS: '100000' };
    store = new ResticStore({ ...config(repository, over), datastoreId: 4321 }, QUICK);
    await store.prepare(never());
    await writeFile(join(directory, 'disk.1.0'), '');
    await truncate(join(directory, 'disk.1.0'), 40 * 2 ** 30);
    const cancel = new AbortController();
    const running = backup(OPERATION, cancel.signal);
    running.catch(() => undefined);
    await until(async () => (await locks()).length > 0);
    const mine = childrenOf(process.pid);
    const [restic = -1] = processesWhere(
      (command, pid) => mine.includes(Number(pid)) && command.includes(`restic -r ${repository}`),
    );
    const groups = await readFile(`/proc/${restic}/cgroup`, 'utf8');
    cancel.abort();
    await expect(running).rejects.toMatchObject({ hint: /RESTIC_MEMORY_MAX_MB="2000"/ });
    await writeFile(join(directory, 'disk.1.0'), '');
    const { warnings = [] } = await backup('00000000000000b6');
    const kept = groups.split('onevault-backup-4321').length - 1;
    if (warnings.length === 0) expect(kept).toBeGreaterThan(0);
    for (const warning of warnings) expect(warning).toMatch(/cannot be (kept|confined)/);
    for (const tree of ['.', 'cpu', 'memory', 'blkio']) {
      await rmdir(join('/sys/fs/cgroup', tree, 'onevault-backup-4321')).catch(() => undefined); // there may be none
    }
  });

  it('fails and forgets the snapshot when a file could not be read (exit code 3)', async () => {
    // Reading the memory of a process at address 0 gives EIO; bound over a file, it is a disk that fails.
    const bad = join(directory, 'disk.1.0');
    await writeFile(bad, '');
    await run(['mount', '--bind', `/proc/${process.pid}/mem`, bad]);
    try {
      await store.prepare(never());
      await expect(backup()).rejects.toThrow(/could not be read: .*disk\.1\.0 \(EIO\)/);
      expect(await readdir(join(repository, 'snapshots'))).toEqual([]);
    } finally {
      await run(['umount', bad]);
    }
  });

  it('leaves nothing when restic is killed in the middle', async () => {
    await store.prepare(never());
    await writeFile(join(directory, 'disk.1.0'), '');
    await truncate(join(directory, 'disk.1.0'), 40 * 2 ** 30);
    const running = backup();
    running.catch(() => undefined);
    await until(async () => (await locks()).length > 0);
    const mine = childrenOf(process.pid);
    const [restic = -1] = processesWhere(
      (command, pid) => mine.includes(Number(pid)) && command.startsWith(`restic -r ${repository}`),
    );
    process.kill(restic, 'SIGKILL');
    await expect(running).rejects.toThrow(/restic was stopped/);
    expect(await store.find(OPERATION)).toEqual([]);
  });

  it('leaves neither a snapshot nor a lasting lock when it is cancelled in the middle', async () => {
    await store.prepare(never());
    const { source } = await backup('00000000000000b3');
    await writeFile(join(directory, 'disk.1.0'), '');
    await truncate(join(directory, 'disk.1.0'), 40 * 2 ** 30);
    const cancel = new AbortController();
    const running = backup(OPERATION, cancel.signal);
    running.catch(() => undefined);
    await until(async () => (await locks()).length > 0);
    cancel.abort();
    await expect(running).rejects.toThrow(/restic was stopped/);
    expect(await store.find(OPERATION)).toEqual([]);
    await store.remove([source]); // which needs the repository for itself
    expect(await locks()).toEqual([]);
  });

  it('removes the lock of a dead process and goes on', async () => {
    await store.prepare(never());
    const { source } = await backup();
    const holder = await lockHolder();
    holder.kill('SIGKILL');
    await holder.exit;
    expect(await locks()).toHaveLength(1);
    await store.remove([source]);
    expect(await store.find(OPERATION)).toEqual([]);
    expect(await locks()).toEqual([]);
  });

  it('removes locks of the dead beside others who do the same', { timeout: 120_000 }, async () => {
    await store.prepare(never());
    const holders = Array.from({ length: 6 }, () => restic(['backup', '--stdin']));
    await until(async () => (await locks()).length === holders.length);
    for (const holder of holders) holder.kill('SIGKILL');
    await Promise.all(holders.map(({ exit }) => exit));
    const removers = Array.from({ length: 4 }, () => removeStaleLocks(readResticConfig(config(repository))));
    await Promise.all(removers); // restic alone waits 43 seconds for a lock that another has removed
    expect(await locks()).toEqual([]);
  });

  it('waits for the lock of a living process, and gives up in the end', async () => {
    await store.prepare(never());
    const { source } = await backup();
    const holder = await lockHolder();
    await expect(store.remove([source])).rejects.toMatchObject({ message: /locked/, retry: true });
    const removing = new ResticStore(config(repository), PATIENT).remove([source]);
    await delay(200);
    holder.stdin?.end();
    await removing;
    expect(await store.find(OPERATION)).toEqual([]);
  });

  it('fails on a full file system, and can still read from it', async () => {
    await rm(repository, { recursive: true });
    await mkdir(repository);
    await run(['mount', '-t', 'tmpfs', '-o', 'size=16m', 'onevault-test', repository]);
    try {
      await cheapRepository(repository, config('').attributes['RESTIC_PASSWORD'] ?? '');
      await store.prepare(never());
      const { source } = await backup();
      await writeFile(join(directory, 'disk.1.0'), randomBytes(20 * 2 ** 20));
      await expect(backup('00000000000000b2')).rejects.toThrow(/no space is left/);
      expect(await store.find('00000000000000b2')).toEqual([]);
      await run(['dd', 'if=/dev/zero', `of=${join(repository, 'filler')}`, 'bs=4k'], { okCodes: [1] });
      const bytes = await buffer(store.read(source, join(directory, 'disk.0.0')));
      expect(bytes.equals(await readFile(join(directory, 'disk.0.0')))).toBe(true);
    } finally {
      await run(['umount', repository]);
    }
  });

  it('fails a read of damaged data instead of ending early', async () => {
    await store.prepare(never());
    const { source } = await backup();
    const packs = await readdir(join(repository, 'data'), { recursive: true, withFileTypes: true });
    for (const pack of packs.filter((entry) => entry.isFile())) {
      const path = join(pack.parentPath, pack.name);
      if ((await stat(path)).size < 100_000) continue;
      await chmod(path, 0o600);
      await writeFile(path, Buffer.alloc((await stat(path)).size));
    }
    await expect(buffer(store.read(source, join(directory, 'disk.0.0')))).rejects.toThrow(/Could not read/);
  });

  it('finds out which packs are damaged, in the part that is read', async () => {
    await store.prepare(never());
    await writeFile(join(directory, 'disk.1.0'), randomBytes(40_000_000));
    await backup();
    const entries = await readdir(join(repository, 'data'), { recursive: true, withFileTypes: true });
    const packs = await Promise.all(
      entries
        .filter((entry) => entry.isFile())
        .map(async ({ parentPath, name }) => {
          const path = join(parentPath, name);
          return { name, path, size: (await stat(path)).size };
        }),
    );
    // a large one holds data; what a small one of the tree lacks is missed in every part
    const { name, path } = packs.toSorted((a, b) => b.size - a.size)[0] ?? { name: '', path: '' };
    const bytes = await readFile(path);
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;
    await chmod(path, 0o600);
    await writeFile(path, bytes);
    const found: string[][] = [];
    for (const part of [1, 2, 3]) found.push((await store.check({ part, parts: 3, signal: never() })).problems);
    expect(found.filter((problems) => problems.length > 0)).toEqual([[expect.stringContaining(name.slice(0, 8))]]);
    expect(await locks()).toEqual([]);
  });

  it('does not check while another works, and says so', async () => {
    await store.prepare(never());
    await backup();
    const holder = await lockHolder();
    await expect(store.check({ part: 1, parts: 1, signal: never() })).rejects.toThrow(/already locked/);
    holder.stdin?.end();
    await holder.exit;
  });

  it('ends restic and its lock when a reader goes away', async () => {
    await store.prepare(never());
    await writeFile(join(directory, 'disk.1.0'), randomBytes(30_000_000));
    const { source } = await backup();
    const stream = store.read(source, join(directory, 'disk.1.0'));
    await new Promise((resolve) => stream.once('readable', resolve));
    expect(await locks()).toHaveLength(1);
    stream.destroy();
    await until(async () => (await locks()).length === 0);
  });

  it('gives space back at low priority, and says how much', async () => {
    await store.prepare(never());
    const kept = await backup('00000000000000b4');
    await writeFile(join(directory, 'disk.1.0'), randomBytes(40_000_000));
    const { source } = await backup();
    await store.remove([source]);
    const { complete, freedBytes } = await store.prune({ budgetMs: 120_000, signal: never() });
    expect(complete).toBe(true);
    expect(freedBytes).toBeGreaterThan(35_000_000);
    expect(freedBytes).toBeLessThan(45_000_000);
    expect(await store.prune({ budgetMs: 120_000, signal: never() })).toEqual({ complete: true, freedBytes: 0 });
    await buffer(store.read(kept.source, join(directory, 'disk.0.0')));
  });

  it('does not wait to give space back while another works, but removes the lock of a dead one', async () => {
    await store.prepare(never());
    await backup();
    const holder = await lockHolder();
    expect(await store.prune({ budgetMs: 120_000, signal: never() })).toEqual({ complete: false, freedBytes: 0 });
    expect(await locks()).toHaveLength(1);
    holder.kill('SIGKILL');
    await holder.exit;
    expect(await store.prune({ budgetMs: 120_000, signal: never() })).toMatchObject({ complete: true });
    expect(await locks()).toEqual([]);
  });

  it('stops giving space back when its time is up or it is stopped, and leaves the repository whole', async () => {
    await store.prepare(never());
    const { source } = await backup();
    await writeFile(join(directory, 'disk.1.0'), randomBytes(20_000_000));
    const other = await backup('00000000000000b5');
    await store.remove([other.source]);
    expect(await store.prune({ budgetMs: 1, signal: never() })).toMatchObject({ complete: false });
    const stop = new AbortController();
    const pruning = store.prune({ budgetMs: 120_000, signal: stop.signal });
    await until(async () => (await locks()).length > 0);
    stop.abort();
    expect(await pruning).toMatchObject({ complete: false });
    expect(await store.prune({ budgetMs: 120_000, signal: never() })).toMatchObject({ complete: true });
    const bytes = await buffer(store.read(source, join(directory, 'disk.0.0')));
    expect(bytes.equals(await readFile(join(directory, 'disk.0.0')))).toBe(true);
    const checked = restic(['check', '--read-data', '--no-lock']);
    checked.stdout.resume();
    expect((await checked.exit).code).toBe(0);
  });

  it('never makes a repository anew where backups are recorded', async () => {
    await rm(repository, { recursive: true });
    await mkdir(repository);
    const used = new ResticStore({ ...config(repository), inUse: true }, QUICK);
    await expect(used.prepare(never())).rejects.toThrow(/Could not find the restic repository .* which holds backups/);
    expect(await readdir(repository)).toEqual([]);
    await store.prepare(never());
    await used.prepare(never());
  });

  it('never makes a repository over the remains of another', async () => {
    await store.prepare(never());
    await rm(join(repository, 'config'));
    await expect(store.prepare(never())).rejects.toThrow(/parts of a restic repository but not its config/);
  });

  it('does not make the parents of a given path: a file system may not be mounted', async () => {
    const path = join(root, 'not', 'mounted');
    const away = new ResticStore(config(repository, { RESTIC_PATH: path }), QUICK);
    await expect(away.prepare(never())).rejects.toMatchObject({ message: /not\/mounted/, hint: /mkdir -p/ });
  });

  it('says how to install restic', async () => {
    const path = process.env['PATH'];
    process.env['PATH'] = root;
    try {
      await expect(store.prepare(never())).rejects.toMatchObject({ message: /not installed/, hint: /apt-get install/ });
    } finally {
      process.env['PATH'] = path;
    }
  });
});

async function until<T>(probe: () => Promise<T>): Promise<NonNullable<T>> {
  for (let tries = 0; tries < 4800; tries++) {
    const found = await probe();
    if (found) return found;
    await delay(25);
  }
  throw new Error('It never happened.');
}
