// An entry of a backup's files as clients see it. Pure.
import type { GuestEntry, Volume } from '../appliance/frames.ts';
import { textOfName, type FileEntry } from '../model/file-names.ts';

const TYPES: Record<number, FileEntry['type']> = { 0o10: 'file', 0o4: 'directory', 0o12: 'link' };

export function entryOf({ name, mode, size, mtime, target }: GuestEntry): FileEntry {
  const type = TYPES[(mode >> 12) & 0o17] ?? 'special';
  const entry: FileEntry = { name: textOfName(name), type, mode: mode & 0o7777, size, mtime };
  return type === 'link' ? { ...entry, target: textOfName(target) } : entry;
}

/** `name`: as it is called where it is listed. */
export function volumeEntry({ bytes, fs, label }: Pick<Volume, 'bytes' | 'fs' | 'label'>, name: string): FileEntry {
  return { name, type: 'volume', mode: 0o555, size: bytes, mtime: 0, fs, label: textOfName(label) };
}
