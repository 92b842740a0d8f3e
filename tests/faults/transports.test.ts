// Backups over the network while it fails, through a proxy that the test controls: each is completed or told in words why not, no lock
// stays behind, and no half point is listed. ONEVAULT_LONG=1 cuts at each tenth of an upload and stalls for a minute.
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readResticConfig, resticArgv } from '../../src/datastore/restic/config.ts';
import { ResticStore } from '../../src/datastore/restic/index.ts';
import { secretFile } from '../../src/datastore/restic/secret-file.ts';
import { run, start, type Running } from '../../src/exec/exec.ts';
import { OneError } from '../../src/model/errors.ts';
import type { BackupStoreConfig } from '../../src/model/backup-store-config.ts';
import { cheapRepository } from '../guest/repository.ts';
import { hasRclone, TestServer } from '../integration/object-servers.ts';
import { hasRsyncAndSsh, TestSshd } from '../integration/sshd.ts';
import { Proxy } from './proxy.ts';

const LONG = process.env['ONEVAULT_LONG'] === '1';
const CUTS = LONG ? [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] : [2, 7];
const STALL_MS = LONG ? 60_000 : 1500;
const QUICK = { tries: 2, delayMs: 200 };
const PASSWORD = 'planted-in-faults';
const never = (): AbortSignal => new AbortController().signal;
const usable = (await hasRclone()) && (await hasRsyncAndSsh());

let sshd: TestSshd;
let rest: TestServer;
let s3: TestServer;
beforeAll(async () => {
  if (usable) [sshd, rest, s3] = await Promise.all([TestSshd.open(), TestServer.rest(), TestServer.s3()]);
});
afterAll(async () => {
  if (usable) await Promise.all([sshd.close(), rest.close(), s3.close()]);
});

/** A server, and how its attributes lead there through a proxy. */
interface Transport {
  portOf: () => number;
  attributes: (path: string, through: { port: number; address: string }) => Record<string, string>;
}

const portOf = ({ address }: TestServer): number => Number(address.split(':')[1]);
const TRANSPORTS: Record<string, Transport> = {
  SFTP: { portOf: () => sshd.port, attributes: (path, { port }) => sshd.sftpAttributes(path, port) },
  REST: { portOf: () => portOf(rest), attributes: (path, { address }) => rest.restAttributes(path, address) },
  S3: { portOf: () => portOf(s3), attributes: (path, { address }) => s3.s3Attributes(path, address) },
};

