// What the machine that reads backups answers: frames of a letter, a length and so many bytes. Nothing in them is believed: a wrong form,
// or a frame that is too long, is an error. Pure.
import { CODE, OneError } from '../model/errors.ts';

/** V: a volume. E: an entry. D: bytes of a file. X: why it did not work, the last one. `.`: the last one. */
export interface Frame {
  kind: string;
  body: Buffer;
}

export interface GuestEntry {
  name: Buffer;
  /** As stat has it, type included. */
  mode: number;
  size: number;
  /** Epoch seconds. */
  mtime: number;
  /** Where a symbolic link leads; empty for others. */
  target: Buffer;
}

export interface Volume {
  /** `disk.0`, or `lvm` for a logical volume, which may lie on several. */
  disk: string;
  /** `p1`, `whole`, or `<group>-<name>` of a logical volume as under /dev/mapper. */
  name: string;
  /** What the machine calls it. */
  device: string;
  bytes: number;
  /** What it holds: `ext4`, `lvm`; empty when unknown. */
  fs: string;
  label: Buffer;
}

const HEAD_BYTES = 5;
const MAX_BODY_BYTES = 65_536;
const ENTRY_HEAD_BYTES = 22;
const VOLUME =
  /^(disk\.\d{1,9}|lvm)\0(whole|p\d{1,4}|[\w.+-]{1,255})\0(vd[a-z]{1,3}\d{0,4}|dm-\d{1,6})\0(\d{1,15})\0([a-z0-9]{0,8})\0([^]{0,256})$/;

/** Puts frames together from chunks as they come. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /** The frames that are complete with this chunk. Throws OneError at what is no frame. */
  *push(chunk: Buffer): Generator<Frame> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= HEAD_BYTES) {
      const kind = String.fromCharCode(this.#rest[0] ?? 0);
      const end = HEAD_BYTES + this.#rest.readUInt32BE(1);
      if (!'VEDX.'.includes(kind) || end > HEAD_BYTES + MAX_BODY_BYTES) throw malformed('a frame of an unknown form');
      if (this.#rest.length < end) return;
      const body = this.#rest.subarray(HEAD_BYTES, end);
      this.#rest = this.#rest.subarray(end);
      yield { kind, body };
    }
  }
}

/** Throws OneError when the body is none of an entry. */
export function readEntry(body: Buffer): GuestEntry {
  if (body.length < ENTRY_HEAD_BYTES) throw malformed('an entry that is too short');
  const nameEnd = ENTRY_HEAD_BYTES + body.readUInt16BE(20);
  if (nameEnd > body.length) throw malformed('an entry whose name is too long');
  const mtime = Number(body.readBigInt64BE(12));
  const size = Number(body.readBigUInt64BE(4));
  if (!Number.isSafeInteger(mtime) || !Number.isSafeInteger(size)) {
    throw malformed('an entry of impossible size or time');
  }
  const name = body.subarray(ENTRY_HEAD_BYTES, nameEnd);
  return { mode: body.readUInt32BE(0), size, mtime, name, target: body.subarray(nameEnd) };
}

/** Throws OneError when the body is none of a volume. */
export function readVolume(body: Buffer): Volume {
  const [, disk = '', name = '', device = '', bytes = '', fs = '', label = ''] =
    VOLUME.exec(body.toString('latin1')) ?? [];
  if (disk === '') throw malformed('a volume of an unknown form');
  return { disk, name, device, bytes: Number(bytes), fs, label: Buffer.from(label, 'latin1') };
}

export function malformed(what: string): OneError {
  return new OneError(CODE.ACTION, `The machine that reads the backup answered with ${what}; it was ended.`);
}
