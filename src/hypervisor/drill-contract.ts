// The part of the drivers' contract about drills: machines that are booted from disks which are only read, and thrown away.
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drillDomain } from '../model/ids.ts';
import type { Bench } from './contract.ts';
import { serveNbd } from './fake/nbd-server.ts';
import type { DrillDisk, DrillSpec } from './hypervisor.ts';

const MIB = 1024 * 1024;
const ID = '00d7111000000001';

export function drillContract(benchOf: () => Bench): void {
  describe('drills', () => {
    let bench: Bench;
    let directory: string;
    let server: Awaited<ReturnType<typeof serveNbd>> | undefined;

    beforeEach(async () => {
      bench = benchOf();
      directory = await mkdtemp(join(tmpdir(), 'ov-drill-'));
      await chmod(directory, 0o711);
    });
    afterEach(async () => {
      await bench.hypervisor.endDrill(ID);
      await server?.close();
      await rm(directory, { recursive: true, force: true });
    });

    /** The first disk of the bench's machine, as an NBD server shows it, and an empty one. */
    const spec = async (): Promise<DrillSpec> => {
      const { path, target } = bench.machine.disks[0];
      const content = { socket: join(directory, 'disk.sock'), exportName: 'disk.1' };
      server = await serveNbd(content.socket, new Map([[content.exportName, { path }]]));
      await chmod(content.socket, 0o666);
      const disks: DrillDisk[] = [
        { diskId: 1, target, virtualBytes: 64 * MIB, content },
        { diskId: 2, target: 'vdz', virtualBytes: MIB },
      ];
      const { kvm } = bench.machine.spec;
      // nothing to boot from: its firmware stops there, where a guest could end the machine by a panic
      const template = bench.machine.spec.template.filter(([name]) => name !== 'OS');
      return { operationId: ID, memoryMb: 128, vcpu: 1, kvm, disks, template, directory: join(directory, 'run') };
    };
    const written = async (): Promise<number> => (await stat(bench.machine.disks[0].path)).mtimeMs;

    it('boots a machine that is neither a VM nor wild, and leaves what it was booted from as it was', async () => {
      const { hypervisor } = bench;
      const before = await written();
      const machine = await hypervisor.beginDrill(await spec());
      expect(machine.domain).toBe(drillDomain(ID));
      expect(await machine.runs()).toBe(true);
      expect((await hypervisor.domains()).has(machine.domain)).toBe(false);
      expect((await hypervisor.wilds()).map(({ name }) => name)).not.toContain(machine.domain);
      expect((await hypervisor.stats()).has(machine.domain)).toBe(false);
      expect(
        Buffer.from((await machine.screen()) ?? [])
          .subarray(1, 4)
          .toString(),
      ).toBe('PNG');
      expect(await machine.agentAnswers()).toBe(false);
      expect(await hypervisor.endDrill(ID)).toBe(true);
      expect(await machine.runs()).toBe(false);
      expect(await hypervisor.endDrill(ID)).toBe(false);
      expect(await written()).toBe(before);
    });

    it('can be begun again after its end, and says why it cannot be begun', async () => {
      const { hypervisor } = bench;
      const wanted = await spec();
      await hypervisor.beginDrill(wanted);
      expect(await hypervisor.endDrill(ID)).toBe(true);
      await server?.close();
      await expect(hypervisor.beginDrill(wanted)).rejects.toThrow();
      await hypervisor.endDrill(ID);
    });
  });
}
