// What is particular to the libvirt driver, with real guests. Domains of this test are called one-9xxxx; nothing else on the host is
// touched. Without libvirt the suite says so and is left out.
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { run, start } from '../../src/exec/exec.ts';
import type { Machine } from '../../src/hypervisor/contract.ts';
import type { BackupBegin, DomainDisk, DomainNic } from '../../src/hypervisor/hypervisor.ts';
import { LibvirtHypervisor } from '../../src/hypervisor/libvirt/index.ts';
import { probe } from '../../src/hypervisor/libvirt/kvm-probe.ts';
import { watch } from '../../src/hypervisor/libvirt/events.ts';
import type { TaskDisk } from '../../src/model/tasks/backup.ts';
import { NbdClient } from '../../src/nbd/client.ts';
import { URI } from '../guest/domains.ts';
import {
  dataDisk,
  domainDisk,
  isolatedNetwork,
  libvirtMachine,
  plantDomain,
  publicDirectory,
} from './libvirt-machine.ts';
import { childrenOf, processesWhere } from '../faults/processes.ts';

const INSTALLATION = 'test-libvirt';
const MIB = 1024 * 1024;
const available = await run(['virsh', '-c', URI, 'version']).then(
  () => true,
  () => false,
);
if (!available) process.stdout.write(`Left out: the libvirt tests, because ${URI} does not answer.\n`);

