// What every hypervisor driver must do, as one test suite. A driver's test hands in a bench: the driver, and machines on which
// the suite may write, overwrite and pull the plug.
import { chmod, mkdtemp, open as openFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start } from '../exec/exec.ts';
import type { HypervisorConfig } from '../model/hypervisor-config.ts';
import type { TaskDisk } from '../model/tasks/backup.ts';
import { NbdClient } from '../nbd/client.ts';
import { adoptionContract } from './adoption-contract.ts';
import type { BackupBegin, DiskExport, DomainDisk, DomainNic, DomainSpec, Hypervisor } from './hypervisor.ts';
import { drillContract } from './drill-contract.ts';
import { lifeContract } from './life-contract.ts';
import { trackingContract } from './tracking-contract.ts';

const MIB = 1024 * 1024;
/** Where `count` writes its numbers on both disks. */
const COUNTER_OFFSET = MIB;

/** A VM with two raw disks of data (no zeros in the first 32 MiB) that the suite may overwrite. */
export interface Machine {
  spec: DomainSpec;
  disks: [TaskDisk, TaskDisk];
  /** The guest writes 1, 2, 3 ... at 1 MiB, always to the first disk before the second. Stops with the returned function. */
  count(): Promise<() => Promise<void>>;
  /** The guest overwrites megabytes of the first disk with other data. */
  overwrite(atMb: number, megabytes: number): Promise<void>;
  /** The guest gives megabytes of the first disk back; they read as zeros then. */
  zero(atMb: number, megabytes: number): Promise<void>;
  /** The machine dies without a word. */
  kill(): Promise<void>;
  /** Waits until the guest can be used; called after each start. */
  ready(): Promise<void>;
  /** A word in the guest's memory, on no disk; none after it has booted. */
  remember(word: string): Promise<void>;
  recall(): Promise<string>;
  /** Disks that the guest has now, by target. */
  targets(): Promise<string[]>;
  /** Bytes of a disk as the guest sees it. */
  size(target: string): Promise<number>;
  /** A digest of one megabyte of the first disk. */
  content(atMb: number): Promise<string>;
  /** Network cards that the machine has now. */
  macs(): Promise<string[]>;
}

/** A domain that OneVault did not make: 64 MB of memory, one CPU, one raw disk of 64 MiB; it runs. */
export interface Planted {
  uuid: string;
  disk: TaskDisk;
  /** What the driver should say that the template leaves out. */
  unsaid: string[];
  remove(): Promise<void>;
}

export interface Bench {
  config: HypervisorConfig;
  hypervisor: Hypervisor;
  /** What the bench's machine can do for FS_FREEZE=AGENT. */
  agent: boolean;
  /** The machine of these tests; not deployed yet. */
  machine: Machine;
  /** The same with every disk in qcow2; null where that cannot be. */
  snapshots: Machine | null;
  /** One whose changes can be noted under CBT; it may be one of the above. */
  tracked: Machine;
  /** A raw disk of 8 MiB, and a network card, that the machine does not have yet. */
  spare: DomainDisk;
  nic: DomainNic;
  plant(name: string): Promise<Planted>;
  /** Whether machines really use CPU and disks. */
  counts: boolean;
  close(): Promise<void>;
}

/** The contract in parts, so that a driver whose machines are slow can keep them in files that run at the same time. */
export type ContractPart = 'backups' | 'life' | 'adoption' | 'tracking' | 'drills';
const PARTS: readonly ContractPart[] = ['backups', 'life', 'adoption', 'tracking', 'drills'];

