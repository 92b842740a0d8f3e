// Which options of rsync a datastore may give in RSYNC_ARGS: those that say how files are sent. What starts programs, reads or writes other
// files, removes something, or reads a disk twice is refused. Pure.
import { CODE, OneError } from '../../model/errors.ts';

const USUAL = '-aS';
const LETTERS = 'aAgDHlopqrStvWXz46';
const SWITCHES = new Set([
  ...['--acls', '--archive', '--compress', '--fsync', '--ipv4', '--ipv6', '--numeric-ids', '--old-compress'],
  ...['--new-compress', '--preallocate', '--sparse', '--whole-file', '--xattrs'],
]);
/** Switches with a value: what it may be. */
const VALUES = new Map<string, RegExp>([
  ['--bwlimit', /^\d{1,12}(\.\d{1,3})?[KMG]?$/i],
  ['--checksum-choice', /^[a-z0-9]{1,16}$/],
  ['--compress-choice', /^[a-z0-9]{1,16}$/],
  ['--compress-level', /^\d{1,2}$/],
  ['--timeout', /^\d{1,6}$/],
]);

/** The options in `given`, the usual ones when it is empty. Throws a OneError that names the first that is refused. */
export function readArgs(given: string): string[] {
  const words = (given.trim() || USUAL).split(/\s+/);
  const refused = words.find((word) => !isAllowed(word));
  if (refused === undefined) return words;
  const known = [...SWITCHES, ...[...VALUES.keys()].map((name) => `${name}=`)].join(' ');
  throw new OneError(
    CODE.INTERNAL,
    `RSYNC_ARGS="${given}" is not usable: "${refused}" is not allowed; it may have the letters -${LETTERS} and ${known}.`,
  );
}

function isAllowed(word: string): boolean {
  if (word.startsWith('--')) {
    const [name, value] = split(word);
    return value === undefined ? SWITCHES.has(name) : (VALUES.get(name)?.test(value) ?? false);
  }
  return /^-.+/.test(word) && [...word.slice(1)].every((letter) => LETTERS.includes(letter));
}

function split(word: string): [string, string?] {
  const at = word.indexOf('=');
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}
