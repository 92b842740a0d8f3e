// A real guest whose backups are made of layers, as the driver makes them, and what a backup of it would have stored: each point is put
// together from the full one and the changes that the exports tell, and compared with what the guest's disk held at that instant.
import { chmod, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../src/exec/exec.ts';
import type { BackupBegin, BackupExports, DiskExport, DomainSpec } from '../../src/hypervisor/hypervisor.ts';
import { LibvirtHypervisor } from '../../src/hypervisor/libvirt/index.ts';
import type { TaskDisk } from '../../src/model/tasks/backup.ts';
import { GuestConsole } from '../guest/console.ts';
import { URI } from '../guest/domains.ts';
import { libvirtMachine, publicDirectory } from '../integration/libvirt-machine.ts';

const MAP_LIMIT_MS = 60_000;

export interface Scene {
  hypervisor: LibvirtHypervisor;
  name: string;
  spec: DomainSpec;
  disks: TaskDisk[];
  boot(): Promise<void>;
  /** Talks to a guest that goes on from its memory. */
  reconnect(): Promise<void>;
  kill(): Promise<void>;
  powerOff(): Promise<void>;
  inGuest(command: string): Promise<string>;
  /** Other bytes at some places of both data disks, and a place that is given back. */
  change(): Promise<void>;
  begin(next: number, parent: number | null, live: boolean, more?: Partial<BackupBegin>): Promise<BackupExports>;
  request(next: number, parent: number | null, live: boolean): BackupBegin;
  settle(...keep: number[]): Promise<string[]>;
  /** Content of the disks as their exports show it, and which of it changed. */
  take(exports: BackupExports): Promise<Point[]>;
  /** What the data disks hold, read without a layer's help: by the guest, or by one copy of the whole chain when it is off. */
  held(): Promise<Buffer[]>;
  /** Names of the layers of a disk. */
  layers(index: number): Promise<string[]>;
  virsh(...args: string[]): Promise<string>;
  close(): Promise<void>;
}

export interface Point {
  content: Buffer;
  /** Null when the whole disk is meant. */
  changed: Array<{ start: number; length: number }> | null;
}

export async function overlayScene(vmId: number): Promise<Scene> {
  const directory = await publicDirectory();
  const machine = await libvirtMachine(directory, vmId, { format: 'qcow2' });
  const hypervisor = new LibvirtHypervisor(URI, `overlays-${vmId}`);
  const name = `one-${vmId}`;
  // one disk stands alone, the other on an image that others may use too
  const image = machine.disks[1].path;
  const own = join(directory, 'disk.2.own');
  await run(['qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', image, own]);
  await chmod(own, 0o666);
  const overlays = (diskId: number): string => join(directory, `disk.${diskId}.snap`);
  const disks = [machine.disks[0], { ...machine.disks[1], path: own }].map((disk) => ({
    ...disk,
    overlays: overlays(disk.diskId),
  }));
  const spec: DomainSpec = {
    ...machine.spec,
    disks: machine.spec.disks.map((disk) => ({
      ...disk,
      overlays: overlays(disk.diskId),
      options: { DISCARD: 'unmap' },
      ...(disk.diskId === 2 && { path: own, backing: [{ path: image, format: 'qcow2' as const }] }),
    })),
  };
  let guest: GuestConsole | null = null;
  let runs = 0;
  const virsh = async (...args: string[]): Promise<string> =>
    (await run(['virsh', '-q', '-c', URI, ...args], { timeoutMs: MAP_LIMIT_MS })).stdout;
  const inGuest = async (command: string): Promise<string> => {
    if (guest === null) throw new Error('The guest does not run.');
    return guest.run(command);
  };
  const gone = async (): Promise<void> => {
    await guest?.close();
    guest = null;
    for (let look = 0; (await hypervisor.domains()).get(name) !== 'shutoff'; look++) {
      if (look > 100) throw new Error(`${name} does not stop`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const scene: Scene = {
    hypervisor,
    name,
    spec,
    disks,
    virsh,
    inGuest,
    boot: async () => {
      await hypervisor.deploy(spec);
      await scene.reconnect();
    },
    reconnect: async () => {
      await guest?.close();
      guest = await GuestConsole.ofDomain(name, join(directory, 'console.log'));
      await guest.ready();
    },
    kill: async () => {
      process.kill(Number(await readFile(`/run/libvirt/qemu/${name}.pid`, 'utf8')), 'SIGKILL');
      await gone();
    },
    powerOff: async () => {
      await inGuest('sync');
      await hypervisor.shutdown(name, true);
      await gone();
    },
    change: async () => {
      runs++;
      for (const device of ['vdb', 'vdc']) {
        const put = (at: number, count: number): string =>
          `dd if=/dev/urandom of=/dev/${device} bs=64k seek=${at} count=${count} conv=notrunc,fsync 2>/dev/null`;
        const at = (runs * 37) % 900;
        await inGuest(`${put(at, 3)} && ${put((at + 400) % 900, 1)} && ${put(7, 1)}`);
        await inGuest(`blkdiscard -o ${((runs * 11) % 400) * 65536} -l 131072 /dev/${device} 2>/dev/null; sync`);
      }
    },
    request: (next, parent, live) => ({
      operationId: `overlays-${runs}`,
      vmId,
      domain: name,
      live,
      disks: disks.map((disk) => (live ? disk : { ...disk, target: '' })),
      runDirectory: join(directory, `run-${next}-${runs}`),
      freeze: 'NONE',
      tracking: {
        mode: 'SNAPSHOT',
        next: `one-${vmId}-${next}`,
        parent: parent === null ? null : `one-${vmId}-${parent}`,
      },
    }),
    begin: (next, parent, live, more = {}) => hypervisor.beginBackup({ ...scene.request(next, parent, live), ...more }),
    settle: (...keep) =>
      hypervisor.settleTrackers({ vmId, domain: name, disks, keep: keep.map((one) => `one-${vmId}-${one}`) }),
    take: async ({ exports }) => {
      const points: Point[] = [];
      for (const one of exports) points.push(await takeDisk(directory, one));
      return points;
    },
    held: async () => {
      if (guest !== null) {
        await inGuest('sync; blockdev --flushbufs /dev/vdb; blockdev --flushbufs /dev/vdc');
        await virsh('suspend', name);
      }
      try {
        const all: Buffer[] = [];
        for (const disk of disks) {
          const { path, format } = await hypervisor.activeLayer(disk);
          all.push(await rawCopy(directory, ['-f', format, path]));
        }
        return all;
      } finally {
        if (guest !== null) await virsh('resume', name);
      }
    },
    layers: async (index) => (await readdir(disks[index]!.overlays).catch(() => [])).sort(),
    close: async () => {
      await guest?.close();
      await hypervisor.remove(name);
      await rm(directory, { recursive: true, force: true });
    },
  };
  await mkdir(directory, { recursive: true });
  return scene;
}

async function takeDisk(directory: string, one: DiskExport): Promise<Point> {
  const source = `driver=nbd,server.type=unix,server.path=${one.socket},export=${one.exportName}`;
  const content = await rawCopy(directory, ['--image-opts', source]);
  if (one.changes === undefined) return { content, changed: null };
  // qemu-img shows the numbers of this context as flags: 1 is "no data, no zeros"
  const map = ['qemu-img', 'map', '--output=json', '--image-opts', `${source},x-dirty-bitmap=${one.changes.context}`];
  const extents = JSON.parse((await run(map)).stdout) as Array<{
    start: number;
    length: number;
    data: boolean;
    zero: boolean;
  }>;
  return { content, changed: extents.filter(({ data, zero }) => !data && !zero) };
}

async function rawCopy(directory: string, source: string[]): Promise<Buffer> {
  const file = join(directory, 'copy.raw');
  await run(['qemu-img', 'convert', '-U', '-O', 'raw', ...source, file]);
  const handle = await open(file);
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
    await rm(file);
  }
}

/** The disk of an earlier point with the changes of a later one, as a chain would show it. */
export function patched(before: Buffer, { content, changed }: Point): Buffer {
  const after = Buffer.from(before);
  for (const { start, length } of changed ?? [{ start: 0, length: content.length }]) {
    content.copy(after, start, start, start + length);
  }
  return after;
}

export function changedBytes({ changed }: Point): number {
  return (changed ?? []).reduce((sum, { length }) => sum + length, 0);
}
