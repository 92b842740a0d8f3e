// Holding a real guest while the instant is fixed: how far its data was settled is told, and an agent that does not answer holds
// nobody up. Without libvirt the file says so and is left out.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/exec/exec.ts';
import type { Machine } from '../../src/hypervisor/contract.ts';
import type { BackupBegin, BackupExports } from '../../src/hypervisor/hypervisor.ts';
import { LibvirtHypervisor } from '../../src/hypervisor/libvirt/index.ts';
import { GuestConsole } from '../guest/console.ts';
import { libvirtMachine, publicDirectory, URI } from './libvirt-machine.ts';

const AGENT = '$(pidof qemu-ga guest-agent)';
const available = await run(['virsh', '-c', URI, 'version']).then(
  () => true,
  () => false,
);
if (!available) process.stdout.write(`Left out: the tests of freezing, because ${URI} does not answer.\n`);

describe.runIf(available)('freezing a real guest', () => {
  const hypervisor = new LibvirtHypervisor(URI, 'test-freeze');
  let directory: string;
  let machine: Machine;
  let guest: GuestConsole;

  beforeAll(async () => {
    directory = await publicDirectory();
    machine = await libvirtMachine(directory, 90260);
    await hypervisor.deploy(machine.spec);
    await machine.ready();
    guest = await GuestConsole.ofDomain(machine.spec.name, join(directory, 'console.log'));
  });
  afterAll(async () => {
    await guest.close();
    await hypervisor.remove(machine.spec.name);
    await rm(directory, { recursive: true, force: true });
  });

  const request = (change: Partial<BackupBegin>): BackupBegin => ({
    operationId: 'operation',
    vmId: machine.spec.vmId,
    domain: machine.spec.name,
    live: true,
    disks: machine.disks,
    runDirectory: join(directory, 'run'),
    freeze: 'AGENT',
    ...change,
  });
  const taken = async (change: Partial<BackupBegin>): Promise<Pick<BackupExports, 'consistency' | 'warnings'>> => {
    const begun = await hypervisor.beginBackup(request(change));
    await begun.end();
    return { consistency: begun.consistency, warnings: begun.warnings };
  };
  /** The guest writes to the file system that an agent freezes; a frozen one would not let it. */
  const writes = (): Promise<string> => guest.run('echo written > /root/free && sync && cat /root/free');

  it.each([
    ['AGENT', 'filesystem'],
    ['SUSPEND', 'suspended'],
    ['NONE', 'crash'],
  ] as const)('%s reaches the consistency %s', async (freeze, consistency) => {
    expect(await taken({ freeze })).toEqual({ consistency, warnings: [] });
    expect(await writes()).toContain('written');
  });

  it('ends within the limit where the agent does not answer, with a guest that is not frozen', async () => {
    await guest.run(`kill -STOP ${AGENT}`);
    try {
      const refused = request({ freezeLimit: { limitSec: 4, onFailure: 'FAIL' } });
      await expect(hypervisor.beginBackup(refused)).rejects.toThrow(/agent is not responding/i);
      expect(await writes()).toContain('written');
      expect(await hypervisor.cleanBackup(refused)).toEqual([]);
      const went = await taken({ freezeLimit: { limitSec: 4, onFailure: 'CONTINUE' } });
      expect(went).toEqual({ consistency: 'crash', warnings: [expect.stringMatching(/only crash-consistent.*agent/)] });
    } finally {
      await guest.run(`kill -CONT ${AGENT}`);
    }
    // what was asked in vain is answered late: nothing of it may freeze the guest
    await expect
      .poll(() => taken({}).then(({ consistency }) => consistency, String), { timeout: 60_000 })
      .toBe('filesystem');
    expect(await writes()).toContain('written');
  });
});
