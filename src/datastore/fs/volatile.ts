// Makes empty disks, with a file system or swap area in them when asked.
import { rm, truncate, writeFile } from 'node:fs/promises';
import { run } from '../../exec/exec.ts';
import { CODE, OneError } from '../../model/errors.ts';
import { FILE_SYSTEMS, type DiskFormat } from '../../model/image.ts';

/** An empty disk at `path`; what is there is replaced. */
async function makeEmpty(path: string, virtualBytes: number, format: DiskFormat): Promise<void> {
  if (format === 'raw') {
    await writeFile(path, '', { mode: 0o600 });
    await truncate(path, virtualBytes);
  } else await run(['qemu-img', 'create', '-q', '-f', format, path, String(virtualBytes)]);
}

/** A disk at `path`: swap, a file system, or empty when `fs` is ''. The formatting programs know raw files only, so qcow2 takes a detour. */
export async function makeVolatile(
  path: string,
  virtualBytes: number,
  format: DiskFormat,
  kind: 'fs' | 'swap',
  fs: string,
): Promise<void> {
  const formatter = formatterOf(kind, fs);
  if (formatter === undefined) return makeEmpty(path, virtualBytes, format);
  const raw = format === 'raw' ? path : `${path}.raw`;
  try {
    await writeFile(raw, '', { mode: 0o600 });
    await truncate(raw, virtualBytes);
    await run([...formatter, raw]);
    if (raw !== path) await run(['qemu-img', 'convert', '-q', '-f', 'raw', '-O', 'qcow2', raw, path]);
  } finally {
    if (raw !== path) await rm(raw, { force: true });
  }
}

function formatterOf(kind: 'fs' | 'swap', fs: string): string[] | undefined {
  if (kind === 'swap') return ['mkswap'];
  if (fs === '') return undefined;
  const type = fs.toLowerCase();
  if (FILE_SYSTEMS.includes(type)) return ['mke2fs', '-q', '-F', '-t', type];
  throw new OneError(
    CODE.ACTION,
    `FS="${fs}" cannot be made on a disk; it must be one of ${FILE_SYSTEMS.join(', ')}, or empty for none.`,
  );
}
