// Lets a disk file grow, as QEMU lets a disk grow under its guest.
import { stat, truncate } from 'node:fs/promises';
import { run } from '../../exec/exec.ts';
import { CODE, OneError } from '../../model/errors.ts';
import type { FakeDisk } from './domain-file.ts';

export async function grow(disk: FakeDisk, virtualBytes: number): Promise<void> {
  const now = await virtualSize(disk);
  if (now === virtualBytes) return;
  if (now > virtualBytes) {
    throw new OneError(
      CODE.ACTION,
      `Disk ${disk.target} has ${now} bytes and cannot become ${virtualBytes}; a disk only grows.`,
    );
  }
  if (disk.format === 'raw') await truncate(disk.path, virtualBytes);
  else await run(['qemu-img', 'resize', '-q', '-f', disk.format, '--', disk.path, String(virtualBytes)]);
}

async function virtualSize(disk: FakeDisk): Promise<number> {
  if (disk.format === 'raw') return (await stat(disk.path)).size;
  const { stdout } = await run(['qemu-img', 'info', '-U', '--output=json', '-f', disk.format, '--', disk.path]);
  return (JSON.parse(stdout) as { 'virtual-size': number })['virtual-size'];
}
