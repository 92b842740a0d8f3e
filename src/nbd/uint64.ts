// 64-bit big-endian numbers as JavaScript numbers; disks end far below 2^53.

/** A 64-bit big-endian number. Above 2^53 it is inexact, but then it fails every range check as well. */
export function readUint64(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * 0x100000000 + bytes.readUInt32BE(at + 4);
}

/** `value` must be a safe integer that is not negative. */
export function writeUint64(bytes: Buffer, value: number, at: number): void {
  bytes.writeUInt32BE(Math.floor(value / 0x100000000), at);
  bytes.writeUInt32BE(value % 0x100000000, at + 4);
}
