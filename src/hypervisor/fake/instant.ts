// Copies of disks as they are at one instant. All raw disks are copied in one turn of the event loop, so that nothing in this
// process can write between two of them.
import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { run } from '../../exec/exec.ts';
import type { DiskFormat } from '../../model/image.ts';
import { BLOCK, isZero } from './zero-blocks.ts';

export interface DiskCopy {
  diskId: number;
  path: string;
  format: DiskFormat;
  copy: string;
}

/** Fills every `copy` with the raw content of its disk. Returns the instant in epoch seconds. */
export async function copyAtOneInstant(disks: DiskCopy[]): Promise<number> {
  const date = Math.floor(Date.now() / 1000);
  for (const disk of disks) if (disk.format === 'raw') copySparsely(disk.path, disk.copy);
  for (const disk of disks) {
    if (disk.format === 'qcow2')
      await run(['qemu-img', 'convert', '-f', 'qcow2', '-O', 'raw', '--', disk.path, disk.copy]);
  }
  return date;
}

function copySparsely(from: string, to: string): void {
  const source = openSync(from, 'r');
  const target = openSync(to, 'w', 0o600);
  try {
    const { size } = fstatSync(source);
    ftruncateSync(target, size);
    const block = Buffer.alloc(BLOCK);
    for (let at = 0; at < size; at += BLOCK) {
      const length = readSync(source, block, 0, BLOCK, at);
      if (!isZero(block.subarray(0, length))) writeSync(target, block, 0, length, at);
    }
  } finally {
    closeSync(source);
    closeSync(target);
  }
}

/** Bytes of blocks that a raw disk no longer holds as the copy does: what copy-before-write would have kept. */
export async function overwrittenBytes(disk: DiskCopy): Promise<number> {
  if (disk.format !== 'raw' || !existsSync(disk.copy)) return 0;
  const then = await open(disk.copy);
  const now = await open(disk.path);
  try {
    const [a, b] = [Buffer.alloc(BLOCK), Buffer.alloc(BLOCK)];
    let bytes = 0;
    for (let at = 0; ; at += BLOCK) {
      const [{ bytesRead }] = await Promise.all([then.read(b, 0, BLOCK, at), now.read(a, 0, BLOCK, at)]);
      if (bytesRead === 0) return bytes;
      if (!a.equals(b)) bytes += bytesRead;
    }
  } finally {
    await Promise.all([now.close(), then.close()]);
  }
}
