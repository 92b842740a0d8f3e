// What the hypervisor's contract needs of the fake; its guest is this process, which writes to the disk files directly.
import { randomBytes } from 'node:crypto';
import { mkdtemp, open, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { run } from '../../src/exec/exec.ts';
import type { Attributes, Vector } from '../../src/model/attributes.ts';
import type { DiskFormat } from '../../src/model/image.ts';
import type { TaskDisk } from '../../src/model/tasks/backup.ts';
import type { Bench, Machine, Planted } from '../../src/hypervisor/contract.ts';
import type { DomainDisk, WildDomain } from '../../src/hypervisor/hypervisor.ts';
import { DomainFiles } from '../../src/hypervisor/fake/domain-file.ts';
import { FakeHypervisor } from '../../src/hypervisor/fake/index.ts';
import { Trackers } from '../../src/hypervisor/fake/trackers.ts';

const MIB = 1024 * 1024;

const hasQemuImg = await run(['qemu-img', '--version']).then(
  () => true,
  () => false,
);

/** A driver on machines of its own. */
export async function fakeBench(): Promise<Bench> {
  const directory = await mkdtemp(join(tmpdir(), 'fake-'));
  const config = { driver: 'fake', uri: join(directory, 'domains'), installation: '' };
  const hypervisor = new FakeHypervisor(config.uri);
  const spare = join(directory, 'spare');
  await writeFile(spare, Buffer.alloc(8 * MIB));
  return {
    config,
    hypervisor,
    agent: false,
    counts: false,
    machine: await machineOf(config.uri, directory, 90100, 'raw'),
    tracked: await machineOf(config.uri, directory, 90102, 'raw', 32),
    snapshots: hasQemuImg ? await machineOf(config.uri, directory, 90101, 'qcow2') : null,
    spare: domainDisk({ diskId: 3, target: 'vdd', path: spare, format: 'raw', file: '' }),
    nic: { nicId: 0, mac: '02:00:00:09:01:00', kind: 'network', source: 'test', model: '', ip: '' },
    plant: (name) => plant(config.uri, directory, name),
    close: () => rm(directory, { recursive: true }),
  };
}

/** Its guest is this process; what the guest remembers is in the domain's file. */
async function machineOf(
  uri: string,
  directory: string,
  vmId: number,
  format: DiskFormat,
  sizeMb = 64,
): Promise<Machine> {
  const make = (diskId: number): Promise<TaskDisk> => disk(directory, vmId, diskId, format, sizeMb);
  const disks: [TaskDisk, TaskDisk] = [await make(1), await make(2)];
  const name = `one-${vmId}`;
  const files = new DomainFiles(uri);
  const overwrite = format === 'raw' ? overwriteRaw : overwriteQcow2;
  return {
    spec: {
      name,
      vmId,
      memoryMb: 64,
      vcpu: 1,
      cpu: 0.1,
      kvm: false,
      disks: disks.map(domainDisk),
      nics: [],
      template: [],
      vmDirectory: directory,
    },
    disks,
    ready: async () => undefined,
    count: async () => {
      const stop = new AbortController();
      const done = (async () => {
        for (let number = 1; !stop.signal.aborted; number++) {
          for (const { path } of disks) await write(path, MIB, Buffer.from(String(number).padEnd(512)));
          await turn();
        }
      })();
      return async () => {
        stop.abort();
        await done;
      };
    },
    overwrite: (atMb, megabytes) => overwrite(disks[0].path, atMb, megabytes),
    zero: (atMb, megabytes) => write(disks[0].path, atMb * MIB, Buffer.alloc(megabytes * MIB)),
    kill: async () => {
      await new FakeHypervisor(uri).shutdown(name, true);
      await new Trackers(uri).spoil(vmId);
    },
    remember: async (word) => files.put({ ...files.get(name), memory: word }),
    recall: async () => files.get(name).memory,
    targets: async () => files.get(name).disks.map(({ target }) => target),
    macs: async () => files.get(name).nics.map(({ mac }) => mac),
    size: async (target) => {
      const path = files.get(name).disks.find((one) => one.target === target)?.path ?? '';
      return (await stat(path)).size;
    },
    content: async (atMb) => {
      const { stdout } = await run(['qemu-io', '-r', '-f', format, '-c', `read -v ${atMb}M 512`, disks[0].path]);
      return stdout
        .split('\n')
        .filter((line) => /^[0-9a-f]{8}: /.test(line))
        .join('\n');
    },
  };
}

async function plant(uri: string, directory: string, name: string): Promise<Planted> {
  const file = join(uri, 'wild-planted.json');
  const planted = await disk(directory, 90205, 0, 'raw');
  const uuid = '11111111-2222-3333-4444-555555555555';
  const vector: Vector = [
    ['TARGET', planted.target],
    ['SOURCE', planted.path],
    ['FORMAT', 'raw'],
    ['TYPE', 'FILE'],
    ['SIZE', '64'],
    ['DEV_PREFIX', 'vd'],
    ['READONLY', 'NO'],
    ['PERSISTENT', 'YES'],
  ];
  const template: Attributes = [
    ['NAME', name],
    ['CPU', '1'],
    ['VCPU', '1'],
    ['MEMORY', '64'],
    ['DISK', vector],
  ];
  const unsaid = ['device sound (ich6)'];
  const wild: WildDomain = { name, uuid, state: 'running', vcpu: 1, memoryMb: 64, template, unsaid };
  await writeFile(file, JSON.stringify(wild));
  return { uuid, disk: planted, unsaid, remove: () => rm(file) };
}

function domainDisk({ diskId, target, path, format }: TaskDisk): DomainDisk {
  return { diskId, target, path, format, backing: [], cdrom: false, readonly: false, options: {} };
}

async function disk(
  directory: string,
  vmId: number,
  diskId: number,
  format: DiskFormat,
  sizeMb = 64,
): Promise<TaskDisk> {
  const path = join(directory, `disk.${vmId}.${diskId}`);
  if (format === 'qcow2') {
    await run(['qemu-img', 'create', '-q', '-f', 'qcow2', path, `${sizeMb}M`]);
  } else {
    await writeFile(path, Buffer.alloc(32 * MIB, 0x55));
    await truncate(path, sizeMb * MIB);
  }
  return { diskId, target: `vd${'abc'[diskId] ?? ''}`, path, format, file: `disk.${diskId}.0` };
}

async function overwriteRaw(path: string, atMb: number, megabytes: number): Promise<void> {
  await write(path, atMb * MIB, randomBytes(megabytes * MIB));
}

async function overwriteQcow2(path: string, atMb: number, megabytes: number): Promise<void> {
  await run(['qemu-io', '-f', 'qcow2', '-c', `write -P 0xee ${atMb}M ${megabytes}M`, path]);
}

async function write(path: string, at: number, bytes: Buffer): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(bytes, 0, bytes.length, at);
  await file.close();
}