describe.runIf(available)('libvirt', () => {
  describe('what is particular to libvirt', () => {
    const hypervisor = new LibvirtHypervisor(URI, INSTALLATION);
    let directory: string;
    let machine: Machine;
    const begin = (change: Partial<BackupBegin> = {}): BackupBegin => ({
      operationId: 'operation-1',
      vmId: machine.spec.vmId,
      domain: machine.spec.name,
      live: true,
      disks: machine.disks,
      runDirectory: join(directory, 'run'),
      freeze: 'NONE',
      ...change,
    });

    beforeAll(async () => {
      directory = await publicDirectory();
      machine = await libvirtMachine(directory, 90201, { agent: false });
      await hypervisor.deploy(machine.spec);
      await machine.ready();
    });
    afterAll(async () => {
      await hypervisor.remove(machine.spec.name);
      await rm(directory, { recursive: true, force: true });
    });

    it('resumes a guest that a dead run had suspended, and only that one', async () => {
      await mkdir(join(directory, 'run'));
      await run(['virsh', '-c', URI, 'suspend', machine.spec.name]);
      expect(await hypervisor.cleanBackup(begin())).toEqual([]);
      expect((await hypervisor.domains()).get(machine.spec.name)).toBe('paused');
      await mkdir(join(directory, 'run'), { recursive: true });
      await (await open(join(directory, 'run/suspended'), 'w')).close();
      expect(await hypervisor.cleanBackup(begin())).toEqual([expect.stringContaining('Resumed')]);
      expect((await hypervisor.domains()).get(machine.spec.name)).toBe('running');
    });

    it('leaves a job alone that belongs to another run', async () => {
      const begun = await hypervisor.beginBackup(begin());
      expect(await hypervisor.cleanBackup(begin({ runDirectory: join(directory, 'other') }))).toEqual([]);
      await expect(hypervisor.beginBackup(begin({ runDirectory: join(directory, 'other') }))).rejects.toThrow(
        join(directory, 'run'),
      );
      await begun.end();
    });

    // who reads statistics while QEMU makes a qcow2 meets one that is half open, and QEMU 7.2 ends on that
    it('has QEMU make no file when a backup begins', async () => {
      const argv = ['stdbuf', '-oL', 'virsh', '-c', URI, 'qemu-monitor-event', '--domain', machine.spec.name, '--loop'];
      const events = start([...argv, '--event', 'JOB_STATUS_CHANGE'], { dieWithParent: true });
      let seen = '';
      events.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
      try {
        await vi.waitUntil(
          async () => {
            await (await hypervisor.beginBackup(begin())).end();
            return seen.includes('"backup-'); // the program listens
          },
          { timeout: 120_000 },
        );
        seen = '';
        await (await hypervisor.beginBackup(begin())).end();
        await vi.waitUntil(() => seen.includes('"backup-'), { timeout: 120_000 });
        expect(seen).not.toContain('"create-');
      } finally {
        events.stop();
        await events.exit;
      }
    });

    it('says that the guest has no agent, and leaves no note behind', async () => {
      await expect(hypervisor.beginBackup(begin({ freeze: 'AGENT' }))).rejects.toThrow(/agent/i);
      expect(await hypervisor.cleanBackup(begin())).toEqual([]);
    });

    it('keeps the identity of a domain that is defined anew', async () => {
      const uuid = async (): Promise<string> => (await run(['virsh', '-c', URI, 'domuuid', machine.spec.name])).stdout;
      const before = await uuid();
      await hypervisor.shutdown(machine.spec.name, true);
      await hypervisor.deploy({ ...machine.spec, memoryMb: 160 });
      expect(await uuid()).toBe(before);
      expect((await run(['virsh', '-c', URI, 'dumpxml', machine.spec.name])).stdout).toContain(`>${160 * 1024}<`);
    });

    it.each([
      ['another installation', new LibvirtHypervisor(URI, 'test-other')],
      ['nobody known', undefined],
    ])('never takes over a domain of %s', async (_whose, other) => {
      const own = await publicDirectory(); // a console log has one writer
      const data = await dataDisk(own, 4, 'vda');
      const spec = {
        ...machine.spec,
        name: 'one-90204',
        vmId: 90204,
        disks: [domainDisk(4, 'vda', data.path)],
        vmDirectory: own,
      };
      const theirs = async (...args: string[]): Promise<string> =>
        (await run(['virsh', '-q', '-c', URI, ...args])).stdout;
      await (other ?? hypervisor).deploy(spec);
      if (other === undefined)
        await theirs('metadata', spec.name, 'urn:onevault:domain', '--remove', '--live', '--config');
      await theirs('suspend', spec.name); // a guest whose disk is empty ends by itself
      try {
        const before = await theirs('dumpxml', spec.name);
        expect((await hypervisor.domains()).has(spec.name)).toBe(false);
        await expect(hypervisor.deploy(spec)).rejects.toThrow(`Domain ${spec.name} cannot be deployed`);
        await expect(hypervisor.reboot(spec.name, true)).rejects.toThrow('does not run');
        await expect(hypervisor.beginBackup(begin({ domain: spec.name, disks: [data] }))).rejects.toThrow(
          'does not run',
        );
        await hypervisor.shutdown(spec.name, true);
        await hypervisor.remove(spec.name);
        expect(await theirs('dumpxml', spec.name)).toBe(before);
        await theirs('destroy', spec.name);
        await expect(hypervisor.deploy(spec)).rejects.toThrow('not of this OneVault');
        await hypervisor.remove(spec.name);
        expect((await theirs('domstate', spec.name)).trim()).toBe('shut off');
      } finally {
        if (other === undefined) await theirs('undefine', spec.name);
        else await other.remove(spec.name);
        await rm(own, { recursive: true });
      }
    });

    it('names the directory that QEMU may not enter and how to mend it', async () => {
      const closed = join(directory, 'closed');
      await mkdir(closed, { mode: 0o700 });
      const disk = await dataDisk(closed, 3, 'vdb');
      const disks = [domainDisk(3, 'vdb', disk.path)];
      const spec = { ...machine.spec, name: 'one-90202', vmId: 90202, disks, vmDirectory: closed };
      const refusal = expect.objectContaining({
        message: expect.stringContaining(`it may not enter ${closed}`),
        hint: `Let it through: setfacl -m u:libvirt-qemu:x ${closed}`,
      });
      await expect(hypervisor.deploy(spec)).rejects.toEqual(refusal);
      await run(['setfacl', '-m', 'u:libvirt-qemu:x', closed]);
      await hypervisor.deploy(spec).finally(() => hypervisor.remove(spec.name));
    });

    it('goes on from saved memory where its files have moved', async () => {
      await machine.ready();
      const file = join(directory, 'memory');
      const elsewhere = await publicDirectory();
      await machine.remember('swift');
      await hypervisor.save(machine.spec.name, file);
      await hypervisor.remove(machine.spec.name);
      const moved = machine.disks[0];
      await run(['mv', moved.path, join(elsewhere, 'disk.1')]);
      const disks = machine.spec.disks.map((disk) =>
        disk.target === moved.target ? { ...disk, path: join(elsewhere, 'disk.1') } : disk,
      );
      await hypervisor.restore({ ...machine.spec, disks }, file);
      await machine.ready();
      expect(await machine.recall()).toBe('swift');
      await machine.overwrite(8, 1);
      const { stdout } = await run(['virsh', '-c', URI, 'domblklist', machine.spec.name]);
      expect(stdout).toContain(join(elsewhere, 'disk.1'));
      await hypervisor.shutdown(machine.spec.name, true);
      await run(['mv', join(elsewhere, 'disk.1'), moved.path]);
      await rm(elsewhere, { recursive: true });
      await hypervisor.deploy(machine.spec);
      await machine.ready();
    });

    it('lets the guest go on, and leaves no half file, when there is no room for its memory', async () => {
      await machine.ready();
      const full = join(directory, 'full');
      await mkdir(full);
      await run(['mount', '-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', full]);
      try {
        await machine.remember('martin');
        await expect(hypervisor.save(machine.spec.name, join(full, 'memory'))).rejects.toThrow('could not save');
        expect((await hypervisor.domains()).get(machine.spec.name)).toBe('running');
        expect(await readdir(full)).toEqual([]);
        expect(await machine.recall()).toBe('martin');
      } finally {
        await run(['umount', full]);
      }
    });

    it('goes on from the memory that somebody had libvirt keep of a domain of theirs', async () => {
      const own = await publicDirectory();
      const end = await isolatedNetwork('ov90207');
      const planted = await plantDomain(own, 'ov90207', 'kept 90207');
      try {
        await run(['virsh', '-c', URI, 'managedsave', '--domain', planted.uuid]);
        hypervisor.adopt({ name: 'kept 90207', uuid: planted.uuid });
        await hypervisor.start('kept 90207');
        const { stdout } = await run(['virsh', '-c', URI, 'domstate', '--domain', planted.uuid, '--reason']);
        expect(stdout).toContain('restored');
      } finally {
        hypervisor.disown('kept 90207');
        await planted.remove();
        await end();
        await rm(own, { recursive: true });
      }
    });

    it('says which bridge the host does not have', async () => {
      const nic: DomainNic = {
        nicId: 1,
        mac: '02:00:00:09:02:01',
        kind: 'bridge',
        source: 'ov90201no',
        model: '',
        ip: '',
      };
      const refusal = expect.objectContaining({ hint: expect.stringContaining('no bridge "ov90201no"') });
      await expect(hypervisor.attachNic(machine.spec.name, nic)).rejects.toEqual(refusal);
      expect(await machine.macs()).toEqual([]);
    });

    it('names the interface of a NIC after VM and NIC', async () => {
      const end = await isolatedNetwork('ov90201');
      try {
        const nic: DomainNic = {
          nicId: 1,
          mac: '02:00:00:09:02:01',
          kind: 'bridge',
          source: 'ov90201',
          model: '',
          ip: '',
        };
        await hypervisor.attachNic(machine.spec.name, nic);
        const { stdout } = await run(['virsh', '-c', URI, 'domiflist', machine.spec.name]);
        expect(stdout).toMatch(/one-90201-1\s+bridge\s+ov90201\s+virtio\s+02:00:00:09:02:01/);
        await hypervisor.detachNic(machine.spec.name, nic);
      } finally {
        await end();
      }
    });

    it('shows an overlay as one disk, running or off, and leaves a CD drive out', async () => {
      const [, data] = machine.disks;
      const overlay = join(directory, 'overlay.qcow2');
      await run(['qemu-img', 'create', '-q', '-f', 'qcow2', '-b', data.path, '-F', 'raw', overlay]);
      const iso = await dataDisk(directory, 9, 'hda');
      const top: DomainDisk = { ...domainDisk(2, 'vdc', overlay), format: 'qcow2', backing: [data] };
      const cd: DomainDisk = { ...domainDisk(9, 'hda', iso.path), cdrom: true, readonly: true };
      const spec = { ...machine.spec, name: 'one-90203', vmId: 90203, disks: [top, cd], vmDirectory: directory };
      const disks: TaskDisk[] = [{ ...data, path: overlay, format: 'qcow2' }];
      await hypervisor.shutdown(machine.spec.name, true);
      for (const live of [true, false]) {
        if (live) {
          await hypervisor.deploy(spec);
          await run(['virsh', '-c', URI, 'suspend', spec.name]); // it has no system, and ends by itself
        } else await hypervisor.remove(spec.name);
        const begun = await hypervisor.beginBackup(begin({ domain: spec.name, vmId: 90203, live, disks }));
        expect(begun.warnings).toEqual([]);
        const [shown] = begun.exports;
        const client = await NbdClient.connect({ socket: shown?.socket ?? '', exportName: shown?.exportName ?? '' });
        const bytes = Buffer.alloc(MIB);
        await client.read(31 * MIB, bytes);
        expect([client.size, bytes.equals(Buffer.alloc(MIB, 0x55))]).toEqual([64 * MIB, true]);
        await client.close();
        await begun.end();
      }
      await hypervisor.deploy(machine.spec);
    });

    it('begins watching again when virsh goes away', async () => {
      const stop = new AbortController();
      const events: string[] = [];
      const watching = (async () => {
        for await (const { domain, event } of watch(URI, stop.signal, 50)) {
          if (domain === machine.spec.name) events.push(event);
        }
      })();
      const pauseAndResume = async (): Promise<string[]> => {
        await run(['virsh', '-c', URI, 'suspend', machine.spec.name], { okCodes: [1] });
        await run(['virsh', '-c', URI, 'resume', machine.spec.name], { okCodes: [1] });
        return events;
      };
      await expect.poll(pauseAndResume).toContain('Resumed Unpaused');
      const watchers = ownChildren('virsh');
      expect(watchers).toHaveLength(1);
      for (const child of watchers) process.kill(child, 'SIGKILL');
      const seen = events.length;
      await expect.poll(async () => (await pauseAndResume()).length).toBeGreaterThan(seen);
      stop.abort();
      await watching;
    });
  });

  it('runs the probe where QEMU can, and answers for KVM in time', async () => {
    await expect.poll(() => probe('tcg')).toBe(true); // it has five seconds, which a busy machine may not give it at once
    process.stdout.write(`Guests ${(await probe('kvm')) ? 'run' : 'do not run'} under KVM here.\n`);
    expect(ownChildren('qemu-system-x86')).toEqual([]);
  });
});

/** Children of this process that run that program. */
function ownChildren(program: string): number[] {
  const mine = childrenOf(process.pid);
  return processesWhere((command, pid) => mine.includes(Number(pid)) && command.includes(program));
}
