// Snapshots inside qcow2 files: of a whole running machine, memory included, and of single disks of it.
import { CODE, OneError, reasonOf } from '../../model/errors.ts';
import { readDevices, withoutSnapshots } from './devices.ts';
import { qmp } from './qmp.ts';
import { deviceOf } from './qmp-block.ts';
import type { Virsh } from './virsh.ts';

/** All of the memory is written to a disk, or read from it. */
const LIMIT_MS = 3_600_000;
const NO_SUCH_SNAPSHOT = /snapshot not found|no domain snapshot with matching name/i;
const NO_SUCH_DISK_SNAPSHOT = /does not exist on device|can't find (the )?snapshot/i;

export async function createSnapshot(virsh: Virsh, name: string, snapshot: string): Promise<string> {
  await refuseUnlessActive(virsh, name, `snapshot ${snapshot} of it`);
  const unable = withoutSnapshots(readDevices(await virsh.xml(name)).disks);
  if (unable.length > 0) {
    throw new OneError(
      CODE.ACTION,
      `Snapshot ${snapshot} of domain ${name} cannot be made: every disk that is written to must be qcow2, and ${unable.join(', ')} is not.`,
      { hint: 'Detach that disk, make it read-only, or take a backup instead.' },
    );
  }
  await virsh.order(
    `make snapshot ${snapshot} of domain ${name}`,
    'snapshot-create-as',
    name,
    ['--name', snapshot],
    LIMIT_MS,
  );
  return snapshot;
}

export async function revertSnapshot(virsh: Virsh, name: string, id: string): Promise<void> {
  const args = ['--snapshotname', id, '--running', '--force'];
  await virsh.order(`revert domain ${name} to snapshot ${id}`, 'snapshot-revert', name, args, LIMIT_MS);
}

export async function deleteSnapshot(virsh: Virsh, name: string, id: string): Promise<void> {
  try {
    await virsh.order(
      `delete snapshot ${id} of domain ${name}`,
      'snapshot-delete',
      name,
      ['--snapshotname', id],
      LIMIT_MS,
    );
  } catch (error) {
    if (!NO_SUCH_SNAPSHOT.test(reasonOf(error))) throw error;
  }
}

export async function createDiskSnapshot(virsh: Virsh, name: string, target: string, snapshot: string): Promise<void> {
  const attempt = `make snapshot ${snapshot} of disk ${target} of domain ${name}`;
  const device = await deviceOfTarget(virsh, name, target, attempt);
  await qmp(virsh, name, attempt, 'blockdev-snapshot-internal-sync', { device, name: snapshot }, LIMIT_MS);
}

export async function deleteDiskSnapshot(virsh: Virsh, name: string, target: string, snapshot: string): Promise<void> {
  const attempt = `delete snapshot ${snapshot} of disk ${target} of domain ${name}`;
  const device = await deviceOfTarget(virsh, name, target, attempt);
  try {
    await qmp(virsh, name, attempt, 'blockdev-snapshot-delete-internal-sync', { device, name: snapshot }, LIMIT_MS);
  } catch (error) {
    if (!NO_SUCH_DISK_SNAPSHOT.test(reasonOf(error))) throw error;
  }
}

async function refuseUnlessActive(virsh: Virsh, name: string, what: string): Promise<void> {
  if (await virsh.isActive(name)) return;
  throw new OneError(CODE.ACTION, `Domain ${name} does not run, so ${what} cannot be made or deleted there.`);
}

/** QEMU's name of the disk's qcow2. */
async function deviceOfTarget(virsh: Virsh, name: string, target: string, attempt: string): Promise<string> {
  await refuseUnlessActive(virsh, name, `a snapshot of its disk ${target}`);
  const disks = readDevices(await virsh.xml(name)).disks;
  const disk = disks.find((one) => one.target === target);
  const node = disk && deviceOf(await qmp(virsh, name, attempt, 'query-block'), disk.alias);
  const unable =
    node === undefined ? 'there is no such disk' : node.format !== 'qcow2' ? `it is ${node.format}` : undefined;
  if (node !== undefined && unable === undefined) return node.name;
  throw new OneError(CODE.ACTION, `libvirt cannot ${attempt}: ${unable}; only a qcow2 disk holds snapshots.`);
}
