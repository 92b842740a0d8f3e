// Disks that a machine reads from a server of the backup while their own data is being copied. libvirt has no word for a server that is
// waited for, nor for data that is found elsewhere from now on, so QEMU is told; libvirt's names of the nodes stay true.
import { chown } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CODE, OneError } from '../../model/errors.ts';
import type { DomainDisk, DomainSpec } from '../hypervisor.ts';
import { qmp } from './qmp.ts';
import { layersOver } from './qmp-block.ts';
import { makeRunDirectory } from './run-directory.ts';
import type { Virsh } from './virsh.ts';

/** How long QEMU waits for a server to come back, in seconds, before the machine stops. */
const RECONNECT_SEC = 7 * 24 * 3600;
/** Takes the place of a node while libvirt's name of it is being freed. */
const TEMPORARY = 'onevault-data';

interface User {
  uid: number;
  gid: number;
}

export function isServed(spec: Pick<DomainSpec, 'disks'>): boolean {
  return spec.disks.some(({ served }) => served);
}

/** Lets QEMU's user, and nobody else, to the sockets. */
export async function letIn(spec: DomainSpec, user: User | undefined): Promise<void> {
  const directories = spec.disks.flatMap(({ served }) => (served ? [dirname(served.socket)] : []));
  for (const directory of new Set(directories)) await makeRunDirectory(directory, user);
}

/** Makes a machine that was started paused wait for its servers, then lets it run. One that has none is left alone. */
export async function letGo(virsh: Virsh, { name, disks }: DomainSpec): Promise<void> {
  if (!isServed({ disks })) return;
  for (const disk of disks) {
    if (!disk.served) continue;
    const { socket, exportName } = disk.served;
    const server = { type: 'unix', path: socket };
    await replaceData(virsh, name, disk, (names) => [
      { driver: 'nbd', ...names.storage, server, export: exportName, 'reconnect-delay': RECONNECT_SEC },
      { driver: 'raw', ...names.format, file: names.storage['node-name'] },
    ]);
  }
  await virsh.order(`let domain ${name} run`, 'resume', name);
}

/** Lets a running machine read from the files below its disks; `user` is QEMU's. */
export async function rebase(virsh: Virsh, name: string, disks: DomainDisk[], user: User | undefined): Promise<void> {
  for (const disk of disks) {
    const [below] = disk.backing;
    if (!disk.served || below === undefined) continue;
    if (user && process.getuid?.() === 0) await chown(below.path, user.uid, user.gid); // as libvirt does with the disks it knows
    await replaceData(virsh, name, disk, (names) => [
      { driver: 'file', ...names.storage, filename: below.path },
      {
        driver: below.format,
        ...names.format,
        file: names.storage['node-name'],
        ...(below.format === 'qcow2' && { backing: null }),
      },
    ]);
  }
}

type NodeNames = Record<'storage' | 'format', { 'node-name': string; 'read-only': true }>;
type Nodes = Array<Record<string, unknown>>;

/**
 * Puts other nodes below the disk's own file. They get the names of those that were there, which need a place of their own meanwhile:
 * libvirt speaks of its nodes by name later on.
 */
async function replaceData(
  virsh: Virsh,
  name: string,
  disk: DomainDisk,
  nodesFor: (names: NodeNames) => Nodes,
): Promise<void> {
  const attempt = `change what disk ${disk.diskId} of domain ${name} stands on`;
  const ask = (execute: string, args?: Record<string, unknown>): Promise<unknown> =>
    qmp(virsh, name, attempt, execute, args);
  const nodes = await ask('query-named-block-nodes', { flat: true });
  const found = layersOver(nodes, disk.path, disk.served?.socket ?? '');
  if (found === 'other') return; // it reads from elsewhere already
  if (found === undefined) {
    throw new OneError(CODE.INTERNAL, `Could not ${attempt}: QEMU does not say which of its nodes that is.`);
  }
  const reopen = (backing: string): Promise<unknown> =>
    ask('blockdev-reopen', { options: [{ ...topOf(disk, found.top), backing }] });
  const remove = async ({ storage, format }: Names): Promise<void> => {
    for (const node of [format, storage]) await ask('blockdev-del', { 'node-name': node });
  };
  const add = async (to: Names): Promise<void> => {
    const own = (node: string) => ({ 'node-name': node, 'read-only': true as const });
    for (const node of nodesFor({ storage: own(to.storage), format: own(to.format) })) await ask('blockdev-add', node);
    await reopen(to.format);
  };
  const temporary = { storage: `${TEMPORARY}-${disk.diskId}-file`, format: `${TEMPORARY}-${disk.diskId}` };
  await add(temporary);
  await remove(found.below);
  await add(found.below);
  await remove(temporary);
}

interface Names {
  storage: string;
  format: string;
}

/** The disk's own node as libvirt made it: what is not said when it is opened again is forgotten. */
function topOf({ options }: DomainDisk, top: string): Record<string, unknown> {
  const cache = (options.CACHE ?? '').toLowerCase();
  const discard = (options.DISCARD ?? '').toLowerCase();
  const direct = cache === 'none' || cache === 'directsync';
  return {
    driver: 'qcow2',
    'node-name': top,
    file: top.replace(/-format$/, '-storage'),
    'read-only': false,
    ...(cache !== '' && cache !== 'default' && { cache: { direct, 'no-flush': cache === 'unsafe' } }),
    ...(discard !== '' && { discard }),
  };
}
