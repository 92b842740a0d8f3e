// Which files a program has open. What reads disks out of a backup store has those of the backup open and no others, whatever stands in
// them.
import { readdir, readlink } from 'node:fs/promises';

/** Everybody may read them, and they tell nothing. */
const HARMLESS = new Set(['/dev/null', '/dev/zero', '/dev/random', '/dev/urandom']);

/** Files that the process has open beside those `expected`, which are real paths; none when it has ended. */
export async function strangeFiles(pid: number, expected: ReadonlySet<string>): Promise<string[]> {
  const directory = `/proc/${pid}/fd`;
  const descriptors = await readdir(directory).catch(() => []); // it has ended
  const files = await Promise.all(descriptors.map((one) => readlink(`${directory}/${one}`).catch(() => ''))); // closed since
  return files.filter((file) => file.startsWith('/') && !file.startsWith('/memfd:') && !isKnown(file, expected));
}

function isKnown(file: string, expected: ReadonlySet<string>): boolean {
  return HARMLESS.has(file) || expected.has(file) || expected.has(file.replace(/ \(deleted\)$/, ''));
}