describe.skipIf(!usable).each(Object.entries(TRANSPORTS))('a backup over %s', (name, transport) => {
  let root: string;
  let directory: string;
  let repository: string;
  let proxy: Proxy;
  let store: ResticStore;
  /** The same repository, without the proxy. */
  let beside: ResticStore;
  let direct: BackupStoreConfig;
  let next = 0;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'onevault-faults-'));
    directory = join(root, 'backup');
    repository = join(root, 'store');
    await mkdir(directory);
    await writeFile(join(directory, 'vm.xml'), '<VM/>');
    await cheapRepository(repository, PASSWORD);
    if (name === 'S3') await s3.s3Put(repository, repository);
    proxy = await Proxy.open(transport.portOf());
    const config = (given: Record<string, string>): BackupStoreConfig => ({
      driver: 'restic',
      datastoreId: 100,
      basePath: repository,
      attributes: { RESTIC_PASSWORD: PASSWORD, ...given },
    });
    store = new ResticStore(config(transport.attributes(repository, proxy)), QUICK);
    direct = config(transport.attributes(repository, directTo(transport)));
    beside = new ResticStore(direct, QUICK);
  });
  afterEach(async () => {
    await proxy.close();
    await rm(root, { recursive: true, force: true });
  });

  const operation = (): string => `fa${String(++next).padStart(14, '0')}`;

  const backup = async (operationId: string) => {
    await writeFile(join(directory, 'disk.0.0'), randomBytes(4_000_000));
    return store.backup({ directory, vmId: 7, operationId, signal: never() });
  };

  /** Completed and readable, or failed in words with nothing listed; and nothing is locked. */
  async function isWhole(operationId: string, running: ReturnType<typeof backup>): Promise<string> {
    const ended = await running.catch((error: unknown) => error);
    proxy.reset();
    const listed = await beside.find(operationId);
    if (ended instanceof Error) {
      expect(ended).toBeInstanceOf(OneError);
      expect(ended.message).toMatch(/^Could not store the backup of VM 7 in the restic repository \S+: \S.+\.$/);
      expect(ended.message).not.toContain(PASSWORD);
      expect(listed).toEqual([]);
    } else {
      const { source } = ended as Awaited<typeof running>;
      expect(listed).toEqual([source]);
      const bytes = await buffer(beside.read(source, join(directory, 'disk.0.0')));
      expect(bytes.equals(await readFile(join(directory, 'disk.0.0')))).toBe(true);
    }
    await beside.remove(['00000000']); // what needs the repository for itself can be done
    expect(await locks()).toEqual([]);
    return ended instanceof Error ? ended.message : 'completed';
  }

  async function locks(): Promise<string[]> {
    const there = name === 'S3' ? join(s3.directory, 'data/vault', repository, 'locks') : join(repository, 'locks');
    const files = await readdir(there).catch(() => []); // a bucket has no empty directories
    return files.filter((file) => file.endsWith('_object') || file.length === 64);
  }

  it('is completed or told to have failed, wherever its connection is cut', async () => {
    const first = operation();
    proxy.reset();
    expect(await isWhole(first, backup(first))).toBe('completed');
    const counted = operation();
    const whole = backup(counted);
    await whole;
    const bytes = proxy.sent;
    expect(bytes).toBeGreaterThan(4_000_000);
    for (const tenth of CUTS) {
      const id = operation();
      const cut = proxy.cutAt(Math.max(1, (bytes * tenth) / 10));
      const running = backup(id);
      running.catch(() => undefined);
      await cut;
      const how = await isWhole(id, running);
      console.log(`${name}, cut at ${tenth}/10: ${how}`);
    }
  });

  it('goes on after nothing came through for a while', async () => {
    const id = operation();
    const stalled = proxy.stallAt(1_500_000);
    const running = backup(id);
    running.catch(() => undefined);
    await stalled;
    await delay(STALL_MS);
    proxy.go();
    expect(await isWhole(id, running)).toBe('completed');
  });

  it('removes the lock of a dead process, and waits for a living one no longer than it may', async () => {
    const id = operation();
    const { source } = await backup(id);
    const holder = await lockHolder();
    await expect(store.remove([source])).rejects.toMatchObject({ message: /locked/, retry: true });
    expect(await locks()).toHaveLength(1);
    holder.kill('SIGKILL');
    await holder.exit;
    await store.remove([source]);
    expect(await store.find(id)).toEqual([]);
    expect(await locks()).toEqual([]);
  });

  /** A restic that holds a lock until its stdin is closed. */
  async function lockHolder(): Promise<Running> {
    const read = readResticConfig(direct);
    const argv = resticArgv(read, ['backup', '--stdin'], secretFile);
    const holder = start(argv, { env: read.env, stdin: 'pipe', dieWithParent: true });
    holder.stdout.resume();
    for (let tries = 0; (await locks()).length === 0; tries++) {
      if (tries > 4800) throw new Error('It never locked.');
      await delay(25);
    }
    return holder;
  }

  // a REST server does not say that it is full, and restic tries for a while
  it.runIf(name === 'SFTP' || (LONG && name === 'REST'))(
    'fails on a full server in words, and what was there before can be read',
    async () => {
      await rm(repository, { recursive: true });
      await mkdir(repository);
      await run(['mount', '-t', 'tmpfs', '-o', 'size=10m', 'onevault-test', repository]);
      try {
        await cheapRepository(repository, PASSWORD);
        const kept = await backup(operation());
        const before = await readFile(join(directory, 'disk.0.0'));
        await writeFile(join(directory, 'disk.1.0'), randomBytes(20_000_000));
        const id = operation();
        await expect(backup(id)).rejects.toThrow(
          name === 'SFTP' ? /no space is left on 127/ : /does not answer as it should .*500/,
        );
        expect(await beside.find(id)).toEqual([]);
        const bytes = await buffer(beside.read(kept.source, join(directory, 'disk.0.0')));
        expect(bytes.equals(before)).toBe(true);
      } finally {
        await run(['umount', '-l', repository]);
      }
    },
  );
});

function directTo({ portOf }: Transport): { port: number; address: string } {
  return { port: portOf(), address: `127.0.0.1:${portOf()}` };
}
