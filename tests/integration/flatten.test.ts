// Layers merged into a new snapshot by a real mover: with what is above and below them they are the disk, and a merge that fails, is
// stopped or dies leaves nothing.
import { chmod, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBackupStore } from '../../src/datastore/all.ts';
import { moverResult } from '../../src/exec/mover.ts';
import type { Layer } from '../../src/model/image.ts';
import type { MoverEvent } from '../../src/model/mover-protocol.ts';
import type { CleanupResult } from '../../src/model/tasks/cleanup.ts';
import type { FlattenResult, FlattenTask } from '../../src/model/tasks/flatten.ts';
import type { RestoreResult } from '../../src/model/tasks/restore.ts';
import type { VerifyResult } from '../../src/model/tasks/verify.ts';
import { rawOf, sha256, type Kinds } from '../disk/members.ts';
import { childrenOf, killNow, processesWhere } from '../faults/processes.ts';
import { changeByte, storeChainsIn, type StoredChain, type StoreKind } from '../mover/stored-chain.ts';
import { planted } from '../planted/secret.ts';

const OPERATION = 'f1a77e4000000001';
const STORES: Array<[string, StoreKind]> = [
  ['fake', { driver: 'fake', attributes: {} }],
  ['restic', { driver: 'restic', attributes: { RESTIC_PASSWORD: planted() } }],
];

const SMALL: Kinds[] = [
  ['data', 'data', 'absent', 'data', 'data', 'data'],
  ['absent', 'zero', 'data', 'absent', 'absent', 'data'],
  ['absent', 'absent', 'absent', 'data', 'zero', 'absent'],
  ['data', 'absent', 'absent', 'zero', 'absent', 'absent'],
];
/** A disk of many blocks of what is read ahead. */
const LARGE: Kinds[] = SMALL.map((_, member) =>
  Array.from({ length: 400 }, (_kind, cluster) =>
    member === 0 || cluster % (5 + member) === member ? 'data' : cluster % 7 === member ? 'zero' : 'absent',
  ),
);
const CHAINS = [SMALL, LARGE];
/** Starting restic takes most of the time, so it merges one disk, and everything else only where ONEVAULT_LONG asks for it. */
const chainsOf = ({ driver }: StoreKind): Kinds[][] => (driver === 'restic' ? [SMALL] : CHAINS);
const LONG = process.env['ONEVAULT_LONG'] !== undefined;
const CHOSEN = LONG ? STORES : STORES.filter(([name]) => name === 'fake');
if (!LONG)
  process.stdout.write('Merging in a restic store: some of it; npm run soak:parts, or ONEVAULT_LONG=1, has all.\n');

let chain: StoredChain;
/** What the chain's disks are made of. */
let chains = CHAINS;
const never = (): AbortSignal => new AbortController().signal;

function task(layers: Layer[], whole: boolean): FlattenTask {
  const { root, store } = chain;
  const directory = join(root, 'merge', OPERATION);
  const record = {
    ...{ installation: 'one', operation: OPERATION, chain: OPERATION, mode: 'INCREMENT' as const, directory },
    ...{ vm: { id: 7, name: 'web' }, owner: { uid: 0, gid: 0, uname: 'oneadmin', gname: 'oneadmin' }, vmTemplate: [] },
    point: { id: layers.at(-1)?.pointId ?? 0, below: -1, date: 1, consistency: 'crash' as const, reason: '' },
  };
  return { kind: 'flatten', operationId: OPERATION, vmId: 7, store, layers, whole, directory, record };
}

function flatten(layers: Layer[], events: MoverEvent[] = [], signal = never()): Promise<FlattenResult> {
  const whole = layers[0]?.pointId === 0;
  return moverResult<FlattenResult>(task(layers, whole), signal, (event) => void events.push(event));
}

function layerOf(merged: FlattenResult, top: Layer | undefined): Layer {
  const { source, disks } = merged;
  return { source, disks, path: task([], false).directory, pointId: top?.pointId ?? -1, sizeMb: 1 };
}

async function expectDisks(layers: Layer[]): Promise<void> {
  const { root, store } = chain;
  for (const [diskId, kinds] of chains.entries()) {
    const members = layers.flatMap(({ source, path, disks }) =>
      disks
        .filter((disk) => disk.diskId === diskId)
        .map((stored) => ({ source, path: join(path, stored.file), stored })),
    );
    const stored = members.at(-1)?.stored;
    if (!stored) throw new Error(`disk ${diskId} is in no layer`);
    const target = join(root, `restored.${diskId}`);
    const disks = [{ stored, members, target, targetFormat: 'raw' as const }];
    const restore = { kind: 'restore' as const, operationId: OPERATION, store, disks, directory: join(root, 'shown') };
    await moverResult<RestoreResult>(restore, never(), () => undefined);
    expect((await readFile(target)).equals(rawOf(kinds))).toBe(true);
  }
}

async function expectNothingLeft(): Promise<void> {
  const { root, store } = chain;
  expect(await readdir(join(root, 'merge')).catch(() => [])).toEqual([]);
  expect(await readFile('/proc/self/mounts', 'utf8')).not.toContain(root);
  await expect.poll(() => processesWhere((command) => command.includes(root))).toEqual([]);
  expect(await openBackupStore(store).find(OPERATION)).toEqual([]);
}

afterEach(() => chain.remove());

