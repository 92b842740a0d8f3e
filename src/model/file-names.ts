// Names of files that somebody else has chosen. They are bytes: a text of one escapes what is no UTF-8 and what a terminal would obey, so
// that it can be shown, typed and turned back. Pure.

/** The name as text: control characters, bytes that are no UTF-8 and the backslash as \xHH. */
export function textOfName(name: Uint8Array): string {
  const bytes = Buffer.from(name);
  const text = bytes.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(bytes))
    return [...bytes].map((byte) => (plain(byte) ? String.fromCharCode(byte) : hex(byte))).join('');
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\]/gu, (character) => [...Buffer.from(character)].map(hex).join(''));
}

/** The bytes of a text that `textOfName` made, or of a path of such. A backslash that escapes nothing stands for itself. */
export function nameOfText(text: string): Buffer {
  const parts = text.split(/(\\x[0-9a-f]{2})/);
  return Buffer.concat(
    parts.map((part, index) => (index % 2 === 1 ? Buffer.from(part.slice(2), 'hex') : Buffer.from(part, 'utf8'))),
  );
}

/** Whether a directory of ours may get a file of this name: it leads nowhere else. */
export function isSafeName(name: Uint8Array): boolean {
  const bytes = Buffer.from(name);
  if (bytes.length === 0 || bytes.length > 255 || bytes.includes(0) || bytes.includes('/')) return false;
  return !bytes.equals(Buffer.from('.')) && !bytes.equals(Buffer.from('..'));
}

function plain(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f && byte !== 0x5c;
}

function hex(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}

/** A file, directory or volume in a backup, as the API tells it. */
export interface FileEntry {
  /** As text. */
  name: string;
  type: 'file' | 'directory' | 'link' | 'special' | 'volume';
  /** Permission bits. */
  mode: number;
  /** Bytes. */
  size: number;
  /** Epoch seconds. */
  mtime: number;
  /** Where a symbolic link leads, as text. */
  target?: string;
  /** What a volume holds; empty when that is not known. */
  fs?: string;
  /** Label of a volume, as text. */
  label?: string;
}
