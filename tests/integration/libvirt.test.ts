// The libvirt driver keeps the contract with a real guest that writes. Domains of this test are called one-9xxxx; nothing else
// on the host is touched. Without libvirt the suite says so and is left out.
import { chmod, mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/exec/exec.ts';
import { hypervisorContract, type Bench, type Machine } from '../../src/hypervisor/contract.ts';
import type { BackupBegin, DomainDisk, DomainSpec } from '../../src/hypervisor/hypervisor.ts';
import { LibvirtHypervisor } from '../../src/hypervisor/libvirt/index.ts';
import { probe } from '../../src/hypervisor/libvirt/kvm-probe.ts';
import { watch } from '../../src/hypervisor/libvirt/events.ts';
import type { TaskDisk } from '../../src/model/mover-protocol.ts';
import { NbdClient } from '../../src/nbd/client.ts';
import { buildGuest, copyDisk } from '../guest/build.ts';
import { GuestConsole } from '../guest/console.ts';
import { childrenOf, processesWhere } from '../faults/processes.ts';

const URI = 'qemu:///system';
const INSTALLATION = 'test-libvirt';
const MIB = 1024 * 1024;
const available = await run(['virsh', '-c', URI, 'version']).then(
  () => true,
  () => false,
);
if (!available) process.stdout.write(`Left out: the libvirt tests, because ${URI} does not answer.\n`);

/** A machine with the test guest's root disk and two raw disks of data. */
async function libvirtMachine(directory: string, vmId: number, agent = true): Promise<Machine> {
  // what a run that was cut short has left
  await run(['virsh', '-c', URI, 'destroy', `one-${vmId}`], { okCodes: [1] });
  await run(['virsh', '-c', URI, 'undefine', `one-${vmId}`], { okCodes: [1] });
  const guest = await buildGuest(join(import.meta.dirname, '../../var/guest'));
  const kernel = await copyDisk(guest.kernel, join(directory, 'vmlinuz'));
  const initrd = await copyDisk(guest.initrd, join(directory, 'initrd'));
  const root = await copyDisk(guest.rootImage, join(directory, 'disk.0'));
  const disks: [TaskDisk, TaskDisk] = [await dataDisk(directory, 1, 'vdb'), await dataDisk(directory, 2, 'vdc')];
  const all = [{ diskId: 0, target: 'vda', path: root }, ...disks];
  const spec: DomainSpec = {
    name: `one-${vmId}`,
    vmId,
    memoryMb: 192,
    vcpu: 1,
    cpu: 0.5,
    kvm: false,
    disks: all.map(({ diskId, target, path }) => domainDisk(diskId, target, path)),
    nics: [],
    template: [
      [
        'OS',
        [
          ['KERNEL', kernel],
          ['INITRD', initrd],
          ['KERNEL_CMD', guest.kernelCommand],
        ],
      ],
      ['FEATURES', [['GUEST_AGENT', agent ? 'yes' : 'no']]],
      [
        'GRAPHICS',
        [
          ['TYPE', 'VNC'],
          ['LISTEN', '127.0.0.1'],
        ],
      ],
    ],
    vmDirectory: directory,
  };
  const log = join(directory, 'console.log');
  let guestConsole: GuestConsole | null = null;
  const inGuest = async (command: string): Promise<string> => {
    if (guestConsole === null) throw new Error('The guest is not ready.');
    return guestConsole.run(command);
  };
  return {
    spec,
    disks,
    ready: async () => {
      await guestConsole?.close();
      guestConsole = await GuestConsole.ofDomain(spec.name, log);
      await guestConsole.ready();
    },
    count: async () => {
      const put = (device: string): string => `dd of=${device} bs=512 seek=2048 conv=notrunc oflag=direct 2>/dev/null`;
      const body = `i=$((i+1)); printf '%-512s' $i | ${put('/dev/vdb')}; printf '%-512s' $i | ${put('/dev/vdc')}`;
      await inGuest(`rm -f /tmp/stop; (i=0; until [ -e /tmp/stop ]; do ${body}; done) >/dev/null 2>&1 &`);
      return async () => {
        await inGuest('touch /tmp/stop; sleep 1');
      };
    },
    overwrite: async (atMb, megabytes) => {
      const where = `of=/dev/vdb bs=1M seek=${atMb} count=${megabytes}`;
      await inGuest(`dd if=/dev/urandom ${where} conv=notrunc oflag=direct 2>&1`);
    },
    kill: async () => {
      process.kill(await pidOf(spec.name), 'SIGKILL');
    },
  };
}

async function pidOf(domain: string): Promise<number> {
  return Number(await readFile(`/run/libvirt/qemu/${domain}.pid`, 'utf8'));
}

function domainDisk(diskId: number, target: string, path: string): DomainDisk {
  return { diskId, target, path, format: 'raw', backing: [], cdrom: false, readonly: false, options: {} };
}

async function dataDisk(directory: string, diskId: number, target: string): Promise<TaskDisk> {
  const path = join(directory, `disk.${diskId}`);
  const file = await open(path, 'w', 0o600);
  await file.write(Buffer.alloc(32 * MIB, 0x55));
  await file.truncate(64 * MIB);
  await file.close();
  return { diskId, target, path, format: 'raw', file: `disk.${diskId}.0` };
}

async function publicDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'ov-libvirt-'));
  await chmod(directory, 0o711);
  return directory;
}

describe.runIf(available)('libvirt', () => {
  hypervisorContract('libvirt', async (): Promise<Bench> => {
    const directory = await publicDirectory();
    const machine = await libvirtMachine(directory, 90200);
    return {
      config: { driver: 'libvirt', uri: URI, installation: INSTALLATION },
      hypervisor: new LibvirtHypervisor(URI, INSTALLATION),
      agent: true,
      machine,
      close: () => rm(directory, { recursive: true, force: true }),
    };
  });

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
      machine = await libvirtMachine(directory, 90201, false);
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
        if (live) await hypervisor.deploy(spec);
        else await hypervisor.remove(spec.name);
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
      await machine.ready();
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
      await expect.poll(pauseAndResume, { timeout: 20_000 }).toContain('Resumed Unpaused');
      const watchers = ownChildren('virsh');
      expect(watchers).toHaveLength(1);
      for (const child of watchers) process.kill(child, 'SIGKILL');
      const seen = events.length;
      await expect.poll(async () => (await pauseAndResume()).length, { timeout: 20_000 }).toBeGreaterThan(seen);
      stop.abort();
      await watching;
    });
  });

  it('runs the probe where QEMU can, and answers for KVM in time', async () => {
    expect(await probe('tcg')).toBe(true);
    process.stdout.write(`Guests ${(await probe('kvm')) ? 'run' : 'do not run'} under KVM here.\n`);
    expect(ownChildren('qemu-system-x86')).toEqual([]);
  });
});

/** Children of this process that run that program. */
function ownChildren(program: string): number[] {
  const mine = childrenOf(process.pid);
  return processesWhere((command, pid) => mine.includes(Number(pid)) && command.includes(program));
}
