// Disks come back as the chosen point had them, from one member or many, into either format; anything that is not what was
// stored is an error and leaves no file.
import { createReadStream } from 'node:fs';
import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rawOf, sha256, type Kinds } from '../../tests/disk/members.ts';
import { changeByte, storeChains, type StoredChain } from '../../tests/mover/stored-chain.ts';
import { readSequentialQcow2 } from '../disk/qcow2-read.ts';
import type { DiskFormat } from '../model/image.ts';
import type { MoverEvent } from '../model/mover-protocol.ts';
import type { RestoreResult } from '../model/tasks/restore.ts';
import type { Member } from '../model/tasks/served-disk.ts';
import { restore } from './restore.ts';

const CHAIN: Kinds[] = [
  ['data', 'data', 'absent', 'data', 'data'],
  ['absent', 'zero', 'data', 'absent', 'absent'],
  ['absent', 'absent', 'absent', 'data', 'zero'],
];

let chain: StoredChain;
beforeEach(async () => {
  chain = await storeChains(CHAIN);
});
afterEach(() => chain.remove());

const target = (): string => join(chain.root, 'restored');

function run(
  members: Member[],
  targetFormat: DiskFormat,
  events: MoverEvent[] = [],
  signal = new AbortController().signal,
): Promise<RestoreResult> {
  const stored = members.at(-1)?.stored ?? chain.layers[0]?.disks[0];
  if (!stored) throw new Error('nothing is stored');
  const disks = [{ stored, members, target: target(), targetFormat }];
  const task = {
    kind: 'restore' as const,
    operationId: 'op',
    store: chain.store,
    disks,
    directory: join(chain.root, 'run'),
  };
  return restore(task, signal, (e) => void events.push(e));
}

/** What the restored file holds as a disk. */
async function restored(format: DiskFormat): Promise<Buffer> {
  if (format === 'raw') return readFile(target());
  const read = await readSequentialQcow2(createReadStream(target()), 'restored');
  const raw = Buffer.alloc(read.virtualBytes);
  for await (const { guestOffset, data } of read.data()) raw.set(data, guestOffset);
  return raw;
}

describe.each<DiskFormat>(['raw', 'qcow2'])('to %s', (format) => {
  it.each([1, 2, 3])('%i members are the disk at the last of them', async (count) => {
    const members = chain.members(0).slice(0, count);
    const events: MoverEvent[] = [];
    const result = await run(members, format, events);
    expect((await restored(format)).equals(rawOf(CHAIN.slice(0, count)))).toBe(true);
    expect(result.disks[0]).toMatchObject({ diskId: 0, virtualBytes: members[0]?.stored.virtualBytes });
    if (format === 'qcow2') expect(result.disks[0]?.sha256).toBe(sha256(await readFile(target())));
    const total = members.reduce((sum, { stored }) => sum + stored.fileBytes, 0);
    expect(events.at(-1)).toEqual({ type: 'progress', disks: [{ diskId: 0, bytesDone: total, bytesTotal: total }] });
  });

  it.each([0, 1, 2])('refuses a chain whose member %i was changed or cut, and leaves no file', async (member) => {
    const file = chain.fileOf(member, `disk.0.${member}`);
    const bytes = await readFile(file);
    await writeFile(file, changeByte(bytes, bytes.length - 65000));
    const named = `disk.0.${member} of snapshot ${chain.layers[member]?.source}`;
    await expect(run(chain.members(0), format)).rejects.toThrow(new RegExp(`${named}.*SHA-256 is [0-9a-f]{64}, not`));
    await truncate(file, bytes.length - 1);
    await expect(run(chain.members(0), format)).rejects.toThrow(named);
    await expect(stat(target())).rejects.toThrow(/ENOENT/);
  });

  it('refuses one member that is not what was stored', async () => {
    const [member] = chain.members(0);
    if (!member) throw new Error('no member');
    const other = { ...member, stored: { ...member.stored, sha256: 'ab' } };
    await expect(run([other], format)).rejects.toThrow(/is not what was backed up: its SHA-256 is .*, not ab\./);
    const longer = { ...member, stored: { ...member.stored, fileBytes: 1 } };
    await expect(run([longer], format)).rejects.toThrow(/has \d+ bytes, but 1 were backed up\./);
    const resized = { ...member, stored: { ...member.stored, virtualBytes: 512 } };
    await expect(run([resized], format)).rejects.toThrow(/disk.*(where 512 were backed up|its header says otherwise)/);
  });

  it('ends when it is stopped', async () => {
    const stopped = new AbortController();
    stopped.abort();
    await expect(run(chain.members(0), format, [], stopped.signal)).rejects.toThrow();
    await expect(stat(target())).rejects.toThrow(/ENOENT/);
  });
});

it('refuses members that are recorded with another size than they have, and none at all', async () => {
  const [base, ...rest] = chain.members(0);
  if (!base) throw new Error('no member');
  const resized = { ...base, stored: { ...base.stored, virtualBytes: 512 } };
  await expect(run([resized, ...rest], 'raw')).rejects.toThrow(/holds a disk of \d+ bytes where 512 were backed up/);
  await expect(run([], 'raw')).rejects.toThrow(/made of no points/);
  const wrong = { ...base, source: 'nonsense' };
  await expect(run([base, wrong], 'raw')).rejects.toThrow(/nonsense/);
});
