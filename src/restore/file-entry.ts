// An entry of a backup's files as clients see it. Pure.
import type { GuestEntry, Volume } from '../appliance/frames.ts';
import { textOfName } from '../model/file-names.ts';

export interface FileEntry {
  /** As text, see model/file-names.ts. */
  name: string;
  type: 'file' | 'directory' | 'link' | 'special' | 'volume';
  /** Permission bits. */
  mode: number;
  /** Bytes. */
  size: number;
  /** Epoch seconds. */
  mtime: number;
  /** Where a symbolic link leads. */
  target?: string;
  /** File system of a volume; empty when it is none that is known. */
  fs?: string;
}

const TYPES: Record<number, FileEntry['type']> = { 0o10: 'file', 0o4: 'directory', 0o12: 'link' };

export function entryOf({ name, mode, size, mtime, target }: GuestEntry): FileEntry {
  const type = TYPES[(mode >> 12) & 0o17] ?? 'special';
  const entry: FileEntry = { name: textOfName(name), type, mode: mode & 0o7777, size, mtime };
  return type === 'link' ? { ...entry, target: textOfName(target) } : entry;
}

export function volumeEntry({ disk, name, fs, bytes }: Volume, withDisk: boolean): FileEntry {
  return { name: withDisk ? `${disk}/${name}` : name, type: 'volume', mode: 0o555, size: bytes, mtime: 0, fs };
}
