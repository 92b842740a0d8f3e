// What the fake has instead of bitmaps: for each tracker and disk the digests of all blocks at the tracker's instant, so that what
// changed since is found by comparing. They lie beside the domains and outlive them, as bitmaps inside disks do.
import { hash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { mkdtemp, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CODE, OneError, TrackerLost } from '../../model/errors.ts';
import type { TaskDisk, Tracking } from '../../model/tasks/backup.ts';
import type { TrackerState } from '../hypervisor.ts';
import { copyAtOneInstant, type DiskCopy } from './instant.ts';
import { BLOCK, isZero } from './zero-blocks.ts';

const DIGEST_BYTES = 16;
const ZERO = Buffer.alloc(DIGEST_BYTES);

/** Blocks of a disk that have changed, by number. */
export type Dirty = ReadonlySet<number>;
/** Which trackers are meant, by name. */
export type Chosen = (name: string) => boolean;

export class Trackers {
  readonly #directory: string;

  constructor(domains: string) {
    this.#directory = join(domains, 'trackers');
    mkdirSync(this.#directory, { recursive: true });
  }

  /**
   * Begins tracker `next` at the instant that the copies show; one of that name that a failed run left is made anew. Returns what has
   * changed since tracker `parent` began, by disk, or null without a parent. One that cannot be believed on every disk is TrackerLost.
   */
  async advance(
    { parent, next }: Pick<Tracking, 'parent' | 'next'>,
    copies: DiskCopy[],
  ): Promise<Map<number, Dirty> | null> {
    const before = parent === null ? null : await this.#readAll(parent, copies);
    const changes = new Map<number, Dirty>();
    for (const { diskId, copy } of copies) {
      const digests = await digestsOf(copy);
      const old = before?.get(diskId);
      if (old) changes.set(diskId, different(old, digests));
      const draft = join(this.#directory, `draft.${process.pid}`);
      await writeFile(draft, digests);
      await rename(draft, this.#file(next, diskId));
    }
    return before && changes;
  }

  async #readAll(name: string, disks: DiskCopy[]): Promise<Map<number, Buffer>> {
    const found = new Map<number, Buffer>();
    for (const { diskId, path } of disks) {
      const digests = await this.#read(name, diskId);
      if (typeof digests === 'string') {
        throw new TrackerLost(`What changed on disk ${diskId} (${path}) is not known: ${digests}.`);
      }
      found.set(diskId, digests);
    }
    return found;
  }

  async states(name: string, disks: TaskDisk[]): Promise<TrackerState[]> {
    const scratch = await mkdtemp(join(tmpdir(), 'fake-trackers-'));
    try {
      const states: TrackerState[] = [];
      for (const { diskId, path, format } of disks) {
        const before = await this.#read(name, diskId);
        if (typeof before === 'string') states.push({ diskId, trouble: before, dirtyBytes: null });
        else {
          const copy = join(scratch, String(diskId));
          await copyAtOneInstant([{ diskId, path, format, copy }]);
          states.push({ diskId, trouble: '', dirtyBytes: different(before, await digestsOf(copy)).size * BLOCK });
        }
      }
      return states;
    } finally {
      await rm(scratch, { recursive: true });
    }
  }

  /** Drops trackers of a VM. Says in words what it dropped. */
  async drop(vmId: number, chosen: Chosen): Promise<string[]> {
    const done: string[] = [];
    for (const { file, name, diskId } of await this.#of(vmId)) {
      if (!chosen(name)) continue;
      await rm(join(this.#directory, file), { force: true });
      done.push(`Removed tracker ${name} of disk ${diskId}.`);
    }
    return done;
  }

  /** What becomes of trackers when a machine dies without a word: they are there and tell nothing. */
  async spoil(vmId: number): Promise<void> {
    for (const { file } of await this.#of(vmId)) await writeFile(join(this.#directory, file), '');
  }

  async #of(vmId: number): Promise<Array<{ file: string; name: string; diskId: string }>> {
    return (await readdir(this.#directory)).flatMap((file) => {
      const [, name = '', owner, diskId = ''] = /^(one-(\d+)-\d+)\.(\d+)$/.exec(file) ?? [];
      return owner === String(vmId) ? [{ file, name, diskId }] : [];
    });
  }

  /** Digests of the disk's blocks then, or why there are none. */
  async #read(name: string, diskId: number): Promise<Buffer | string> {
    const digests = await readFile(this.#file(name, diskId)).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    });
    if (digests === null) return `its bitmap ${name} is not there`;
    return digests.length > 0 ? digests : `its bitmap ${name} is inconsistent: the machine was killed`;
  }

  #file(name: string, diskId: number): string {
    if (/^one-\d+-\d+$/.test(name)) return join(this.#directory, `${name}.${diskId}`);
    throw new OneError(CODE.INTERNAL, `"${name}" is no name of a tracker.`);
  }
}

/** One digest for each block of a raw file. */
async function digestsOf(path: string): Promise<Buffer> {
  const digests: Buffer[] = [];
  const file = await open(path);
  try {
    const block = Buffer.alloc(BLOCK);
    for (let at = 0; ; at += BLOCK) {
      const { bytesRead } = await file.read(block, 0, BLOCK, at);
      if (bytesRead === 0) return Buffer.concat(digests);
      const bytes = block.subarray(0, bytesRead);
      digests.push(isZero(bytes) ? ZERO : hash('sha256', bytes, 'buffer').subarray(0, DIGEST_BYTES));
    }
  } finally {
    await file.close();
  }
}

/** A block that was not there before has changed. */
function different(before: Buffer, now: Buffer): Dirty {
  const dirty = new Set<number>();
  for (let at = 0; at < now.length; at += DIGEST_BYTES) {
    if (!now.subarray(at, at + DIGEST_BYTES).equals(before.subarray(at, at + DIGEST_BYTES)))
      dirty.add(at / DIGEST_BYTES);
  }
  return dirty;
}
