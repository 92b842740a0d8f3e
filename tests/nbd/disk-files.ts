// Disk images for tests, made by qemu-img and qemu-io: raw, qcow2 and qcow2 over a backing file, partly written, zeroed
// and discarded.
import { join } from 'node:path';
import { run } from '../../src/exec/exec.ts';

export interface DiskFile {
  path: string;
  format: 'raw' | 'qcow2';
}

/** Runs qemu-io commands on an image. */
export async function qemuIo({ path, format }: DiskFile, ...commands: string[]): Promise<void> {
  await run(['qemu-io', '-f', format, '-d', 'unmap', ...commands.flatMap((command) => ['-c', command]), path]);
}

export async function createDisk(disk: DiskFile, bytes: number, backing?: DiskFile): Promise<DiskFile> {
  const over = backing ? ['-b', backing.path, '-F', backing.format] : [];
  await run(['qemu-img', 'create', '-q', '-f', disk.format, ...over, disk.path, String(bytes)]);
  return disk;
}

/** Writes patterns to parts of a disk of 10 MB and more: unaligned edges, zeroes written as data, zeroed and discarded parts. */
export async function scribble(disk: DiskFile): Promise<DiskFile> {
  await qemuIo(
    disk,
    'write -P 0x11 0 1M',
    'write -P 0x22 1500k 700k',
    'write -P 0x33 3000512 512',
    'write -P 0 4M 256k',
    'write -P 0x44 6M 2M',
    'write -z 6200k 300k',
    'discard 7M 512k',
    'write -P 0x55 9437184 66048',
  );
  return disk;
}

/** One disk of each kind, named by it. */
export async function diskFiles(directory: string, bytes: number): Promise<Array<[string, DiskFile]>> {
  const at = (name: string, format: DiskFile['format']): DiskFile => ({ path: join(directory, name), format });
  const raw = await scribble(await createDisk(at('a.raw', 'raw'), bytes));
  const qcow2 = await scribble(await createDisk(at('a.qcow2', 'qcow2'), bytes));
  const base = await createDisk(at('base.qcow2', 'qcow2'), bytes);
  await qemuIo(base, 'write -P 0x66 0 9M');
  const over = await scribble(await createDisk(at('over.qcow2', 'qcow2'), bytes, base));
  return [
    ['raw', raw],
    ['qcow2', qcow2],
    ['qcow2 over a backing file', over],
  ];
}
