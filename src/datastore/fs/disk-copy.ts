// Copies what a disk holds, whatever it stands on, into a file of its own.
import { run } from '../../exec/exec.ts';
import type { DiskFormat } from '../../model/image.ts';
import { number, object, understood } from '../../model/json-shape.ts';
import type { DiskData } from '../image-store.ts';

const MEASURE = object({ required: number });

/** Bytes that the copy will take. */
export async function measureCopy(from: DiskData, format: DiskFormat): Promise<number> {
  const { stdout } = await run(['qemu-img', 'measure', '--output=json', '-O', format, ...sourceArgs(from)]);
  return understood(MEASURE, 'qemu-img measure', stdout).required;
}

export async function copyTo(file: string, from: DiskData, format: DiskFormat): Promise<void> {
  await run(['qemu-img', 'convert', '-q', '-O', format, ...sourceArgs(from), file]);
}

/** The format of a disk is told, those of what it stands on are in its header, where they were told when it was made. */
function sourceArgs(from: DiskData): string[] {
  if ('socket' in from) {
    const server = `server.type=unix,server.path=${escaped(from.socket)}`;
    return ['--image-opts', `driver=nbd,${server},export=${escaped(from.exportName)}`];
  }
  const options = `driver=${from.format},file.driver=file,file.filename=${escaped(from.path)}`;
  const snapshot = from.snapshot === undefined ? [] : ['-l', `snapshot.name=${escaped(from.snapshot)}`];
  return [...snapshot, '--image-opts', options];
}

function escaped(value: string): string {
  return value.replaceAll(',', ',,');
}