export function hypervisorContract(name: string, open: () => Promise<Bench>, parts = PARTS): void {
  describe(`the ${name} hypervisor`, () => {
    let bench: Bench;
    let hypervisor: Hypervisor;
    let machine: Machine;
    let scratch: string;
    let runs = 0;

    beforeAll(async () => {
      scratch = await mkdtemp(join(tmpdir(), 'ov-run-'));
      await chmod(scratch, 0o711);
      bench = await open();
      ({ hypervisor, machine } = bench);
    });
    afterAll(async () => {
      await hypervisor.remove(machine.spec.name);
      await bench.close();
      await rm(scratch, { recursive: true, force: true });
    });

    /** A test goes on with the machine of the one before, if that runs: a boot takes seconds. */
    const deploy = async (): Promise<void> => {
      await hypervisor.deploy(machine.spec);
      await machine.ready();
    };
    const request = (change: Partial<BackupBegin> = {}): BackupBegin => ({
      operationId: `operation-${runs}`,
      vmId: machine.spec.vmId,
      domain: machine.spec.name,
      live: true,
      disks: machine.disks,
      runDirectory: join(scratch, `run-${runs++}`),
      freeze: 'NONE',
      ...change,
    });
    const state = async (): Promise<string | undefined> => (await hypervisor.domains()).get(machine.spec.name);

    if (parts.includes('life')) lifeContract(() => bench);
    if (parts.includes('adoption')) adoptionContract(() => bench);
    if (parts.includes('tracking')) trackingContract(() => bench);
    if (parts.includes('drills')) drillContract(() => bench);
    if (!parts.includes('backups')) return;

    it('describes its host', async () => {
      const host = await hypervisor.describe();
      expect(host.totalCpu).toBeGreaterThanOrEqual(100);
      expect(host.totalMemKb).toBeGreaterThan(host.usedMemKb);
      expect(host.usedMemKb).toBeGreaterThan(0);
      expect(host.arch).not.toBe('');
    });

    it('starts what runs, stops what is stopped and forgets what is forgotten', async () => {
      await hypervisor.remove(machine.spec.name);
      expect(await state()).toBeUndefined();
      await deploy();
      expect(await state()).toBe('running');
      await hypervisor.deploy(machine.spec);
      expect(await state()).toBe('running');
      await hypervisor.shutdown(machine.spec.name, false);
      await expect.poll(state).toBe('shutoff');
      await hypervisor.shutdown(machine.spec.name, false);
      await hypervisor.shutdown(machine.spec.name, true);
      await hypervisor.deploy(machine.spec);
      expect(await state()).toBe('running');
      await hypervisor.shutdown(machine.spec.name, true);
      expect(await state()).toBe('shutoff');
      await hypervisor.remove(machine.spec.name);
      await hypervisor.remove(machine.spec.name);
      await hypervisor.shutdown(machine.spec.name, true);
      expect(await state()).toBeUndefined();
    });

    it('tells of starts and stops', async () => {
      const stop = new AbortController();
      const events: string[] = [];
      const watching = (async () => {
        for await (const { domain, event } of hypervisor.watch(stop.signal)) {
          if (domain === machine.spec.name) events.push(event.split(' ')[0] ?? '');
        }
      })();
      await expect
        .poll(async () => {
          await hypervisor.deploy(machine.spec);
          await hypervisor.shutdown(machine.spec.name, true);
          return events;
        })
        .toEqual(expect.arrayContaining(['Started', 'Stopped']));
      stop.abort();
      await watching;
    });

    it('exports one instant of all disks while the guest writes', async () => {
      await deploy();
      const stop = await machine.count();
      await expect.poll(async () => firstNumber(machine.disks[0].path)).toBeGreaterThan(3);
      const begun = await hypervisor.beginBackup(request());
      expect(begun.exports.map(({ diskId }) => diskId)).toEqual(machine.disks.map(({ diskId }) => diskId));
      const [first, second] = await Promise.all(begun.exports.map(readNumber));
      const laterAt = await firstNumber(machine.disks[0].path);
      await expect.poll(async () => firstNumber(machine.disks[0].path)).toBeGreaterThan(laterAt);
      expect(await Promise.all(begun.exports.map(readNumber))).toEqual([first, second]);
      await begun.end();
      await stop();
      expect(first).toBeGreaterThan(3);
      expect([first, (first ?? 0) - 1]).toContain(second);
    });

    it('takes room only for what is overwritten, once', async () => {
      await deploy();
      const begun = await hypervisor.beginBackup(request());
      const before = await begun.scratchBytes();
      expect(before).toBeLessThan(MIB);
      await machine.overwrite(8, 8);
      const after = await begun.scratchBytes();
      expect(after - before).toBeGreaterThanOrEqual(8 * MIB);
      expect(after - before).toBeLessThan(10 * MIB);
      await machine.overwrite(8, 8);
      expect(await begun.scratchBytes()).toBeLessThan(10 * MIB);
      await begun.end();
      expect(await begun.scratchBytes()).toBe(0);
    });

    it('leaves nothing after the end, which may be repeated', async () => {
      await deploy();
      const begin = request();
      const begun = await hypervisor.beginBackup(begin);
      await begun.end();
      await begun.end();
      expect(await state()).toBe('running');
      expect(await hypervisor.cleanBackup(begin)).toEqual([]);
      await (await hypervisor.beginBackup(request())).end();
    });

    it('refuses a second backup at a time and names the first', async () => {
      await deploy();
      const first = request();
      const begun = await hypervisor.beginBackup(first);
      await expect(hypervisor.beginBackup(request())).rejects.toThrow(first.runDirectory);
      expect(await Promise.all(begun.exports.map(sizeOf))).toEqual([64 * MIB, 64 * MIB]);
      await begun.end();
    });

    it('holds the guest only around the instant', async () => {
      await deploy();
      const modes: Array<BackupBegin['freeze']> = bench.agent ? ['SUSPEND', 'AGENT'] : ['SUSPEND'];
      for (const freeze of modes) {
        const begun = await hypervisor.beginBackup(request({ freeze }));
        expect(await state()).toBe('running');
        await machine.overwrite(20, 1);
        await begun.end();
      }
    });

    it('lets the guest go on when the instant fails', async () => {
      await deploy();
      const missing = { ...machine.disks[0], diskId: 77, target: 'vdz', path: '/nowhere' };
      const begin = request({ freeze: 'SUSPEND', disks: [missing] });
      await expect(hypervisor.beginBackup(begin)).rejects.toThrow();
      expect(await state()).toBe('running');
      expect(await hypervisor.cleanBackup(begin)).toEqual([]);
      await (await hypervisor.beginBackup(request())).end();
    });

    it('cleans up after a process that was killed during a backup', async () => {
      await deploy();
      const begin = request();
      await beginAndDie(bench.config, begin);
      await expect(hypervisor.beginBackup(request())).rejects.toThrow();
      expect(await hypervisor.cleanBackup(begin)).not.toEqual([]);
      expect(await hypervisor.cleanBackup(begin)).toEqual([]);
      expect(await state()).toBe('running');
      await machine.overwrite(20, 1);
      await (await hypervisor.beginBackup(request())).end();
    });

    it('ends a backup whose guest was killed', async () => {
      await deploy();
      const begin = request();
      const begun = await hypervisor.beginBackup(begin);
      await machine.kill();
      await expect.poll(state).toBe('shutoff');
      await begun.end();
      expect(await hypervisor.cleanBackup(begin)).toEqual([]);
    });

    it('exports the disks of a VM that is off', async () => {
      await hypervisor.remove(machine.spec.name);
      const begin = request({ live: false });
      const begun = await hypervisor.beginBackup(begin);
      expect(await Promise.all(begun.exports.map(sizeOf))).toEqual([64 * MIB, 64 * MIB]);
      expect(await begun.scratchBytes()).toBe(0);
      await begun.end();
      await begun.end();
      expect(await hypervisor.cleanBackup(begin)).toEqual([]);
    });

    it('cleans up after a process that was killed while a VM was off', async () => {
      const begin = request({ live: false });
      await beginAndDie(bench.config, begin);
      await hypervisor.cleanBackup(begin);
      expect(await hypervisor.cleanBackup(begin)).toEqual([]);
      await (await hypervisor.beginBackup({ ...begin })).end();
    });

    it('does not take a running VM for one that is off, nor the other way round', async () => {
      await expect(hypervisor.beginBackup(request())).rejects.toThrow(machine.spec.name);
      await hypervisor.deploy(machine.spec);
      await expect(hypervisor.beginBackup(request({ live: false }))).rejects.toThrow(machine.spec.name);
    });
  });
}

