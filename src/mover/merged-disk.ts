// A disk as its members in the backup store make it up: all are read at once as streams, checked against their records to the
// last byte, and merged on the way.
import { addAbortSignal, type Readable } from 'node:stream';
import { checkedStream, refuseDifferent } from '../disk/checked-stream.ts';
import { mergeSequential, type MergedQcow2, type MergeMember } from '../disk/merge.ts';
import type { RandomFile } from '../disk/qcow2-scattered.ts';
import { SlicesDisk } from '../disk/slices-read.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { Member } from '../model/tasks/served-disk.ts';
import type { MemberStore } from './member-reader.ts';
import { readManifest } from './slice-manifest.ts';

export interface MergeOptions {
  /** The first member holds the whole disk. */
  whole: boolean;
  signal: AbortSignal;
  /** Told of all bytes that come out of the store. */
  passed: (bytes: number) => void;
}

/** What a member is called in errors. */
export function nameOf({ path, source }: Pick<Member, 'path' | 'source'>): string {
  return `${path} of snapshot ${source}`;
}

/** A disk that is made of what is stored. */
export type StoredContent = Pick<MergedQcow2, 'virtualBytes' | 'clusters' | 'data' | 'close'>;

/** Opens the members, oldest first, and reads their tables. Throws OneError; then nothing is open any more. */
export async function openMerged(
  store: MemberStore,
  members: readonly Member[],
  options: MergeOptions,
): Promise<StoredContent> {
  const [member, ...more] = members;
  if (member?.stored.layout !== 'SLICES' || more.length > 0) return openChain(store, members, options);
  return openSlices(store, member, options);
}

async function openChain(
  store: MemberStore,
  members: readonly Member[],
  { whole, signal, passed }: MergeOptions,
): Promise<MergedQcow2> {
  const opened: MergeMember[] = [];
  const undo: Array<() => unknown> = [];
  try {
    for (const member of members) {
      const name = nameOf(member);
      if (member.stored.layout === 'QEMU') {
        const file = await openScattered(store, member, { signal, passed });
        undo.push(() => file.close());
        opened.push({ file, name });
      } else {
        const stream: Readable = addAbortSignal(signal, store.read(member.source, member.path));
        undo.push(() => stream.on('error', () => undefined).destroy());
        opened.push({ stream: checkedStream(stream, member.stored, name, passed), name });
      }
    }
  } catch (error) {
    for (const step of undo) await step();
    throw error;
  }
  const merged = await mergeSequential(opened, whole);
  const wrong = members.find(({ stored }) => stored.virtualBytes !== merged.virtualBytes);
  if (wrong === undefined) return merged;
  await merged.close();
  throw differentSize(nameOf(wrong), merged.virtualBytes, wrong.stored.virtualBytes);
}

/** A file that is read in any order: its length is compared at once, its content by who wrote it. */
async function openScattered(
  store: MemberStore,
  member: Member,
  { signal, passed }: Pick<MergeOptions, 'signal' | 'passed'>,
): Promise<RandomFile> {
  const name = nameOf(member);
  if (!store.openFile)
    throw new OneError(CODE.INTERNAL, `${name} is an imported disk, which cannot be read as a stream.`);
  const file = await store.openFile(member.source, member.path);
  try {
    refuseDifferent(name, { ...member.stored, sha256: '' }, { fileBytes: file.bytes, sha256: '' });
  } catch (error) {
    await file.close();
    throw error;
  }
  return {
    bytes: file.bytes,
    read: async (into, at, length, position) => {
      signal.throwIfAborted();
      const read = await file.read(into, at, length, position);
      passed(read.bytesRead);
      return read;
    },
    close: () => file.close(),
  };
}

async function openSlices(store: MemberStore, member: Member, { signal, passed }: MergeOptions): Promise<SlicesDisk> {
  const { source, path, stored } = member;
  const name = nameOf(member);
  const manifest = await readManifest(store, member, signal);
  if (manifest.virtualBytes !== stored.virtualBytes) {
    throw differentSize(name, manifest.virtualBytes, stored.virtualBytes);
  }
  const open = (): Readable => {
    if (store.readFolder) return addAbortSignal(signal, store.readFolder(source, path));
    throw new OneError(CODE.INTERNAL, `${name} is a folder of slices, which its store cannot read.`);
  };
  return new SlicesDisk({ manifest, open, name, changedSha256: stored.changedSha256 ?? '', passed });
}

export function differentSize(name: string, virtualBytes: number, recorded: number): OneError {
  const sizes = `${virtualBytes} bytes where ${recorded} were backed up`;
  return new OneError(CODE.INTERNAL, `${name} holds a disk of ${sizes}.`);
}
