// Serves one disk of a VM that is off: a read-only qemu-nbd, which dies with this process. QEMU's own file locks keep a VM from being
// started on a disk that is read here.
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from '../../exec/exec.ts';
import { listening, startQemuNbd } from '../../exec/qemu-nbd.ts';
import type { TaskDisk } from '../../model/tasks/backup.ts';
import type { DiskExport } from '../hypervisor.ts';
import * as directory from './run-directory.ts';

const RETRY_MS = 10;
const GONE_LIMIT_MS = 5000;

/** What is served: a disk, or a layer of one. */
export type Served = Pick<TaskDisk, 'diskId' | 'path' | 'format'>;

/** Serves a disk, with a bitmap of it when one is given. The server is in `servers` as soon as it runs. */
export async function serve(
  runDirectory: string,
  disk: Served,
  servers: Running[],
  bitmap: string | null = null,
): Promise<DiskExport> {
  const image = ['-f', disk.format, ...(bitmap === null ? [] : ['-B', bitmap]), '--', disk.path];
  const exported = await open(runDirectory, disk, servers, image);
  const changes = { context: `qemu:dirty-bitmap:${bitmap}`, kind: 'dirty-bitmap' as const };
  return { ...exported, ...(bitmap !== null && { changes }) };
}

/**
 * Serves a layer with all that it stands on; with `depth` it is told what was written in the layer itself. The machine of a live one
 * writes to none of them, but may still have the lowest open as if it would.
 */
export async function serveLayer(
  runDirectory: string,
  layer: Served,
  servers: Running[],
  { depth, live }: { depth: boolean; live: boolean },
): Promise<DiskExport> {
  const file = `file.driver=file,file.filename=${layer.path.replaceAll(',', ',,')}`;
  const image = `driver=${layer.format},${file},force-share=${live ? 'on' : 'off'}`;
  const options = [...(depth ? ['--allocation-depth'] : []), '--image-opts', '--', image];
  const exported = await open(runDirectory, layer, servers, options);
  const changes = { context: 'qemu:allocation-depth', kind: 'allocation-depth' as const };
  return { ...exported, ...(depth && { changes }) };
}

async function open(runDirectory: string, disk: Served, servers: Running[], image: string[]): Promise<DiskExport> {
  const socket = directory.diskSocketFile(runDirectory, disk.diskId);
  const exportName = directory.exportName(disk.diskId);
  const server = await startQemuNbd({ socket, exportName, image });
  servers.push(server);
  await writeFile(directory.pidFile(runDirectory, disk.diskId), `${server.pid}\n`);
  await listening(server, { socket, name: `Disk ${disk.diskId} (${disk.path})` });
  return { diskId: disk.diskId, socket, exportName };
}

/** Stops a qemu-nbd that a dead run left, if the process of that number still is one. Returns its number. */
export async function stopLeftOver(runDirectory: string, diskId: number): Promise<number | null> {
  const noted = await readFile(directory.pidFile(runDirectory, diskId), 'utf8').catch(() => '');
  const pid = Number(noted.trim());
  const socket = directory.diskSocketFile(runDirectory, diskId);
  if (!(pid > 1) || !(await isServer(pid, socket))) return null;
  process.kill(pid, 'SIGKILL');
  const until = Date.now() + GONE_LIMIT_MS;
  while ((await isServer(pid, socket)) && Date.now() < until) await sleep(RETRY_MS);
  return pid;
}

async function isServer(pid: number, socket: string): Promise<boolean> {
  const argv = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
  return argv.some((word) => word.endsWith('qemu-nbd')) && argv.includes(socket);
}
