// What the restore of a long chain takes: the target is written once, nothing is written beside it, and memory stays small however many
// members there are.
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DiskFormat } from '../../src/model/image.ts';
import type { RestoreTask } from '../../src/model/tasks/restore.ts';
import { costOf } from '../mover/cost.ts';
import { largeChain, type LargeChain } from '../mover/large-chain.ts';
import { planted } from '../planted/secret.ts';
import { sameContent } from './cloud.ts';

const MIB = 2 ** 20;
/** More than what restic keeps of what it has read. */
const DATA_MIB = 96;
const INCREMENTS = 10;
const MOST_MIB = 256;

let chain: LargeChain;
beforeAll(async () => {
  const parent = resolve(import.meta.dirname, '../../var');
  await mkdir(parent, { recursive: true });
  chain = await largeChain({
    ...{ parent, kind: { driver: 'restic', attributes: { RESTIC_PASSWORD: planted() } } },
    ...{ diskMib: 2 * DATA_MIB, dataMib: DATA_MIB, increments: INCREMENTS, changedMib: 4 },
  });
});
afterAll(() => chain.remove());

it.each<DiskFormat>(['raw', 'qcow2'])('a chain of %s: once, nothing else, and little memory', async (targetFormat) => {
  const { members, store, root } = chain;
  const stored = members.at(-1)?.stored;
  if (!stored) throw new Error('nothing is stored');
  const target = join(root, `target.${targetFormat}`);
  const task: RestoreTask = {
    ...{ kind: 'restore', operationId: 'c0570c0570c0570c', store, directory: join(root, 'shown') },
    disks: [{ stored, members, target, targetFormat }],
  };
  const { result, cost } = await costOf(task);
  const written = result.disks[0]?.writtenBytes ?? 0;
  expect(written / MIB).toBeGreaterThanOrEqual(DATA_MIB);
  expect(written / MIB).toBeLessThan(DATA_MIB + 2);
  expect(cost.moverWrote - written).toBeLessThan(MIB); // its reports, and orders to programs
  expect(cost.toDisks - written).toBeLessThan(MIB);
  expect(cost.files).toEqual([target]);
  console.log(`restore-cost: ${targetFormat}, peak of mover and programs ${(cost.peakBytes / MIB).toFixed(0)} MiB`);
  expect(cost.peakBytes / MIB).toBeLessThan(MOST_MIB);
  expect(await sameContent([target, targetFormat], [chain.raw, 'raw'])).toBe(true);
  await rm(target);
});
