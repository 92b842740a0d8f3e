// Where the content of a new image comes from, as its template says: a file of this machine or something at a URL, and what it must hash to. Pure.
import { text, type Attributes } from './attributes.ts';

export const DIGESTS = { MD5: 32, SHA1: 40, SHA256: 64 } as const;
export type DigestName = keyof typeof DIGESTS;

/** What the content must hash to, in small hex digits. */
export interface Digest {
  name: DigestName;
  hex: string;
}

export type ImageOrigin = { kind: 'file'; path: string } | { kind: 'url'; url: string };

/** What PATH says, or why it cannot be used. A URL that leads to a file is that file. */
export function readOrigin(given: string): ImageOrigin | { wrong: string } {
  if (given.startsWith('/')) return { kind: 'file', path: given };
  const wrong = `PATH="${given}" must be an absolute path of a file on this machine, or a URL with http:, https: or file:.`;
  if (!/^(https?|file):\/\//i.test(given) || !URL.canParse(given)) return { wrong };
  const url = new URL(given);
  if (url.username !== '' || url.password !== '') {
    return { wrong: 'PATH must be a URL without a user and a password: they would be shown with the image.' };
  }
  if (url.protocol !== 'file:') return { kind: 'url', url: url.href };
  const path = decodedPath(url);
  if (url.host !== '' || path === undefined) return { wrong };
  return { kind: 'file', path };
}

/** The digests that a template gives, or what is wrong with one. */
export function readDigests(template: Attributes): Digest[] | { wrong: string } {
  const digests: Digest[] = [];
  for (const [name, length] of Object.entries(DIGESTS) as Array<[DigestName, number]>) {
    const hex = (text(template, name) ?? '').trim().toLowerCase();
    if (hex === '') continue;
    if (!new RegExp(`^[0-9a-f]{${length}}$`).test(hex)) {
      return { wrong: `${name}="${hex}" is not right; it must be ${length} hex digits.` };
    }
    digests.push({ name, hex });
  }
  return digests;
}

/**
 * Why images may not be made of this file, whose path has no links in it; undefined when they may. Both lists have directories with blanks
 * between them, as OpenNebula has it: what is below a restricted one is refused, unless it is below a safe one.
 */
export function refusedPlace(path: string, restricted: string, safe: string): string | undefined {
  const within = (list: string): string | undefined =>
    list.split(/\s+/).find((directory) => directory !== '' && isBelow(path, directory));
  const refused = within(restricted);
  if (refused === undefined || within(safe) !== undefined) return undefined;
  return `${path} is in ${refused}, one of the RESTRICTED_DIRS of the datastore, and in none of its SAFE_DIRS`;
}

/** The path that has the name of the file; of a URL without what follows its path. */
export function nameOf(origin: ImageOrigin): string {
  return origin.kind === 'file' ? origin.path : new URL(origin.url).pathname;
}

function isBelow(path: string, directory: string): boolean {
  const prefix = directory.replace(/\/+$/, '');
  return path === prefix || path.startsWith(`${prefix}/`);
}

function decodedPath(url: URL): string | undefined {
  try {
    const path = decodeURIComponent(url.pathname);
    return path.includes('\0') ? undefined : path;
  } catch {
    return undefined; // a % that begins nothing
  }
}
