// Partition tables and volumes of LVM around file systems, byte for byte, so that no disk has to be attached to this machine.
import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { run } from '../../src/exec/exec.ts';

const SECTOR = 512;
const MIB = 2 ** 20;
const LINUX = Buffer.from('AF3DC60F838472478E793D69D8477DE4', 'hex');

export interface Piece {
  file: string;
  startMb: number;
  sizeMb: number;
}

/** Puts images into a disk, holes as holes. */
export async function place(disk: string, diskMb: number, pieces: readonly Piece[]): Promise<void> {
  await run(['truncate', '-s', `${diskMb}M`, disk]);
  for (const { file, startMb } of pieces) {
    await run(['dd', `if=${file}`, `of=${disk}`, 'bs=1M', `seek=${startMb}`, 'conv=sparse,notrunc', 'status=none']);
  }
}

export async function mbr(disk: string, pieces: readonly Piece[], type: number): Promise<void> {
  const sector = Buffer.alloc(SECTOR);
  for (const [index, { startMb, sizeMb }] of pieces.entries()) {
    const at = 446 + 16 * index;
    sector[at + 4] = type;
    sector.writeUInt32LE((startMb * MIB) / SECTOR, at + 8);
    sector.writeUInt32LE((sizeMb * MIB) / SECTOR, at + 12);
  }
  sector.writeUInt16LE(0xaa55, 510);
  await write(disk, 0, sector);
}

export async function gpt(disk: string, diskMb: number, pieces: readonly Piece[]): Promise<void> {
  const last = (diskMb * MIB) / SECTOR - 1;
  const entries = Buffer.alloc(128 * 128);
  for (const [index, { startMb, sizeMb }] of pieces.entries()) {
    const at = 128 * index;
    LINUX.copy(entries, at);
    randomBytes(16).copy(entries, at + 16);
    entries.writeBigUInt64LE(BigInt((startMb * MIB) / SECTOR), at + 32);
    entries.writeBigUInt64LE(BigInt(((startMb + sizeMb) * MIB) / SECTOR - 1), at + 40);
  }
  await write(disk, 2 * SECTOR, entries);
  await write(disk, (last - 32) * SECTOR, entries);
  await write(disk, SECTOR, gptHeader({ own: 1, other: last, entriesAt: 2 }, entries, last));
  await write(disk, last * SECTOR, gptHeader({ own: last, other: 1, entriesAt: last - 32 }, entries, last));
  const protective = Buffer.alloc(SECTOR);
  protective[450] = 0xee;
  protective.writeUInt32LE(1, 454);
  protective.writeUInt32LE(last, 458);
  protective.writeUInt16LE(0xaa55, 510);
  await write(disk, 0, protective);
}

function gptHeader(
  { own, other, entriesAt }: { own: number; other: number; entriesAt: number },
  entries: Buffer,
  last: number,
): Buffer {
  const header = Buffer.alloc(92);
  header.write('EFI PART', 'latin1');
  header.writeUInt32LE(0x10000, 8);
  header.writeUInt32LE(92, 12);
  for (const [index, sector] of [own, other, 34, last - 33].entries()) {
    header.writeBigUInt64LE(BigInt(sector), 24 + 8 * index);
  }
  header.fill(0x11, 56, 72);
  header.writeBigUInt64LE(BigInt(entriesAt), 72);
  header.writeUInt32LE(128, 80);
  header.writeUInt32LE(128, 84);
  header.writeUInt32LE(crc32(entries), 88);
  header.writeUInt32LE(crc32(header), 16);
  return header;
}

/** A physical volume of so many MiB with one logical volume in two pieces, the later part of `file` before the earlier. */
export async function lvm(volume: string, sizeMb: number, file: string, fileMb: number): Promise<void> {
  const half = fileMb / 2;
  const area = 1; // MiB before the first extent, which are of one MiB each
  await run(['truncate', '-s', `${sizeMb}M`, volume]);
  const dd = ['dd', `if=${file}`, `of=${volume}`, 'bs=1M', 'conv=sparse,notrunc', 'status=none', `count=${half}`];
  await run([...dd, `seek=${area + half}`]);
  await run([...dd, `skip=${half}`, `seek=${area}`]);
  const id = 'abcdef-0123-4567-89ab-cdef-0123-45678';
  const uuid = (letter: string): string => `${letter}${id}`;
  const segment = (number: number, start: number, from: number): string =>
    `segment${number} { start_extent = ${start} extent_count = ${half} type = "striped" stripe_count = 1 stripes = ["pv0", ${from}] }`;
  const text = `vg0 { id = "${uuid('v')}" seqno = 1 format = "lvm2" status = ["RESIZEABLE", "READ", "WRITE"] flags = []
extent_size = 2048 max_lv = 0 max_pv = 0 metadata_copies = 0
physical_volumes { pv0 { id = "${uuid('p')}" device = "/dev/sda1" status = ["ALLOCATABLE"] flags = []
dev_size = ${(sizeMb * MIB) / SECTOR} pe_start = 2048 pe_count = ${sizeMb - area} } }
logical_volumes { root-fs { id = "${uuid('l')}" status = ["READ", "WRITE", "VISIBLE"] flags = [] segment_count = 2
${segment(1, 0, half)}
${segment(2, half, 0)} } } }
contents = "Text Format Volume Group"
version = 1
`;
  const metadata = Buffer.from(`${text}\0`);
  const label = Buffer.alloc(SECTOR);
  label.write('LABELONE', 'latin1');
  label.writeBigUInt64LE(1n, 8);
  label.writeUInt32LE(32, 20);
  label.write('LVM2 001', 24, 'latin1');
  label.write(uuid('p').replaceAll('-', ''), 32, 'latin1');
  label.writeBigUInt64LE(BigInt(sizeMb * MIB), 64);
  label.writeBigUInt64LE(BigInt(area * MIB), 72);
  label.writeBigUInt64LE(4096n, 104);
  label.writeBigUInt64LE(BigInt(MIB - 4096), 112);
  label.writeUInt32LE(lvmCrc(label.subarray(20)), 16);
  const header = Buffer.alloc(SECTOR);
  header.write(' LVM2 x[5A%r0N*>', 4, 'latin1');
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(4096n, 24);
  header.writeBigUInt64LE(BigInt(MIB - 4096), 32);
  header.writeBigUInt64LE(BigInt(SECTOR), 40);
  header.writeBigUInt64LE(BigInt(metadata.length), 48);
  header.writeUInt32LE(lvmCrc(metadata), 56);
  header.writeUInt32LE(lvmCrc(header.subarray(4)), 0);
  await write(volume, SECTOR, label);
  await write(volume, 4096, Buffer.concat([header, metadata]));
}

/** LVM's sum is that of zlib with another beginning and no last step. */
function lvmCrc(data: Buffer): number {
  return ~crc32(data, ~0xf597a6cf >>> 0) >>> 0;
}

async function write(file: string, at: number, bytes: Buffer): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.write(bytes, 0, bytes.length, at);
  } finally {
    await handle.close();
  }
}
