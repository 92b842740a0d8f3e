// The part of the drivers' contract that is about a machine's life besides starts, stops and backups: saved memory, devices that
// come and go, snapshots, figures.
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../exec/exec.ts';
import type { Bench, Machine } from './contract.ts';
import type { Hypervisor } from './hypervisor.ts';

const MIB = 1024 * 1024;

export function lifeContract(benchOf: () => Bench): void {
  describe('the life of a machine', () => {
    let bench: Bench;
    let hypervisor: Hypervisor;
    let scratch: string;

    beforeAll(async () => {
      bench = benchOf();
      hypervisor = bench.hypervisor;
      scratch = await mkdtemp(join(tmpdir(), 'ov-life-'));
    });
    afterAll(async () => {
      if (bench.snapshots) await hypervisor.remove(bench.snapshots.spec.name);
      await rm(scratch, { recursive: true, force: true });
    });

    /** A test takes the machine as it is, running or off, and its guest as the one before has left it: a boot takes seconds. */
    const boot = async (machine: Machine): Promise<string> => {
      const name = await running(machine);
      await machine.ready();
      return name;
    };
    /** For tests that ask nothing of the guest. */
    const running = async (machine: Machine): Promise<string> => {
      await hypervisor.deploy(machine.spec);
      return machine.spec.name;
    };
    const restart = async (machine: Machine): Promise<void> => {
      await hypervisor.shutdown(machine.spec.name, true);
      await hypervisor.start(machine.spec.name);
      await machine.ready();
    };
    const stateOf = async (name: string): Promise<string | undefined> => (await hypervisor.domains()).get(name);

    it('starts a domain from the definition it has, and no other', async () => {
      const name = await running(bench.machine);
      await hypervisor.start(name);
      await hypervisor.shutdown(name, true);
      await hypervisor.start(name);
      expect(await stateOf(name)).toBe('running');
      await hypervisor.remove(name);
      await expect(hypervisor.start(name)).rejects.toThrow(name);
      await expect(hypervisor.start('-x')).rejects.toThrow('-x');
      await expect(hypervisor.save(name, join(scratch, 'none'))).rejects.toThrow(name);
    });

    it('goes on from saved memory, even when the domain was forgotten meanwhile', async () => {
      const { machine } = bench;
      const file = join(scratch, 'memory');
      const name = await boot(machine);
      await machine.remember('sparrow');
      await hypervisor.save(name, file);
      expect(await stateOf(name)).toBe('shutoff');
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      await hypervisor.save(name, file);
      for (const forgotten of [false, true]) {
        if (forgotten) await hypervisor.save(name, file);
        if (forgotten) await hypervisor.remove(name);
        await hypervisor.restore(machine.spec, file);
        await hypervisor.restore(machine.spec, file);
        expect(await stateOf(name)).toBe('running');
        await machine.ready();
        expect(await machine.recall()).toBe('sparrow');
        await stat(file);
      }
      await restart(machine);
      expect(await machine.recall()).toBe('');
    });

    it('lets the guest go on when its memory cannot be written', async () => {
      const name = await boot(bench.machine);
      await bench.machine.remember('wren');
      await expect(hypervisor.save(name, join(scratch, 'no/such/directory'))).rejects.toThrow(name);
      expect(await stateOf(name)).toBe('running');
      expect(await bench.machine.recall()).toBe('wren');
    });

    it('attaches and detaches devices while the machine runs, and its definition follows', async () => {
      const { machine, spare, nic } = bench;
      const name = await boot(machine);
      const has = async (): Promise<[boolean, boolean]> => [
        (await machine.targets()).includes(spare.target),
        (await machine.macs()).includes(nic.mac),
      ];
      expect(await has()).toEqual([false, false]);
      for (let twice = 0; twice < 2; twice++) {
        await hypervisor.attachDisk(name, spare);
        await hypervisor.attachNic(name, nic);
      }
      await expect.poll(has).toEqual([true, true]);
      await expect(hypervisor.attachDisk(name, { ...spare, path: machine.disks[0].path })).rejects.toThrow(spare.path);
      await restart(machine);
      expect(await has()).toEqual([true, true]);
      for (let twice = 0; twice < 2; twice++) {
        await hypervisor.detachDisk(name, spare);
        await hypervisor.detachNic(name, nic);
      }
      expect(await has()).toEqual([false, false]);
      await restart(machine);
      expect(await has()).toEqual([false, false]);
    });

    it('lets a disk grow under its guest, and never shrink', async () => {
      const { machine, spare } = bench;
      const name = await boot(machine);
      await hypervisor.attachDisk(name, spare);
      const size = async (): Promise<number> => machine.size(spare.target);
      await expect.poll(size).toBe(8 * MIB);
      await hypervisor.resizeDisk(name, spare.target, 12 * MIB);
      await expect.poll(size).toBe(12 * MIB);
      await hypervisor.resizeDisk(name, spare.target, 12 * MIB);
      await expect(hypervisor.resizeDisk(name, spare.target, 8 * MIB)).rejects.toThrow('only grows');
      await hypervisor.shutdown(name, true);
      await expect(hypervisor.resizeDisk(name, spare.target, 16 * MIB)).rejects.toThrow('does not run');
      await hypervisor.remove(name); // with the disk that came
    });

    it('counts what running machines use', async () => {
      const name = await boot(bench.machine);
      const before = (await hypervisor.stats()).get(name);
      expect(before?.memoryKb).toBeGreaterThan(0);
      await bench.machine.overwrite(20, 4);
      const after = (await hypervisor.stats()).get(name);
      const written = (after?.diskWriteBytes ?? 0) - (before?.diskWriteBytes ?? 0);
      expect(written).toBeGreaterThanOrEqual(bench.counts ? 4 * MIB : 0);
      expect(after?.cpuTimeNs).toBeGreaterThanOrEqual(bench.counts ? 1 : 0);
      await hypervisor.shutdown(name, true);
      expect((await hypervisor.stats()).has(name)).toBe(false);
    });

    it('says which disk cannot hold a snapshot', async () => {
      const name = await running(bench.machine);
      await expect(hypervisor.createSnapshot(name, 'snap-0')).rejects.toThrow(/vdb \(raw\)/);
      await expect(hypervisor.createDiskSnapshot(name, 'vdb', 'disk-0')).rejects.toThrow(/vdb.*raw/);
      await expect(hypervisor.createDiskSnapshot(name, 'vdz', 'disk-0')).rejects.toThrow(/vdz/);
      await hypervisor.shutdown(name, true);
      await expect(hypervisor.createSnapshot(name, 'snap-0')).rejects.toThrow('does not run');
    });

    it('restores nothing from the memory of another domain', async () => {
      const { machine } = bench;
      const file = join(scratch, 'other');
      await hypervisor.save(await running(machine), file);
      const other = { ...machine.spec, name: 'one-90999', vmId: 90999 };
      await expect(hypervisor.restore(other, file)).rejects.toThrow(machine.spec.name);
      expect(await stateOf('one-90999')).toBeUndefined();
    });

    it('changes the definition of a machine that is off', async () => {
      const { machine, nic } = bench;
      const name = await running(machine);
      await hypervisor.shutdown(name, true);
      await hypervisor.attachNic(name, nic);
      await hypervisor.start(name);
      expect(await machine.macs()).toContain(nic.mac);
      await hypervisor.shutdown(name, true);
      await hypervisor.detachNic(name, nic);
      expect(await machine.macs()).not.toContain(nic.mac);
      await hypervisor.remove(name);
      await expect(hypervisor.attachNic(name, nic)).rejects.toThrow(name);
    });

    it('goes back to a snapshot of memory and disks', async () => {
      const { snapshots: machine } = bench;
      if (machine === null) {
        process.stdout.write('Left out: snapshots, because there is no qemu-img.\n');
        return;
      }
      const name = await boot(machine);
      await machine.remember('before');
      const before = await machine.content(8);
      const id = await hypervisor.createSnapshot(name, 'snap-0');
      await expect(hypervisor.createSnapshot(name, 'snap-0')).rejects.toThrow('snap-0');
      await machine.remember('after');
      await machine.overwrite(8, 1);
      expect(await machine.content(8)).not.toBe(before);
      await hypervisor.revertSnapshot(name, id);
      await machine.ready();
      expect([await machine.recall(), await machine.content(8)]).toEqual(['before', before]);
      expect(await stateOf(name)).toBe('running');
      await hypervisor.deleteSnapshot(name, id);
      await hypervisor.deleteSnapshot(name, id);
      await expect(hypervisor.revertSnapshot(name, id)).rejects.toThrow(id);
    });

    it('keeps a snapshot of one disk inside it', async () => {
      const { snapshots: machine } = bench;
      if (machine === null) {
        process.stdout.write('Left out: disk snapshots, because there is no qemu-img.\n');
        return;
      }
      const { path, target } = machine.disks[0];
      const kept = async (): Promise<string[]> => {
        const { stdout } = await run(['qemu-img', 'info', '-U', '-f', 'qcow2', '--output=json', '--', path]);
        const { snapshots = [] } = JSON.parse(stdout) as { snapshots?: Array<{ name: string }> };
        return snapshots.map((one) => one.name);
      };
      const name = await boot(machine);
      await hypervisor.createDiskSnapshot(name, target, 'disk-0');
      await expect(hypervisor.createDiskSnapshot(name, target, 'disk-0')).rejects.toThrow('disk-0');
      expect(await kept()).toEqual(['disk-0']);
      expect(await stateOf(name)).toBe('running');
      await machine.overwrite(9, 1);
      await hypervisor.deleteDiskSnapshot(name, target, 'disk-0');
      await hypervisor.deleteDiskSnapshot(name, target, 'disk-0');
      expect(await kept()).toEqual([]);
    });
  });
}