describe.each(CHOSEN)('merging in a %s store', (_name, kind) => {
  beforeEach(async () => {
    chains = chainsOf(kind);
    chain = await storeChainsIn(kind, ...chains);
  });

  it.each([
    [0, 4],
    [1, 3],
  ])('the layers from %i to before %i are the disks, and verify', async (from, to) => {
    const layers = chain.layers.slice(from, to);
    const top = layers.at(-1);
    const events: MoverEvent[] = [];
    const merged = await flatten(layers, events);
    const store = openBackupStore(chain.store);
    const layer = layerOf(merged, top);
    for (const [index, disk] of merged.disks.entries()) {
      const file = await buffer(store.read(merged.source, `${layer.path}/${disk.file}`));
      expect(disk).toEqual({ ...top?.disks[index], fileBytes: file.length, sha256: sha256(file) });
    }
    expect(String(await buffer(store.read(merged.source, `${layer.path}/vm.xml`)))).toContain(`<POINT>${to - 1}<`);
    expect(await store.find(OPERATION)).toEqual([merged.source]);
    const inside = layers.flatMap(({ disks }) => disks).reduce((sum, { fileBytes }) => sum + fileBytes, 0);
    expect(merged.readBytes).toBe(inside);
    const last = events.findLast((event) => event.type === 'progress');
    expect(last?.disks.every(({ bytesDone, bytesTotal }) => bytesDone === bytesTotal)).toBe(true);

    const all = [...chain.layers.slice(0, from), layer, ...chain.layers.slice(to)];
    await expectDisks(all);
    const verification = {
      kind: 'verify' as const,
      operationId: OPERATION,
      store: chain.store,
      layers: all.slice(0, from + 1),
      trusted: from,
    };
    const { problems } = await moverResult<VerifyResult>(verification, never(), () => undefined);
    expect(problems).toEqual([]);
    await store.remove([merged.source]);
    await expectNothingLeft();
  });

  it('that is stopped leaves nothing', async () => {
    const stop = new AbortController();
    const running = moverResult<FlattenResult>(task(chain.layers, true), stop.signal, (event) => {
      if (event.type === 'phase' && event.phase === 'uploading') stop.abort();
    });
    await expect(running).rejects.toThrow(/The run was stopped/);
    await expectNothingLeft();
  });

  it.each(['reading the layers', 'uploading'])('that is killed while %s is cleaned up', async (phase) => {
    const running = moverResult<FlattenResult>(task(chain.layers, true), never(), (event) => {
      if (event.type !== 'phase' || event.phase !== phase) return;
      const movers = childrenOf(process.pid);
      processesWhere((command, pid) => command.includes(OPERATION) && movers.includes(Number(pid))).forEach(killNow);
    });
    await expect(running).rejects.toThrow(/was ended by SIGKILL/);
    const { directory } = task([], false);
    const clean = { kind: 'cleanup' as const, operationId: OPERATION, backup: null, directory, store: chain.store };
    for (let times = 0; times < 2; times++) {
      const { left } = await moverResult<CleanupResult>(clean, never(), () => undefined);
      expect(left).toBe('');
    }
    await expectNothingLeft();
    await flatten(chain.layers);
  });

  it('refuses layers that hold other disks', async () => {
    const layers = structuredClone(chain.layers);
    layers[1]?.disks.pop();
    const all = [...chains.keys()];
    const fewer = all.slice(0, -1).join(', ') || 'none';
    await expect(flatten(layers)).rejects.toThrow(
      `(increment 1) holds the disks ${fewer}, the newest layer ${all.join(', ')}`,
    );
    await expect(flatten(layers.slice(0, 1))).rejects.toThrow(/two are needed/);
    await expectNothingLeft();
  });
});

describe('a verification of a restic store', () => {
  const [, restic] = STORES;
  beforeEach(async () => {
    chain = await storeChainsIn(restic?.[1] ?? { driver: '', attributes: {} }, SMALL);
  });
  const verify = (): Promise<VerifyResult> => {
    const { store, layers } = chain;
    const task = { kind: 'verify' as const, operationId: OPERATION, store, layers, trusted: 0 };
    return moverResult<VerifyResult>(task, never(), () => undefined);
  };

  it('finds damaged packs', async () => {
    const packs = await readdir(join(chain.store.basePath, 'data'), { recursive: true, withFileTypes: true });
    for (const pack of packs.filter((entry) => entry.isFile())) {
      const path = join(pack.parentPath, pack.name);
      const bytes = await readFile(path);
      await chmod(path, 0o600);
      await writeFile(path, changeByte(bytes, Math.floor(bytes.length / 2)));
    }
    const { problems } = await verify();
    expect(problems[0]).toMatch(/^Snapshot [0-9a-f]{8} \(increment \d\), .*: Could not read /);
  });

  it('is an error when there is no repository', async () => {
    await rename(join(chain.store.basePath, 'config'), join(chain.store.basePath, 'config.away'));
    await expect(verify()).rejects.toThrow(/config file/);
  });
});

it('fails when a part that nobody sees any more is not as it was stored', async () => {
  const [, kind] = STORES[0] ?? [];
  if (!kind) throw new Error('no store');
  chains = CHAINS;
  chain = await storeChainsIn(kind, ...CHAINS);
  const file = chain.fileOf(0, 'disk.1.0');
  const bytes = await readFile(file);
  const hidden = LARGE[1]?.lastIndexOf('data') ?? -1;
  await writeFile(file, changeByte(bytes, bytes.length - (400 - hidden) * 65_536 + 5));
  await expect(flatten(chain.layers)).rejects.toThrow(
    /disk\.1\.0 of snapshot .* is not what was backed up: its SHA-256/,
  );
  await expectNothingLeft();
});
