// Machines for the tests of the libvirt driver: a real guest that answers over its console, and a domain of somebody else's.
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../src/exec/exec.ts';
import type { Machine, Planted } from '../../src/hypervisor/contract.ts';
import type { DomainDisk, DomainSpec } from '../../src/hypervisor/hypervisor.ts';
import type { DiskFormat } from '../../src/model/image.ts';
import type { TaskDisk } from '../../src/model/tasks/backup.ts';
import { agentAnswers } from '../guest/agent-channel.ts';
import { again, STOP } from '../guest/background.ts';
import { buildGuest, copyDisk } from '../guest/build.ts';
import { GuestConsole } from '../guest/console.ts';
import { removeDomain, URI } from '../guest/domains.ts';

const MIB = 1024 * 1024;

/** A machine with the test guest's root disk and two raw disks of data. */
export async function libvirtMachine(
  directory: string,
  vmId: number,
  { agent = true, format = 'raw' }: { agent?: boolean; format?: DiskFormat } = {},
): Promise<Machine> {
  await removeDomain(`one-${vmId}`); // of a run that was cut short
  const guest = await buildGuest(join(import.meta.dirname, '../../var/guest'));
  const kernel = await copyDisk(guest.kernel, join(directory, 'vmlinux'));
  const initrd = await copyDisk(guest.initrd, join(directory, 'initrd'));
  const raw = await copyDisk(guest.rootImage, join(directory, 'disk.0.raw'));
  const root = await inFormat({ diskId: 0, target: 'vda', path: raw, format: 'raw', file: '' }, format);
  const disks: [TaskDisk, TaskDisk] = [
    await inFormat(await dataDisk(directory, 1, 'vdb'), format),
    await inFormat(await dataDisk(directory, 2, 'vdc'), format),
  ];
  const spec: DomainSpec = {
    name: `one-${vmId}`,
    vmId,
    memoryMb: 192,
    vcpu: 1,
    cpu: 0.5,
    kvm: false,
    disks: [root, ...disks].map((disk) => ({
      ...domainDisk(disk.diskId, disk.target, disk.path),
      format,
      options: { DISCARD: 'unmap' },
    })),
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
      if (agent) await agentAnswers(spec.name);
    },
    count: async () => {
      const put = (device: string): string => `dd of=${device} bs=512 seek=2048 conv=notrunc oflag=direct 2>/dev/null`;
      const body = `i=$((i+1)); printf '%-512s' $i | ${put('/dev/vdb')}; printf '%-512s' $i | ${put('/dev/vdc')}`;
      await inGuest(again(body, 'i=0'));
      return async () => {
        await inGuest(STOP);
      };
    },
    overwrite: async (atMb, megabytes) => {
      const where = `of=/dev/vdb bs=1M seek=${atMb} count=${megabytes}`;
      await inGuest(`dd if=/dev/urandom ${where} conv=notrunc oflag=direct 2>&1`);
    },
    zero: async (atMb, megabytes) => {
      await inGuest(`blkdiscard -o ${atMb * MIB} -l ${megabytes * MIB} /dev/vdb`);
    },
    kill: async () => {
      process.kill(await pidOf(spec.name), 'SIGKILL');
    },
    remember: async (word) => {
      await inGuest(`echo ${word} > /tmp/memory`);
    },
    recall: () => inGuest('cat /tmp/memory 2>/dev/null; true'),
    targets: async () => (await inGuest('ls /sys/block')).split(/\s+/),
    size: async (target) => 512 * Number(await inGuest(`cat /sys/block/${target}/size 2>/dev/null || echo 0`)),
    content: (atMb) => inGuest(`dd if=/dev/vdb bs=1M skip=${atMb} count=1 iflag=direct 2>/dev/null | md5sum`),
    macs: async () => {
      const { stdout } = await run(['virsh', '-q', '-c', URI, 'domiflist', spec.name]);
      return stdout.match(/[0-9a-f]{2}(:[0-9a-f]{2}){5}/g) ?? [];
    },
  };
}

async function pidOf(domain: string): Promise<number> {
  return Number(await readFile(`/run/libvirt/qemu/${domain}.pid`, 'utf8'));
}

export function domainDisk(diskId: number, target: string, path: string): DomainDisk {
  return { diskId, target, path, format: 'raw', backing: [], cdrom: false, readonly: false, options: {} };
}

/** Data without zeros in its first half. */
export async function dataDisk(directory: string, diskId: number, target: string, sizeMb = 64): Promise<TaskDisk> {
  const path = join(directory, `disk.${diskId}`);
  const file = await open(path, 'w', 0o600);
  await file.write(Buffer.alloc((sizeMb / 2) * MIB, 0x55));
  await file.truncate(sizeMb * MIB);
  await file.close();
  return { diskId, target, path, format: 'raw', file: `disk.${diskId}.0` };
}

async function inFormat(disk: TaskDisk, format: DiskFormat): Promise<TaskDisk> {
  if (format === 'raw') return disk;
  const path = `${disk.path}.qcow2`;
  await run(['qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', '--', disk.path, path]);
  await chmod(path, 0o666);
  return { ...disk, path, format };
}

export async function publicDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'ov-libvirt-'));
  await chmod(directory, 0o711);
  return directory;
}

/** A libvirt network without any way out; ends with the returned function. */
export async function isolatedNetwork(name: string): Promise<() => Promise<void>> {
  await run(['virsh', '-q', '-c', URI, 'net-destroy', name], { okCodes: [1] });
  const file = join(tmpdir(), `${name}.xml`);
  await writeFile(file, `<network><name>${name}</name><bridge name='${name}'/></network>`);
  await run(['virsh', '-q', '-c', URI, 'net-create', '--file', file]);
  await rm(file);
  return async () => {
    await run(['virsh', '-q', '-c', URI, 'net-destroy', name]);
  };
}

/** A domain as somebody would have made it by hand: nothing to boot, so its firmware waits for ever. */
export async function plantDomain(directory: string, network: string, name: string): Promise<Planted> {
  const uuid = randomUUID();
  await removeDomain(name); // of a run that was cut short
  const disk = await dataDisk(directory, 90205, 'vda');
  const sound = "<sound model='ich6'/>";
  const file = join(directory, 'planted.xml');
  await writeFile(
    file,
    `<domain type='qemu'><name>${name}</name><uuid>${uuid}</uuid>
<metadata><app:note xmlns:app='urn:app'><disk>none</disk><uuid>x</uuid></app:note></metadata>
<memory unit='MiB'>64</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type><boot dev='hd'/></os><features><acpi/></features>
<devices><disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='${disk.path}'/><target dev='vda'/></disk>
<interface type='network'><source network='${network}'/></interface>${sound}</devices></domain>`,
  );
  await run(['virsh', '-q', '-c', URI, 'define', '--file', file]);
  await run(['virsh', '-q', '-c', URI, 'start', '--domain', uuid]);
  return { uuid, disk, unsaid: ['device sound (ich6)'], remove: () => removeDomain(uuid) };
}
