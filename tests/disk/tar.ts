// Archives as tar and restic write them: ustar, with a note before a file whose name is too long for it.

export interface TarEntry {
  name: string;
  bytes: Buffer;
  /** '0' for a file, '5' for a folder. */
  type?: string;
  /** Name and size stand in a note before it. */
  isNoted?: boolean;
}

export function tarOf(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(partsOf), Buffer.alloc(1024)]);
}

function partsOf({ name, bytes, type = '0', isNoted = false }: TarEntry): Buffer[] {
  if (!isNoted) return [header(name, bytes.length, type), bytes, padding(bytes.length)];
  const notes = Buffer.from(note('path', name) + note('size', String(bytes.length)));
  return [
    ...[header('note', notes.length, 'x'), notes, padding(notes.length)],
    ...[header(name.slice(0, 100), 0, type), bytes, padding(bytes.length)],
  ];
}

/** Its length counts its own digits. */
function note(name: string, value: string): string {
  const rest = ` ${name}=${value}\n`;
  let length = rest.length;
  while (`${length}${rest}`.length !== length) length += 1;
  return `${length}${rest}`;
}

function header(name: string, size: number, type: string): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0, 100);
  block.write(size.toString(8).padStart(11, '0'), 124);
  block.write(' '.repeat(8), 148);
  block.write(type, 156);
  block.write('ustar', 257);
  block.write('00', 263);
  const sum = block.reduce((all, byte) => all + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function padding(size: number): Buffer {
  return Buffer.alloc((512 - (size % 512)) % 512);
}