async function opened<T>(disk: DiskExport, use: (client: NbdClient) => Promise<T>): Promise<T> {
  const client = await NbdClient.connect({ socket: disk.socket, exportName: disk.exportName });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

function sizeOf(disk: DiskExport): Promise<number> {
  return opened(disk, async (client) => client.size);
}

function readNumber(disk: DiskExport): Promise<number> {
  return opened(disk, async (client) => {
    const text = Buffer.alloc(512);
    await client.read(COUNTER_OFFSET, text);
    return parseInt(text.toString('latin1'), 10);
  });
}

/** What the guest has written last, read behind its back. */
async function firstNumber(path: string): Promise<number> {
  const file = await openFile(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(512), 0, 512, COUNTER_OFFSET);
    return parseInt(buffer.toString('latin1'), 10) || 0;
  } finally {
    await file.close();
  }
}

/** Begins a backup in a process of its own and kills that process as soon as the backup has begun. */
async function beginAndDie(config: HypervisorConfig, begin: BackupBegin): Promise<void> {
  const code = `const { openHypervisor } = await import(${JSON.stringify(new URL('./all.ts', import.meta.url).href)});
    await openHypervisor(${JSON.stringify(config)}).beginBackup(${JSON.stringify(begin)});
    process.stdout.write('begun');
    setInterval(() => {}, 1e6);`;
  const child = start([process.execPath, '--input-type=module', '--eval', code]);
  const first = await Promise.race([child.stdout.iterator({ destroyOnReturn: false }).next(), child.exit]);
  if ('code' in first) throw new Error(`The process did not begin the backup: ${first.stderr}`);
  child.kill('SIGKILL');
  child.stdout.resume();
  await child.exit;
}
