// A restore in place where files can share blocks: the new file of a raw disk begins as the present one, and no more is written than
// differs. The present file stays as it was. A small file system in a file stands for that of a datastore.
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/exec/exec.ts';
import type { DiskFormat } from '../../src/model/image.ts';
import type { RestoreResult } from '../../src/model/tasks/restore.ts';
import { restore } from '../../src/mover/restore.ts';
import { rawOf, type Kinds } from '../disk/members.ts';
import { storeChains, type StoredChain } from '../mover/stored-chain.ts';

const BLOCK = 65_536;
const MAKERS = [
  ['mkfs.btrfs', '-q'],
  ['mkfs.xfs', '-q', '-m', 'reflink=1'],
] as const;
const PATH = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`;

/** 80 clusters: more than two windows of the writer, the last of them beyond all data. */
const WHOLE: Kinds = Array.from({ length: 80 }, (_, at) => (at < 20 || at === 40 ? 'data' : 'absent'));
const CHANGE: Kinds = Array.from({ length: 80 }, (_, at) => (at === 3 ? 'data' : at === 4 ? 'zero' : 'absent'));

const maker = await findMaker();
if (!maker) console.log('in-place-reflink: skipped, neither mkfs.btrfs (btrfs-progs) nor mkfs.xfs (xfsprogs) is here.');

async function findMaker(): Promise<readonly string[] | undefined> {
  for (const argv of MAKERS) {
    const there = await run([argv[0], '-V'], { env: { PATH } }).catch(() => undefined);
    if (there) return argv;
  }
  return undefined;
}

describe.skipIf(!maker)('where files can share blocks', () => {
  let root: string;
  let shared: string;
  let chain: StoredChain;
  let made = 0;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'onevault-reflink-'));
    shared = join(root, 'shared');
    await mkdir(shared);
    const file = join(root, 'file-system');
    await run(['truncate', '-s', '320M', file]);
    await run([...(maker ?? []), file], { env: { PATH } });
    await run(['mount', '-o', 'loop', file, shared]);
    await chmod(shared, 0o755);
    chain = await storeChains([WHOLE, CHANGE]);
  });
  afterAll(async () => {
    await run(['umount', shared], { okCodes: [32] });
    await chain.remove();
    await rm(root, { recursive: true, force: true });
  });

  interface Way {
    points: number;
    present: Buffer;
    format?: DiskFormat;
    directory?: string;
  }

  async function putBack({ points, present, format = 'raw', directory = shared }: Way) {
    made += 1;
    const [target, path] = [join(directory, `new-${made}`), join(directory, `present-${made}`)];
    await writeFile(path, present);
    const members = chain.members(0).slice(0, points);
    const stored = members.at(-1)?.stored;
    if (!stored) throw new Error('nothing is stored');
    const disks = [{ stored, members, target, targetFormat: format, present: path }];
    const task = {
      kind: 'restore' as const,
      operationId: 'op',
      store: chain.store,
      disks,
      directory: join(root, 'run'),
    };
    const result: RestoreResult = await restore(task, new AbortController().signal, () => undefined);
    expect((await readFile(path)).equals(present)).toBe(true);
    return { written: result.disks[0], target };
  }

  const wanted = (points: number): Buffer => rawOf([WHOLE, CHANGE].slice(0, points));

  it.each([1, 2])('of %i members, the same disk is not written again', async (points) => {
    const { written, target } = await putBack({ points, present: wanted(points) });
    expect(written).toMatchObject({ way: 'differences', writtenBytes: 0, clearedBytes: 0, why: '' });
    expect((await readFile(target)).equals(wanted(points))).toBe(true);
  });

  it('writes the blocks that differ, and clears what is to be a hole', async () => {
    const present = Buffer.concat([wanted(2), Buffer.alloc(BLOCK)]); // another size as well
    present.fill(0x77, 0, 10);
    present.fill(0x77, 30 * BLOCK, 31 * BLOCK);
    present.fill(0x77, 77 * BLOCK, 77 * BLOCK + 1);
    const { written, target } = await putBack({ points: 2, present });
    expect(written).toMatchObject({ way: 'differences', writtenBytes: BLOCK, clearedBytes: 2 * BLOCK });
    expect((await readFile(target)).equals(wanted(2))).toBe(true);
    expect((await stat(target)).blocks * 512).toBeLessThan(78 * BLOCK);
  });

  it('makes a qcow2 file anew, and a raw one where files cannot share blocks', async () => {
    const { written } = await putBack({ points: 1, present: Buffer.alloc(BLOCK), format: 'qcow2' });
    expect(written).toMatchObject({ way: 'whole', why: 'a qcow2 file is made anew' });
    const elsewhere = await mkdtemp('/dev/shm/onevault-reflink-');
    const whole = await putBack({ points: 2, present: wanted(1), directory: elsewhere });
    await rm(elsewhere, { recursive: true });
    expect(whole.written).toMatchObject({
      ...{ way: 'whole', writtenBytes: 20 * BLOCK },
      why: 'its file system does not let files share their blocks (ENOTSUP)',
    });
  });

  it('leaves no file when the backup is not what was stored', async () => {
    const [base] = chain.members(0);
    if (!base) throw new Error('nothing is stored');
    const { sha256 } = base.stored;
    base.stored.sha256 = 'ab';
    await expect(putBack({ points: 1, present: wanted(1) })).rejects.toThrow(/is not what was backed up/);
    base.stored.sha256 = sha256;
    await expect(stat(join(shared, `new-${made}`))).rejects.toThrow('ENOENT');
  });
});
