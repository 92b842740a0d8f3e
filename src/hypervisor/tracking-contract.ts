// The part of the drivers' contract that is about trackers: what changed since a backup is known exactly or not at all, whatever
// became of the machine and of other backups in between.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TrackerLost } from '../model/errors.ts';
import { NbdClient, type NbdExtent } from '../nbd/client.ts';
import type { Bench, Machine } from './contract.ts';
import type { BackupBegin, DiskExport, Hypervisor, TrackerState } from './hypervisor.ts';

const MIB = 1024 * 1024;
/** Where the guest's counter writes. */
const COUNTED = { atMb: 1, bytes: 65_536 };
const ALLOCATION = 'base:allocation';
const ZERO = 2;

export function trackingContract(benchOf: () => Bench): void {
  describe('what notes the changes of disks', () => {
    let bench: Bench;
    let hypervisor: Hypervisor;
    let machine: Machine;
    let scratch: string;
    let runs = 0;
    let numbers = 0;
    /** A megabyte that no test has written to yet. */
    let fresh = 2;

    beforeAll(async () => {
      bench = benchOf();
      ({ hypervisor, tracked: machine } = bench);
      scratch = await mkdtemp(join(tmpdir(), 'ov-track-'));
      await chmod(scratch, 0o711);
    });
    afterEach(async () => {
      await settle();
      expect(await settle()).toEqual([]);
    });
    afterAll(async () => {
      await hypervisor.remove(machine.spec.name);
      await rm(scratch, { recursive: true, force: true });
    });

    const deploy = async (): Promise<void> => {
      await hypervisor.deploy(machine.spec);
      await machine.ready();
    };
    const tracker = (): string => `one-${machine.spec.vmId}-${numbers++}`;
    const request = (next: string, parent: string | null, live = true): BackupBegin => ({
      operationId: `operation-${runs}`,
      vmId: machine.spec.vmId,
      domain: machine.spec.name,
      live,
      disks: live ? machine.disks : machine.disks.map((disk) => ({ ...disk, target: '' })),
      runDirectory: join(scratch, `run-${runs++}`),
      freeze: 'NONE',
      tracking: { mode: 'CBT', next, parent },
    });
    const settle = (...keep: string[]): Promise<string[]> =>
      hypervisor.settleTrackers({ vmId: machine.spec.vmId, domain: machine.spec.name, disks: machine.disks, keep });
    const ask = (name: string): Promise<TrackerState[]> => {
      const { disks, spec } = machine;
      return hypervisor.trackers({ vmId: spec.vmId, domain: spec.name, disks, mode: 'CBT', name });
    };
    const full = async (live = true): Promise<string> => {
      const next = tracker();
      const begun = await hypervisor.beginBackup(request(next, null, live));
      expect(begun.exports.map(({ changes }) => changes)).toEqual([undefined, undefined]);
      expect(begun.warnings).toEqual([]);
      await begun.end();
      return next;
    };
    /** Changed megabytes of both disks, as [first, number] each. */
    const increment = async (parent: string, next: string, live = true): Promise<Array<Array<[number, number]>>> => {
      const begun = await hypervisor.beginBackup(request(next, parent, live));
      try {
        return await Promise.all(begun.exports.map(async (disk) => inMegabytes(await changesOf(disk))));
      } finally {
        await begun.end();
      }
    };
    const write = async (): Promise<[number, number]> => {
      await machine.overwrite(fresh, 1);
      fresh += 2;
      return [fresh - 2, 1];
    };
    const dirtyMb = async (name: string): Promise<number[]> =>
      (await ask(name)).map(({ trouble, dirtyBytes }) => (trouble === '' ? (dirtyBytes ?? 0) / MIB : -1));

    it('shows exactly what changed, and what was zeroed as zero', async () => {
      await deploy();
      const parent = await full();
      expect(await dirtyMb(parent)).toEqual([0, 0]);
      const [written] = await write();
      await machine.zero(fresh, 2);
      expect(await dirtyMb(parent)).toEqual([3, 0]);
      const begun = await hypervisor.beginBackup(request(tracker(), parent));
      const [first, second] = begun.exports;
      expect(inMegabytes(await changesOf(first))).toEqual([
        [written, 1],
        [fresh, 2],
      ]);
      expect(await changesOf(second)).toEqual([]);
      expect(await zeroIn(first, fresh * MIB, 2 * MIB)).toBe(2 * MIB);
      expect(await zeroIn(first, written * MIB, MIB)).toBe(0);
      await begun.end();
      fresh += 3;
    });

    it('fixes one instant of the disks and of the trackers that begin at it', async () => {
      await deploy();
      const parent = await full();
      const next = tracker();
      const stop = await machine.count();
      const sixteenth = [1 / 16, 1 / 16];
      await expect.poll(() => dirtyMb(parent)).toEqual(sixteenth);
      const begun = await hypervisor.beginBackup(request(next, parent)).finally(stop);
      const [first, second] = await Promise.all(begun.exports.map(readNumber));
      await begun.end();
      expect([first, (first ?? 0) - 1]).toContain(second);
      const again = await hypervisor.beginBackup(request(tracker(), next));
      const [later] = await Promise.all(again.exports.map(readNumber));
      const changed = await Promise.all(again.exports.map(changesOf));
      await again.end();
      const counted = [{ offset: COUNTED.atMb * MIB, length: COUNTED.bytes, flags: 1 }];
      if (later !== first) expect(changed).toEqual([counted, counted]);
      for (const disk of changed) expect([[], counted]).toContainEqual(disk);
    });

    it('keeps what a run that failed had to go on from', async () => {
      await deploy();
      const parent = await full();
      const [next, begin] = [tracker(), request(tracker(), parent)];
      const before = await write();
      await increment(parent, next);
      const after = await write();
      expect(await increment(parent, next)).toEqual([[before, after], []]);
      expect(await dirtyMb(next)).toEqual([0, 0]);
      await (await hypervisor.beginBackup(begin)).end();
      expect(await hypervisor.cleanBackup(begin)).not.toEqual([]);
      expect(await hypervisor.cleanBackup(begin)).toEqual([]);
      expect(await dirtyMb(begin.tracking?.next ?? '')).toEqual([-1, -1]);
      expect(await dirtyMb(parent)).toEqual([2, 0]);
    });

    it('keeps the chain before while a full backup begins another', async () => {
      await deploy();
      const old = await full();
      const place = await write();
      const next = await full();
      expect(await increment(old, tracker())).toEqual([[place], []]);
      expect(await increment(next, tracker())).toEqual([[], []]);
    });

    it('drops all trackers but those that are kept', async () => {
      await deploy();
      const first = await full();
      const [second, third] = [tracker(), tracker()];
      await increment(first, second);
      await increment(second, third);
      expect(await settle(second, third)).not.toEqual([]);
      expect(await settle(second, third)).toEqual([]);
      expect(await dirtyMb(first)).toEqual([-1, -1]);
      expect(await dirtyMb(second)).toEqual([0, 0]);
      expect(await dirtyMb(third)).toEqual([0, 0]);
      expect(await settle(third)).not.toEqual([]);
      const place = await write();
      expect(await increment(third, tracker())).toEqual([[place], []]);
    });

    it('begins nothing where a tracker is missing', async () => {
      await deploy();
      const next = tracker();
      const missing = `one-${machine.spec.vmId}-999999`;
      const begin = request(next, missing);
      await expect(hypervisor.beginBackup(begin)).rejects.toThrow(TrackerLost);
      await expect(hypervisor.beginBackup(begin)).rejects.toThrow(missing);
      expect(await hypervisor.cleanBackup(begin)).toEqual([]);
      expect((await ask(missing)).map(({ dirtyBytes }) => dirtyBytes)).toEqual([null, null]);
      await full();
    });

    it('goes on over power cycles, and while the machine is off', async () => {
      await deploy();
      const parent = await full();
      const before = await write();
      await hypervisor.shutdown(machine.spec.name, true);
      await hypervisor.remove(machine.spec.name);
      await deploy();
      const after = await write();
      const next = tracker();
      expect(await increment(parent, next)).toEqual([[before, after], []]);
      const last = await write();
      await hypervisor.shutdown(machine.spec.name, true);
      expect(await dirtyMb(next)).toEqual([1, 0]);
      const off = tracker();
      expect(await increment(next, off, false)).toEqual([[last], []]);
      const failed = request(tracker(), off, false);
      await (await hypervisor.beginBackup(failed)).end();
      expect(await hypervisor.cleanBackup(failed)).not.toEqual([]);
      expect(await hypervisor.cleanBackup(failed)).toEqual([]);
      expect(await settle(next, off)).not.toEqual([]);
      const begun = await full(false);
      await deploy();
      const place = await write();
      expect(await increment(off, tracker())).toEqual([[place], []]);
      expect(await increment(begun, tracker())).toEqual([[place], []]);
    });

    it('believes no tracker of a machine that was killed, running again or not', async () => {
      await deploy();
      const old = await full();
      await hypervisor.shutdown(machine.spec.name, true);
      await deploy();
      const parent = await full();
      await write();
      await machine.kill();
      await expect.poll(async () => (await hypervisor.domains()).get(machine.spec.name)).toBe('shutoff');
      const blames = async (name: string): Promise<boolean[]> =>
        (await ask(name)).map(({ trouble }) => trouble.includes('killed'));
      const killed = [true, true];
      expect([await blames(old), await blames(parent)]).toEqual([killed, killed]);
      await expect(hypervisor.beginBackup(request(tracker(), old, false))).rejects.toThrow(TrackerLost);
      await deploy();
      expect([await blames(old), await blames(parent)]).toEqual([killed, killed]);
      for (const name of [old, parent]) {
        await expect(hypervisor.beginBackup(request(tracker(), name))).rejects.toThrow(/disk 1.*killed/i);
      }
      const next = await full();
      expect(await settle(next)).not.toEqual([]);
      const place = await write();
      expect(await increment(next, tracker())).toEqual([[place], []]);
    });
  });
}

