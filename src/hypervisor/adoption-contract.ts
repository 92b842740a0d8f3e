// The part of the drivers' contract that is about domains which OneVault did not make: they are told of, left alone, and when
// adopted treated as its own without ever being defined anew or forgotten.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { field, text, vectors } from '../model/attributes.ts';
import { openHypervisor } from './all.ts';
import type { Bench, Planted } from './contract.ts';
import type { BackupBegin, DomainSpec, Hypervisor, WildDomain } from './hypervisor.ts';

/** Whoever puts this where a command expects its options learns it here. */
const NAME = '--config 90205';

export function adoptionContract(benchOf: () => Bench): void {
  describe('domains of somebody else', () => {
    let bench: Bench;
    let hypervisor: Hypervisor;
    let scratch: string;
    let planted: Planted;

    beforeAll(async () => {
      bench = benchOf();
      hypervisor = bench.hypervisor;
      scratch = await mkdtemp(join(tmpdir(), 'ov-wild-'));
      await chmod(scratch, 0o711);
    });
    beforeEach(async () => {
      planted = await bench.plant(NAME);
    });
    afterEach(async () => {
      hypervisor.disown(NAME);
      await planted.remove();
    });
    afterAll(() => rm(scratch, { recursive: true, force: true }));

    const wild = async (from = hypervisor): Promise<WildDomain | undefined> =>
      (await from.wilds()).find(({ name }) => name === NAME);
    const state = async (from = hypervisor): Promise<string | undefined> => (await from.domains()).get(NAME);
    const begin = (): BackupBegin => ({
      operationId: 'operation-wild',
      vmId: 90205,
      domain: NAME,
      live: true,
      disks: [planted.disk],
      runDirectory: join(scratch, 'run'),
      freeze: 'SUSPEND',
    });
    const specOf = (): DomainSpec => ({ ...bench.machine.spec, name: NAME, vmId: 90205 });

    it('are described as a template', async () => {
      const found = await wild();
      expect(found).toMatchObject({ name: NAME, uuid: planted.uuid, state: 'running', vcpu: 1, memoryMb: 64 });
      const template = found?.template ?? [];
      expect(text(template, 'NAME')).toBe(NAME);
      expect(text(template, 'MEMORY')).toBe('64');
      const [disk] = vectors(template, 'DISK');
      const named = ['TARGET', 'SOURCE', 'FORMAT', 'TYPE', 'SIZE', 'DEV_PREFIX', 'READONLY', 'PERSISTENT'];
      expect(named.map((name) => field(disk, name))).toEqual([
        planted.disk.target,
        planted.disk.path,
        'raw',
        'FILE',
        '64',
        'vd',
        'NO',
        'YES',
      ]);
      expect(found?.unsaid).toEqual(planted.unsaid);
    });

    it('are left alone until they are adopted', async () => {
      await hypervisor.deploy(bench.machine.spec);
      expect((await hypervisor.wilds()).map(({ name }) => name)).not.toContain(bench.machine.spec.name);
      expect(await state()).toBeUndefined();
      expect((await hypervisor.stats()).has(NAME)).toBe(false);
      await hypervisor.shutdown(NAME, true);
      await hypervisor.remove(NAME);
      for (const order of [
        () => hypervisor.start(NAME),
        () => hypervisor.reboot(NAME, true),
        () => hypervisor.save(NAME, join(scratch, 'memory')),
        () => hypervisor.attachNic(NAME, bench.nic),
        () => hypervisor.createDiskSnapshot(NAME, 'vda', 'disk-0'),
        () => hypervisor.revertSnapshot(NAME, 'snap-0'),
        () => hypervisor.beginBackup(begin()),
      ]) {
        await expect(order()).rejects.toThrow(NAME);
      }
      expect(await hypervisor.cleanBackup(begin())).toEqual([]);
      expect((await wild())?.state).toBe('running');
    });

    it('are treated as its own when adopted, but neither defined nor forgotten', async () => {
      hypervisor.adopt({ name: NAME, uuid: planted.uuid });
      expect(await wild()).toBeUndefined();
      expect(await state()).toBe('running');
      expect((await hypervisor.stats()).has(NAME)).toBe(true);
      await expect(hypervisor.deploy(specOf())).rejects.toThrow(NAME);
      await hypervisor.reboot(NAME, true);
      await hypervisor.attachNic(NAME, bench.nic);
      await hypervisor.remove(NAME);
      expect(await state()).toBe('shutoff');
      await hypervisor.start(NAME);
      await hypervisor.start(NAME);
      expect(await state()).toBe('running');
      const file = join(scratch, 'memory');
      await hypervisor.save(NAME, file);
      expect(await state()).toBe('shutoff');
      await hypervisor.restore(specOf(), file);
      expect(await state()).toBe('running');
      hypervisor.disown(NAME);
      expect(await state()).toBeUndefined();
      expect(await wild()).toMatchObject({ uuid: planted.uuid, state: 'running' });
    });

    it('are backed up by a process that was told of them', async () => {
      const adopted = [{ name: NAME, uuid: planted.uuid }];
      const other = openHypervisor({ ...bench.config, adopted });
      const begun = await other.beginBackup(begin());
      expect(begun.exports).toHaveLength(1);
      expect(await state(other)).toBe('running');
      await expect(other.beginBackup({ ...begin(), runDirectory: join(scratch, 'run-2') })).rejects.toThrow(scratch);
      await begun.end();
      expect(await other.cleanBackup(begin())).toEqual([]);
      await other.shutdown(NAME, true);
      await (await other.beginBackup({ ...begin(), live: false })).end();
    });

    it('are never another domain of the same name', async () => {
      hypervisor.adopt({ name: NAME, uuid: 'd8fb2568-41d0-4298-892e-47d7d30c2880' });
      expect(await state()).toBeUndefined();
      await hypervisor.shutdown(NAME, true);
      await hypervisor.remove(NAME);
      await expect(hypervisor.start(NAME)).rejects.toThrow(NAME);
      await expect(hypervisor.beginBackup(begin())).rejects.toThrow(NAME);
      expect((await wild())?.state).toBe('running');
    });

    it('are heard of when they start and stop', async () => {
      hypervisor.adopt({ name: NAME, uuid: planted.uuid });
      const stop = new AbortController();
      const events: string[] = [];
      const watching = (async () => {
        for await (const { domain, event } of hypervisor.watch(stop.signal)) {
          if (domain === NAME) events.push(event.split(' ')[0] ?? '');
        }
      })();
      const offAndOn = async (): Promise<string[]> => {
        await hypervisor.shutdown(NAME, true);
        await hypervisor.start(NAME);
        return events;
      };
      await expect.poll(offAndOn).toEqual(expect.arrayContaining(['Started', 'Stopped']));
      stop.abort();
      await watching;
    });
  });
}
