// Everything that is not as it was written is told, in one pass; a store out of reach says nothing about the snapshots.
import { renameSync, writeFileSync } from 'node:fs';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Kinds } from '../../tests/disk/members.ts';
import { changeByte, storeChains, type StoredChain } from '../../tests/mover/stored-chain.ts';
import type { Layer } from '../model/image.ts';
import type { MoverEvent } from '../model/mover-protocol.ts';
import type { VerifyResult, VerifyTask } from '../model/tasks/verify.ts';
import { verify } from './verify.ts';

const CHAIN: Kinds[] = [
  ['data', 'data', 'absent', 'data'],
  ['absent', 'zero', 'data', 'absent'],
  ['absent', 'absent', 'absent', 'data'],
];
const OTHER: Kinds[] = [['data'], ['zero'], ['data']];

let chain: StoredChain;
beforeEach(async () => {
  chain = await storeChains(CHAIN, OTHER);
});
afterEach(() => chain.remove());

function runWith(
  tell: (event: MoverEvent) => void,
  signal = new AbortController().signal,
  options: Partial<VerifyTask> = {},
): Promise<VerifyResult> {
  const { store, layers } = chain;
  return verify({ kind: 'verify', operationId: 'op', store, layers, trusted: 0, ...options }, signal, tell);
}

function run(options: Partial<VerifyTask> = {}, events: MoverEvent[] = []): Promise<VerifyResult> {
  return runWith((event) => void events.push(event), undefined, options);
}

async function change(layer: number, name: string, fromEnd: number): Promise<void> {
  const file = chain.fileOf(layer, name);
  const bytes = await readFile(file);
  await writeFile(file, changeByte(bytes, bytes.length - fromEnd));
}

function bytesOf(layers: Layer[], diskId: number): number {
  return layers
    .flatMap(({ disks }) => disks)
    .filter((disk) => disk.diskId === diskId)
    .reduce((sum, { fileBytes }) => sum + fileBytes, 0);
}

describe('a verification', () => {
  it('finds nothing in what is as it was written, and tells its progress', async () => {
    const events: MoverEvent[] = [];
    const { problems, readBytes } = await run({}, events);
    expect(problems).toEqual([]);
    const totals = [bytesOf(chain.layers, 0), bytesOf(chain.layers, 1)];
    expect(readBytes).toBe((totals[0] ?? 0) + (totals[1] ?? 0) + 3 * '<VM><POINT>0</POINT></VM>'.length);
    const disks = totals.map((bytes, diskId) => ({ diskId, bytesDone: bytes, bytesTotal: bytes }));
    expect(events.at(-1)).toEqual({ type: 'progress', disks });
  });

  it('finds all that is wrong', async () => {
    await change(0, 'disk.0.0', 64_000);
    await truncate(chain.fileOf(1, 'disk.1.1'), 1000);
    await change(2, 'disk.0.2', 2 * 65_536 - 1);
    await rm(chain.fileOf(2, 'disk.1.2'));
    await writeFile(chain.fileOf(2, 'vm.xml'), '');
    const { problems } = await run();
    const [first = '', second = '', third = ''] = chain.layers.map(({ source }) => source);
    expect(problems).toHaveLength(5);
    expect(problems[0]).toMatch(
      new RegExp(
        `^Snapshot ${first} \\(increment 0\\), disk 0: disk\\.0\\.0 is not what was backed up: its SHA-256 is`,
      ),
    );
    expect(problems[1]).toMatch(
      new RegExp(
        `^Snapshot ${second} \\(increment 1\\), disk 1: disk\\.1\\.1 has 1000 bytes, but \\d+ were backed up\\.$`,
      ),
    );
    expect(problems[2]).toBe(`Snapshot ${third} (increment 2), its description: vm.xml is empty.`);
    expect(problems[3]).toMatch(/disk 0: Could not read disk\.0\.2: entry 0 of its L2 tables is damaged/);
    expect(problems[4]).toMatch(/disk 1: .*disk\.1\.2.*ENOENT/);
  });

  it('does not read again what is trusted, and finds a snapshot that is gone', async () => {
    await change(0, 'disk.0.0', 64_000);
    const events: MoverEvent[] = [];
    const { problems, readBytes } = await run({ trusted: 2 }, events);
    expect(problems).toEqual([]);
    const top = chain.layers.slice(2);
    expect(readBytes).toBe(bytesOf(top, 0) + bytesOf(top, 1) + 25);
    const gone = chain.layers.map((layer, index) => (index === 2 ? { ...layer, source: 'ffffffff' } : layer));
    const result = await run({ layers: gone, trusted: 2 });
    expect(result.problems).toHaveLength(3);
    expect(result.problems[0]).toMatch(/^Snapshot ffffffff \(increment 2\), its description: Could not read/);
  });

  it('finds disks and sizes that do not belong to one chain', async () => {
    const layers = structuredClone(chain.layers);
    layers[1]?.disks.pop();
    const [disk] = layers[2]?.disks ?? [];
    if (disk) disk.virtualBytes += 512;
    const { problems } = await run({ layers });
    expect(problems).toEqual([
      expect.stringMatching(/increment 1\) holds the disks 0, the lowest layer 0, 1\.$/),
      expect.stringMatching(/increment 2\), disk 0: it has 198656 bytes, the lowest layer 198144\.$/),
      expect.stringMatching(
        /increment 2\), disk 0: disk\.0\.2 holds a disk of 198144 bytes where 198656 were backed up/,
      ),
    ]);
  });

  it('is an error when the store is not to be reached, from the start or in the middle', async () => {
    const wrong = { ...chain.store, attributes: { FAKE_PASSWORD: 'wrong' } };
    await expect(run({ store: wrong })).rejects.toThrow(/password is wrong/);
    const { basePath } = chain.store;
    const running = runWith((event) => {
      if (event.type !== 'phase' || event.phase !== 'reading increment 1') return;
      renameSync(basePath, `${basePath}.away`);
      writeFileSync(basePath, 'a file');
    });
    await expect(running).rejects.toThrow(/Could not open the backups/);
  });

  it('ends when it is stopped', async () => {
    const stopped = new AbortController();
    const events: MoverEvent[] = [];
    const running = runWith((event) => {
      events.push(event);
      if (event.type === 'phase' && event.phase === 'reading increment 1') stopped.abort();
    }, stopped.signal);
    await expect(running).rejects.toThrow(/abort/i);
    expect(events.some((event) => event.type === 'phase' && event.phase === 'reading increment 2')).toBe(false);
  });
});