async function opened<T>(
  disk: DiskExport | undefined,
  contexts: string[],
  use: (client: NbdClient) => Promise<T>,
): Promise<T> {
  if (disk === undefined) throw new Error('The disk was not exported.');
  const { socket, exportName } = disk;
  const client = await NbdClient.connect({ socket, exportName, metaContexts: contexts });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

/** Extents that are dirty since the parent. */
function changesOf(disk: DiskExport | undefined): Promise<NbdExtent[]> {
  const { context = '', kind } = disk?.changes ?? {};
  return opened(disk, [context], async (client) => {
    const found: NbdExtent[] = [];
    for await (const extent of client.extents(context)) {
      if (kind === 'dirty-bitmap' ? extent.flags & 1 : extent.flags === 1) found.push(extent);
    }
    return found;
  });
}

function inMegabytes(extents: NbdExtent[]): Array<[number, number]> {
  return extents.map(({ offset, length }) => [offset / MIB, length / MIB]);
}

/** Bytes of a stretch that are said to be zero. */
function zeroIn(disk: DiskExport | undefined, offset: number, length: number): Promise<number> {
  return opened(disk, [ALLOCATION], async (client) => {
    let zero = 0;
    for await (const extent of client.extents(ALLOCATION, offset, length))
      if (extent.flags & ZERO) zero += extent.length;
    return zero;
  });
}

function readNumber(disk: DiskExport): Promise<number> {
  return opened(disk, [], async (client) => {
    const text = Buffer.alloc(512);
    await client.read(COUNTED.atMb * MIB, text);
    return parseInt(text.toString('latin1'), 10);
  });
}
