// What a backup of an idle guest writes on the machine besides the repository: next to nothing, whatever the disk holds.
import { createCipheriv, randomBytes } from 'node:crypto';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../src/exec/exec.ts';
import { Cloud } from './cloud.ts';

const MIB = 1024 * 1024;
const DISK_MIB = 512;

let cloud: Cloud;
let vmId: number;

beforeAll(async () => {
  cloud = await Cloud.open(76000);
  const path = `${cloud.directory}/big.raw`;
  await writeRandom(path, DISK_MIB / 2);
  const root = await cloud.image('root', { path: cloud.guest.rootImage, format: 'raw', persistent: false });
  vmId = await cloud.vm([root, await cloud.image('big', { path, format: 'raw', persistent: true })]);
  await (await cloud.console(vmId)).close();
});

afterAll(async () => cloud.close());

/** A sparse file of DISK_MIB whose first `mib` are random. */
async function writeRandom(path: string, mib: number): Promise<void> {
  const cipher = createCipheriv('aes-128-ctr', randomBytes(16), randomBytes(16));
  const zeroes = Buffer.alloc(MIB);
  const file = await open(path, 'w', 0o666);
  for (let index = 0; index < mib; index++) await file.write(cipher.update(zeroes));
  await file.truncate(DISK_MIB * MIB);
  await file.close();
}

/** Allocated bytes of every file of the state directory but the repository's. */
async function allocated(): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for (const entry of await readdir(cloud.directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || path.startsWith(cloud.repository) || path.includes('/backup/')) continue;
    const found = await stat(path).catch(() => undefined); // files of a run come and go
    if (found) sizes.set(path, found.blocks * 512);
  }
  return sizes;
}

it(`grows only the scratch, by less than 16 MiB for a disk of ${DISK_MIB} MiB`, async () => {
  await run(['sync', '-f', cloud.directory]); // files get their blocks late
  const before = await allocated();
  const grown = new Map<string, number>();
  const ended = new AbortController();
  const look = (async () => {
    while (!ended.signal.aborted) {
      for (const [path, bytes] of await allocated()) {
        const more = bytes - (before.get(path) ?? 0);
        if (more > 0) grown.set(path, Math.max(more, grown.get(path) ?? 0));
      }
      await sleep(200);
    }
  })();
  const operation = await cloud.backup(vmId);
  ended.abort();
  await look;

  const total = operation.disks.reduce((sum, { bytesTotal }) => sum + bytesTotal, 0);
  expect(total).toBeGreaterThan((DISK_MIB / 2) * MIB);
  // the guest's own disk and console, and the daemon's records, grow without a backup too
  const others = [...grown].filter(([path]) => !/\/one\.db|\/console\.log$|\/datastores\/0\/\d+\/disk\.0$/.test(path));
  const scratch = others.filter(([path]) => path.startsWith(`${cloud.directory}/run/${operation.id}/`));
  expect(others).toEqual(scratch);
  expect(scratch.reduce((sum, [, bytes]) => sum + bytes, 0)).toBeLessThan(16 * MIB);
  expect(operation.figures?.scratchBytes).toBeLessThan(16 * MIB);
  expect(operation.figures?.peakRssBytes).toBeLessThan(256 * MIB);
  process.stdout.write(
    `scratch: ${scratch.map(([path, bytes]) => `${path.split('/').at(-1)} ${bytes}`).join(', ')}; mover peak ${(operation.figures?.peakRssBytes ?? 0) / MIB} MiB\n`,
  );
});
