// A whole disk out of restic goes straight to its place whatever the order in which restic writes it, is checked on the way, and leaves
// nothing when it is stopped, when there is no room, or when the store is damaged.
import { writeFileSync } from 'node:fs';
import { chmod, cp, mkdir, open, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { moverResult } from '../../src/exec/mover.ts';
import { run } from '../../src/exec/exec.ts';
import type { DiskFormat } from '../../src/model/image.ts';
import type { RestoreResult, RestoreTask } from '../../src/model/tasks/restore.ts';
import { restoreUnpacked } from '../../src/mover/unpacked-disk.ts';
import { LEAST_BYTES } from '../../src/mover/restore-way.ts';
import { processesWhere } from '../faults/processes.ts';
import { largeChain, type LargeChain } from '../mover/large-chain.ts';
import { RESTIC_PASSWORD, sameContent } from './cloud.ts';

const MIB = 2 ** 20;
const DATA_MIB = 48;
const FORMATS: DiskFormat[] = ['raw', 'qcow2'];

let chain: LargeChain;
let target: string;

beforeAll(async () => {
  const parent = resolve(import.meta.dirname, '../../var');
  await mkdir(parent, { recursive: true });
  const kind = { driver: 'restic', attributes: { RESTIC_PASSWORD } };
  chain = await largeChain({
    ...{ parent, kind, diskMib: 2 * DATA_MIB, dataMib: DATA_MIB, increments: 0, changedMib: 0 },
  });
  target = join(chain.root, 'target');
  expect(chain.members[0]?.stored.fileBytes).toBeGreaterThan(LEAST_BYTES);
});
afterEach(() => rm(target, { force: true }));
afterAll(() => chain.remove());

function taskOf(targetFormat: DiskFormat, at = target): RestoreTask {
  const { members, store, root } = chain;
  const stored = members.at(-1)?.stored;
  if (!stored) throw new Error('Nothing is stored.');
  return {
    ...{ kind: 'restore', operationId: 'a2bac4eda2bac4ed', store, directory: join(root, 'shown') },
    disks: [{ stored, members, target: at, targetFormat }],
  };
}

const restore = (task: RestoreTask, signal = new AbortController().signal): Promise<RestoreResult> =>
  moverResult<RestoreResult>(task, signal, () => undefined);

/** It takes seconds, so that what happens meanwhile does happen meanwhile. */
function slowly(task: RestoreTask): RestoreTask {
  const attributes = { ...task.store.attributes, RESTIC_BWLIMIT: '4000' };
  return { ...task, store: { ...task.store, attributes } };
}

const restics = (): number[] =>
  processesWhere((command) => command.startsWith('restic ') && command.includes(chain.store.basePath));

async function expectNothing(): Promise<void> {
  expect(await stat(target).catch(() => 'gone')).toBe('gone');
  expect(await stat(join(chain.root, 'shown')).catch(() => 'gone')).toBe('gone');
  expect(await readFile('/proc/self/mountinfo', 'utf8')).not.toContain(chain.root);
  expect(restics()).toEqual([]);
}

describe.each(FORMATS)('a disk to %s', (format) => {
  it('is what was stored, holes left out', async () => {
    const commands = new Set<string>();
    const timer = setInterval(() => {
      processesWhere((command) => {
        if (command.startsWith('restic ') && command.includes(chain.store.basePath)) commands.add(command);
        return false;
      });
    }, 5);
    const { disks } = await restore(taskOf(format)).finally(() => clearInterval(timer));
    expect([...commands].filter((command) => command.includes(' dump '))).toEqual([]);
    expect(disks[0]?.sha256).toBe(chain.members[0]?.stored.sha256);
    expect((disks[0]?.writtenBytes ?? 0) / MIB).toBeLessThan(DATA_MIB + 1);
    expect(await sameContent([target, format], [chain.raw, 'raw'])).toBe(true);
    expect((await stat(target)).blocks * 512).toBeLessThan((DATA_MIB + 2) * MIB);
    expect(await stat(join(chain.root, 'shown')).catch(() => 'gone')).toBe('gone');
  });

  it('leaves nothing when it is stopped', async () => {
    const stop = new AbortController();
    const timer = setInterval(() => restics().length > 0 && stop.abort(), 5);
    await expect(restore(slowly(taskOf(format)), stop.signal).finally(() => clearInterval(timer))).rejects.toThrow();
    await expectNothing();
  });

  it('says that there is no room, and leaves nothing', async () => {
    const small = join(chain.root, 'small');
    await mkdir(small);
    await run(['mount', '-t', 'tmpfs', '-o', `size=${DATA_MIB + 8}m`, 'tmpfs', small]);
    // room that was there when it was asked for is taken by another before it is used
    let taken = false;
    const timer = setInterval(() => {
      if (taken || restics().length === 0) return;
      taken = true;
      writeFileSync(join(small, 'other'), Buffer.alloc((DATA_MIB - 8) * MIB));
    }, 5);
    try {
      await expect(restore(slowly(taskOf(format, join(small, 'target'))))).rejects.toThrow(/ENOSPC/);
      expect(taken).toBe(true);
      expect(await readdir(small)).toEqual(['other']);
    } finally {
      clearInterval(timer);
      await run(['umount', '-l', small]);
      await rm(small, { recursive: true });
    }
    await expectNothing();
  });
});

async function largestPack(): Promise<{ path: string; bytes: number }> {
  const data = join(chain.store.basePath, 'data');
  const packs: Array<{ path: string; bytes: number }> = [];
  for (const name of await readdir(data, { recursive: true })) {
    const found = await stat(join(data, name));
    if (found.isFile()) packs.push({ path: join(data, name), bytes: found.size });
  }
  const largest = packs.toSorted((one, other) => other.bytes - one.bytes)[0];
  if (largest === undefined) throw new Error('No pack is there.');
  await chmod(largest.path, 0o600);
  return largest;
}

it.each(['shorter than it was', 'missing'])('does not try again for a pack that is %s', async (how) => {
  const { path, bytes } = await largestPack();
  const kept = `${chain.root}/kept`;
  await cp(path, kept);
  await (how === 'missing' ? rm(path) : truncate(path, Math.floor(bytes / 3)));
  try {
    for (const format of FORMATS) {
      await expect(restore(taskOf(format))).rejects.toThrow(new RegExp(`damaged: pack [0-9a-f]+ is ${how}`));
      await expectNothing();
    }
  } finally {
    await rename(kept, path);
  }
});

it('refuses what is damaged, and leaves nothing', async () => {
  const { path, bytes } = await largestPack();
  const pack = await open(path, 'r+');
  await pack.write(Buffer.alloc(4096), 0, 4096, Math.floor(bytes / 2));
  await pack.close();
  await expect(restore(taskOf('raw'))).rejects.toThrow(/Could not read|not what was backed up/);
  await expectNothing();
});

it('has nothing written beside the target by a program that goes on when it is stopped', async () => {
  const { disks } = taskOf('raw');
  const [disk] = disks;
  const [member] = disk?.members ?? [];
  if (!disk || !member) throw new Error('Nothing is stored.');
  const stop = new AbortController();
  const directory = join(chain.root, 'shown');
  let shown = '';
  const stubborn = async (_source: string, path: string, at: string): Promise<void> => {
    shown = at;
    stop.abort(new Error('stopped'));
    await setTimeout(500); // whoever lets go of the mount has done so by then
    await mkdir(join(at, path, '..'), { recursive: true });
    await expect(writeFile(join(at, path), 'late')).rejects.toThrow(/EIO/);
  };
  const options = { directory, signal: stop.signal, passed: () => undefined };
  await expect(restoreUnpacked(stubborn, disk, member, options)).rejects.toThrow('stopped');
  expect(shown).toBe(directory);
  await rm(target);
  await expectNothing();
});
