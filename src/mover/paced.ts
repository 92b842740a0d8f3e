// What a run reads and shows, held to what it is allowed: files that a backup program reads, and streams out of a backup store.
import { Readable } from 'node:stream';
import type { VirtualDirectory, VirtualFile } from '../fuse/mount.ts';
import type { RandomFile } from '../disk/qcow2-scattered.ts';
import type { MemberStore } from './member-reader.ts';
import { pacer as ownPacer, type Pacer } from './pacer.ts';

/** The same entries, whose bytes come when they may. */
export function pacedEntries(
  entries: VirtualDirectory['entries'],
  pacer: Pick<Pacer, 'take'> = ownPacer,
): VirtualDirectory['entries'] {
  return new Map([...entries].map(([name, entry]) => [name, pacedEntry(entry, pacer)]));
}

function pacedEntry(entry: VirtualFile | VirtualDirectory, pacer: Pick<Pacer, 'take'>): VirtualFile | VirtualDirectory {
  if (entry.kind === 'directory') return { ...entry, entries: pacedEntries(entry.entries, pacer) };
  return {
    ...entry,
    read: async (offset, length) => {
      await pacer.take(length);
      return entry.read(offset, length);
    },
  };
}

/** The same store. What is opened while nothing limits the run stays as quick as it is. */
export function pacedReads(store: MemberStore, pacer: Pick<Pacer, 'take' | 'limited'> = ownPacer): MemberStore {
  const { readFolder, openFile } = store;
  return {
    read: (source, path) => pacedStream(store.read(source, path), pacer),
    ...(openFile && { openFile: async (source, path) => pacedFile(await openFile(source, path), pacer) }),
    ...(readFolder && { readFolder: (source, path) => pacedStream(readFolder.call(store, source, path), pacer) }),
  };
}

function pacedFile(file: RandomFile, pacer: Pick<Pacer, 'take'>): RandomFile {
  return {
    bytes: file.bytes,
    read: async (into, at, length, position) => {
      await pacer.take(length);
      return file.read(into, at, length, position);
    },
    close: () => file.close(),
  };
}

function pacedStream(stream: Readable, pacer: Pick<Pacer, 'take' | 'limited'>): Readable {
  if (!pacer.limited) return stream;
  async function* paced(): AsyncGenerator<Buffer> {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      await pacer.take(chunk.length);
      yield chunk;
    }
  }
  return Readable.from(paced(), { objectMode: false });
}
