// BANDWIDTH of a datastore, with the real mover and rsync at the fake host: two backups share it, and the one that is left has all of it at
// once. What is compared are rates of one run with those of another, or of itself before: never with a clock.
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it as always, vi } from 'vitest';
import { FakeCloud } from '../unit/fake-cloud.ts';
import { hasRsyncAndSsh } from './sshd.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });
const it = always.skipIf(!(await hasRsyncAndSsh()));
const MB = 2 ** 20;
const BANDWIDTH_MB = 6;
const [SMALL_MB, LARGE_MB] = [24, 72];
/** Blocks are read so far ahead of the backup program: a run's first ones come at once. */
const AHEAD_MB = 10;

let cloud: FakeCloud;
beforeAll(async () => {
  cloud = await FakeCloud.open();
  await cloud.host();
});
afterAll(() => cloud.close());

async function vmWith(sizeMb: number): Promise<number> {
  const image = await cloud.image(`NAME="d${sizeMb}"\nSIZE="${sizeMb}"\nFORMAT="raw"\nPERSISTENT="YES"`);
  await writeFile((await cloud.store.images.get(image)).source, randomBytes(sizeMb * MB));
  const id = await cloud.id('one.vm.allocate', `CPU="1"\nMEMORY="64"\nDISK=[ IMAGE_ID="${image}" ]`, false);
  await cloud.vmIs(id, 3, 3);
  return id;
}

interface Sample {
  atMs: number;
  bytes: number;
  allowed: number | undefined;
}

/** What each run tells while it goes on. */
function samples(): Map<number, Sample[]> {
  const all = new Map<number, Sample[]>();
  cloud.services.operations.listen(({ vmId, result, disks: [disk], allowedBytesPerSec: allowed }) => {
    if (result !== 'running' || !disk) return;
    const before = all.get(vmId) ?? [];
    if (before.at(-1)?.bytes === disk.bytesDone) return;
    all.set(vmId, [...before, { atMs: performance.now(), bytes: disk.bytesDone, allowed }]);
  });
  return all;
}

/** Bytes per second over what of a run lies between two times. */
function rate(all: readonly Sample[], fromMs: number, untilMs: number): number {
  const within = all.filter(({ atMs }) => atMs >= fromMs && atMs <= untilMs);
  const [first, last] = [within[0], within.at(-1)];
  if (!first || !last || last.atMs === first.atMs) throw new Error('Nothing was told between the two.');
  return ((last.bytes - first.bytes) * 1000) / (last.atMs - first.atMs);
}

it('two backups have half each, and the one that is left has all of it', async () => {
  const template = `NAME="b"\nTYPE="BACKUP_DS"\nDS_MAD="rsync"\nRSYNC_BACKEND="LOCAL"\nBANDWIDTH="${BANDWIDTH_MB}"`;
  const backups = await cloud.id('one.datastore.allocate', template, -1);
  const [small, large] = [await vmWith(SMALL_MB), await vmWith(LARGE_MB)];
  const told = samples();
  await Promise.all([small, large].map((id) => cloud.call('one.vm.backup', id, backups, false)));
  const [first, second] = await Promise.all([small, large].map((id) => cloud.follow('vm', id)));
  expect([first?.result, second?.result]).toEqual(['done', 'done']);

  const [ofSmall, ofLarge] = [told.get(small) ?? [], told.get(large) ?? []];
  const bothFrom = Math.max(
    ...[ofSmall, ofLarge].map((all) => all.find(({ bytes }) => bytes > AHEAD_MB * MB)?.atMs ?? NaN),
  );
  const bothUntil = ofSmall.at(-1)?.atMs ?? NaN;
  const together = [ofSmall, ofLarge].map((all) => rate(all, bothFrom, bothUntil));
  expect((together[0] ?? NaN) / (together[1] ?? NaN)).toBeGreaterThan(0.5);
  expect((together[0] ?? NaN) / (together[1] ?? NaN)).toBeLessThan(2);
  const alone = rate(ofLarge, bothUntil, Infinity);
  expect(alone / (together[1] ?? NaN)).toBeGreaterThan(1.3);

  const half = (BANDWIDTH_MB * MB) / 2;
  expect(ofSmall.at(-1)?.allowed).toBe(half);
  expect(ofLarge.map(({ allowed }) => allowed)).toContain(half);
  expect(ofLarge.at(-1)?.allowed).toBe(2 * half);
});
