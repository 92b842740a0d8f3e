// A Linux kernel that need not unpack itself. An emulated processor takes a second of a core for that, at every boot of every test
// guest. QEMU starts an unpacked one that has an entry for it (PVH), as Debian's has; any other kernel is left as it came.

const LZ4_LEGACY = 0x184c2102;
const BLOCK_BYTES = 8 * 2 ** 20;
const ELF = Buffer.from('\x7fELF', 'latin1');
/** Owner and type of the ELF note that says where a PVH boot begins: XEN_ELFNOTE_PHYS32_ENTRY, with four bytes of address. */
const PVH_NOTE = Buffer.from([4, 0, 0, 0, 4, 0, 0, 0, 18, 0, 0, 0, ...Buffer.from('Xen\0')]);
const PVH_NOTE_WIDE = Buffer.from([4, 0, 0, 0, 8, 0, 0, 0, 18, 0, 0, 0, ...Buffer.from('Xen\0')]);

/** `image` is a bzImage as distributions ship it; where its payload lies is said by the boot protocol, version 2.08 and later. */
export function unpackedKernel(image: Buffer): Buffer {
  const setupSectors = image[0x1f1] || 4;
  const from = (setupSectors + 1) * 512 + image.readUInt32LE(0x248);
  const payload = image.subarray(from, from + image.readUInt32LE(0x24c));
  if (payload.length < 4 || payload.readUInt32LE(0) !== LZ4_LEGACY) return image;
  const kernel = unpacked(payload);
  const startsByItself = kernel.includes(PVH_NOTE) || kernel.includes(PVH_NOTE_WIDE);
  return kernel.subarray(0, 4).equals(ELF) && startsByItself ? kernel : image;
}

/** LZ4's legacy frame: blocks of 8 MiB, each with its packed length before it. The kernel's own length follows the last one. */
function unpacked(frame: Buffer): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 4; at + 4 < frame.length;) {
    const length = frame.readUInt32LE(at);
    if (at + 4 + length > frame.length) break;
    blocks.push(block(frame.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return Buffer.concat(blocks);
}

function block(source: Buffer): Buffer {
  const target = Buffer.alloc(BLOCK_BYTES);
  let from = 0;
  let to = 0;
  const more = (nibble: number): number => {
    let length = nibble;
    for (let byte = nibble === 15 ? 255 : 0; byte === 255; length += byte) byte = source[from++] ?? 0;
    return length;
  };
  while (from < source.length) {
    const token = source[from++] ?? 0;
    const literals = more(token >> 4);
    source.copy(target, to, from, from + literals);
    from += literals;
    to += literals;
    if (from >= source.length) break; // the last sequence has literals alone
    const back = source.readUInt16LE(from);
    from += 2;
    const end = to + more(token & 15) + 4;
    for (; to < end; to++) target[to] = target[to - back] ?? 0; // what is copied may overlap itself
  }
  return target.subarray(0, to);
}
