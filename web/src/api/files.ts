// Files in backups: what is in a directory of one, and the address under which a file is loaded.
import { queryOptions } from '@tanstack/react-query';
import { requestText } from './request.ts';

/** A file, directory or volume in a backup, as the daemon tells it. */
export interface FileEntry {
  name: string;
  type: 'file' | 'directory' | 'link' | 'special' | 'volume';
  /** Permission bits. */
  mode: number;
  size: number;
  /** Epoch seconds. */
  mtime: number;
  target?: string;
  /** What a volume holds; empty when that is not known. */
  fs?: string;
  label?: string;
}

/** Where in a backup: -1 is the newest point, and all disks. */
export interface FilePlace {
  imageId: number;
  increment: number;
  disk: number;
  path: string;
}

export interface Listing {
  entries: FileEntry[];
  /** Why the list is not complete; undefined when it is. */
  error: string | undefined;
}

export function fileAddress({ imageId, increment, disk, path }: FilePlace, what: 'file' | 'files'): string {
  const query = new URLSearchParams({ path });
  if (increment >= 0) query.set('increment', String(increment));
  if (disk >= 0) query.set('disk', String(disk));
  return `/api/image/${imageId}/${what}?${query.toString()}`;
}

/** Each line an entry; one with an error is the last. Throws for what is no such line. */
export function listingOf(text: string): Listing {
  const entries: FileEntry[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const value = JSON.parse(line) as FileEntry | { error: string };
    if ('error' in value) return { entries, error: value.error };
    entries.push(value);
  }
  return { entries, error: undefined };
}

/** The content of a point never changes, so that changes of the image do not ask for it again: each time a machine would start. */
export function filesQuery(place: FilePlace) {
  return queryOptions({
    queryKey: ['files', place],
    queryFn: async () => listingOf(await requestText(fileAddress(place, 'files'))),
  });
}
