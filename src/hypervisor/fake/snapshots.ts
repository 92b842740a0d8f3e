// Snapshots as the real thing makes them: inside the qcow2 files, so that a disk keeps them when its machine is off.
import { CODE, OneError } from '../../model/errors.ts';
import { run } from '../../exec/exec.ts';
import type { FakeDisk, FakeDomain } from './domain-file.ts';

/** The disks that a snapshot of the machine holds. Throws when one of them cannot hold it. */
export function snapshotDisks(domain: FakeDomain, snapshot: string): FakeDisk[] {
  const written = domain.disks.filter(({ readonly }) => !readonly);
  const unable = written
    .filter(({ format }) => format !== 'qcow2')
    .map(({ target, format }) => `${target} (${format})`);
  if (unable.length === 0) return written;
  throw new OneError(
    CODE.ACTION,
    `Snapshot ${snapshot} of domain ${domain.name} cannot be made: every disk that is written to must be qcow2, and ${unable.join(', ')} is not.`,
  );
}

export function diskAt(domain: FakeDomain, target: string): FakeDisk {
  const disk = domain.disks.find((one) => one.target === target);
  if (disk?.format === 'qcow2') return disk;
  const why = disk === undefined ? 'there is no such disk' : `it is ${disk.format}`;
  throw new OneError(CODE.ACTION, `Disk ${target} of domain ${domain.name} cannot hold a snapshot: ${why}.`);
}

export async function create(disk: FakeDisk, snapshot: string): Promise<void> {
  if (await has(disk, snapshot)) {
    throw new OneError(CODE.ACTION, `Disk ${disk.target} has a snapshot ${snapshot} already.`);
  }
  await order('-c', disk, snapshot);
}

export async function apply(disk: FakeDisk, snapshot: string): Promise<void> {
  await order('-a', disk, snapshot);
}

export async function drop(disk: FakeDisk, snapshot: string): Promise<void> {
  if (await has(disk, snapshot)) await order('-d', disk, snapshot);
}

async function order(what: '-a' | '-c' | '-d', disk: FakeDisk, snapshot: string): Promise<void> {
  await run(['qemu-img', 'snapshot', '-q', what, snapshot, '--image-opts', options(disk)]);
}

async function has(disk: FakeDisk, snapshot: string): Promise<boolean> {
  const { stdout } = await run(['qemu-img', 'info', '-U', '--output=json', '--image-opts', options(disk)]);
  const info = JSON.parse(stdout) as { snapshots?: Array<{ name: string }> };
  return (info.snapshots ?? []).some(({ name }) => name === snapshot);
}

/** The format is given, never probed. */
function options({ path }: FakeDisk): string {
  return `driver=qcow2,file.filename=${path.replaceAll(',', ',,')}`;
}
