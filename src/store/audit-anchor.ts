// A file beside the database that says from time to time where the audit log stood, one line each: what is cut off the log's end, or made anew in
// the database, shows against it. It is only ever appended to, so it may be made append-only or lie on another disk.
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Anchor } from '../model/audit.ts';

const LINE = /^(\S{1,40}) (\d{1,15}):([0-9a-f]{64})$/;

/** What a file of anchors says; a line that a crash cut short says nothing. */
export interface KeptAnchors {
  anchors: Anchor[];
  /** When the newest was written, as it stands there. */
  newest?: { at: string; seq: number; hash: string };
}

export async function writeAnchor(path: string, { seq, hash }: Anchor, atMs: number): Promise<void> {
  const file = await open(path, 'a', 0o600);
  try {
    await file.write(`${new Date(atMs).toISOString()} ${seq}:${hash}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Those of records after `after`; none when there is no file yet. */
export async function readAnchors(path: string, after = 0): Promise<KeptAnchors> {
  const kept: KeptAnchors = { anchors: [] };
  try {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      const [, at, seq, hash] = LINE.exec(line) ?? [];
      if (at === undefined || seq === undefined || hash === undefined || Number(seq) <= after) continue;
      kept.anchors.push({ seq: Number(seq), hash });
      kept.newest = { at, seq: Number(seq), hash };
    }
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause) || cause.code !== 'ENOENT') throw cause;
  }
  return kept;
}
