// How restic is kept small when nobody waits for it, and busy when somebody does. Its own needs are a few tens of MiB; the rest is garbage
// that Go has not yet collected.
import { statfs } from 'node:fs/promises';
import type { ResticConfig } from './config.ts';

/** Garbage may be a quarter of what is in use, not as much again: a third less memory for hardly more work. */
const GOGC = '25';
const HANDS = 4;
const MEMORY_DIRECTORY = '/dev/shm';
const TMPFS_MAGIC = 0x01021994;
/** restic fills a file of 16 MiB for each pack before it goes into the repository: three at a time, measured. */
const TEMPORARY_BYTES = 64 * 2 ** 20;

/** What a mount keeps are mostly blobs that it has read, which cost nothing to look through: less garbage for hardly more work. */
const MOUNT_GOGC = '10';

export function thriftyMount(config: ResticConfig): ResticConfig {
  return { ...config, env: { GOGC: MOUNT_GOGC, ...config.env } };
}

/** For reading, which hardly makes garbage. */
export function thriftyReader(config: ResticConfig): ResticConfig {
  return { ...config, env: { GOGC, ...config.env } };
}

/**
 * For unpacking a file. Each of its hands waits while what it has unpacked is written: restic's own two leave a processor idle in a
 * directory, and four do not (a tenth less time; six are no better). Over a network it has more by itself.
 */
export function busyReader(config: ResticConfig): ResticConfig {
  const { options, transport } = config;
  const told = transport.local === undefined || options.some((option) => option.startsWith('local.connections='));
  return thriftyReader(told ? config : { ...config, options: [...options, '-o', `local.connections=${HANDS}`] });
}

/** For a backup in the background. Its temporary files are kept in memory, when there is plenty for that. */
export async function thriftyBackup(config: ResticConfig): Promise<ResticConfig> {
  const room = config.manyConnections ? 0 : await roomInMemory();
  const temporary = room >= 4 * TEMPORARY_BYTES ? { TMPDIR: MEMORY_DIRECTORY } : {};
  return { ...config, env: { ...config.env, GOGC, GOMAXPROCS: '1', ...temporary } };
}

async function roomInMemory(): Promise<number> {
  try {
    const { type, bsize, bavail } = await statfs(MEMORY_DIRECTORY);
    return type === TMPFS_MAGIC ? bsize * bavail : 0;
  } catch {
    return 0; // then restic uses what it uses always
  }
}
