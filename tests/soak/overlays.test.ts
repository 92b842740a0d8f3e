// Increments made of layers on a real guest: every point, put together from a full one and what the exports call changed, is what the
// disk held at that instant, and no write of the guest is lost, whatever is cut short.
import { stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { again, STOP } from '../guest/background.ts';
import { changedBytes, overlayScene, patched, type Scene } from './overlay-scene.ts';

const KIB = 1024;
/** Three places, one place, one place and what is given back, with the rest of their clusters. */
const MOST_CHANGED = 1024 * KIB;

describe('layers over the disks of a guest', () => {
  let scene: Scene;
  /** Both disks of the newest point, as the chain tells. */
  let chain: Buffer[] = [];

  beforeAll(async () => {
    scene = await overlayScene(90260);
  });
  afterAll(() => scene.close());

  /** Backs up, compares, settles as after a record. */
  const point = async (next: number, parent: number | null, live: boolean, most = 2 * MOST_CHANGED): Promise<void> => {
    const held = await scene.held();
    const exports = await scene.begin(next, parent, live);
    try {
      if (live) await scene.change(); // what comes after the instant is not in it
      const points = await scene.take(exports);
      chain = points.map((one, index) => (parent === null ? one.content : patched(chain[index]!, one)));
      points.forEach((one, index) => {
        expect(one.content.equals(held[index]!), `disk ${index} at its instant`).toBe(true);
        expect(chain[index]!.equals(held[index]!), `disk ${index} by its chain`).toBe(true);
        if (parent === null) return;
        expect(changedBytes(one)).toBeGreaterThan(0);
        expect(changedBytes(one)).toBeLessThanOrEqual(most);
      });
    } finally {
      await exports.end();
    }
    await scene.settle(...(parent === null ? [next] : [parent, next]));
    expect(await scene.layers(0)).toEqual([String(next)]);
    expect(await scene.layers(1)).toEqual([String(next)]);
  };

  it('make a full backup and increments of it, live', async () => {
    await scene.boot();
    await scene.change();
    await point(0, null, true);
    await scene.change();
    await point(1, 0, true);
    await scene.change();
    await point(2, 1, true);
    await point(3, 2, true);
  });

  it('tell what has changed, and what is missing', async () => {
    const question = { vmId: 90260, domain: scene.name, disks: scene.disks, mode: 'SNAPSHOT' as const };
    const [one] = await scene.hypervisor.trackers({ ...question, name: 'one-90260-3' });
    expect(one).toMatchObject({ diskId: 1, trouble: '' });
    expect(one!.dirtyBytes).toBeGreaterThan(64 * KIB);
    const [lost] = await scene.hypervisor.trackers({ ...question, name: 'one-90260-2' });
    expect(lost).toMatchObject({ trouble: expect.stringContaining('not there'), dirtyBytes: null });
    await expect(scene.begin(4, 2, true)).rejects.toMatchObject({ name: 'TrackerLost' });
    expect(await scene.layers(0)).toEqual(['3']);
  });

  it('lose nothing when runs fail, and the next one has what they would have had', async () => {
    await (await scene.begin(4, 3, true)).end();
    await scene.change();
    const failed = scene.request(4, 3, true);
    await scene.hypervisor.beginBackup(failed);
    await scene.change();
    await scene.hypervisor.cleanBackup(failed);
    expect(await scene.layers(0)).toEqual(['3', '4.1']); // the second run merged what the first had left
    await point(5, 3, true);
  });

  it('are what a guest boots from after its power was cut', async () => {
    await scene.change();
    const held = await scene.held();
    await scene.kill();
    expect((await scene.held()).map((disk, index) => disk.equals(held[index]!))).toEqual([true, true]);
    await scene.boot();
    await scene.change();
    await point(6, 5, true);
  });

  it('go on while the guest is off', async () => {
    await scene.change();
    await scene.powerOff();
    await point(7, 6, false);
    await (await scene.begin(8, 7, false)).end();
    expect(await scene.layers(0)).toEqual(['7', '8']);
    expect(await scene.hypervisor.cleanBackup(scene.request(8, 7, false))).toHaveLength(2);
    expect(await scene.layers(0)).toEqual(['7']);
    await scene.boot();
    await scene.change();
    await scene.powerOff();
    await (await scene.begin(8, 7, false)).end();
    await point(9, 7, false);
    await scene.boot();
    await scene.change();
    await point(10, 9, true);
  });

  it('are left by a guest that is writing', async () => {
    const writing = 'i=$((i+1)); dd if=/dev/urandom of=/dev/vdb bs=64k seek=$((i%500)) count=1 conv=notrunc,fsync';
    await scene.inGuest(again(writing, 'i=0'));
    await (await scene.begin(11, 10, true)).end();
    await scene.hypervisor.collapseOverlays(scene.name, scene.disks);
    expect(await scene.layers(0)).toEqual([]);
    expect(await scene.virsh('domblklist', scene.name)).not.toContain('.snap');
    expect((await scene.hypervisor.domains()).get(scene.name)).toBe('running');
    await scene.inGuest(`${STOP}; sync`);
    const held = await scene.held();
    await scene.kill();
    expect((await scene.held()).map((disk, index) => disk.equals(held[index]!))).toEqual([true, true]);
    await scene.boot();
    await point(12, null, true);
  });

  it('keep what was given back from taking room in the disk', async () => {
    const room = async (): Promise<number> => (await stat(scene.disks[0]!.path)).blocks * 512;
    await scene.inGuest('dd if=/dev/urandom of=/dev/vdb bs=1M count=40 conv=notrunc,fsync 2>/dev/null');
    await point(13, 12, true, 64 * 1024 * KIB);
    const full = await room();
    await scene.inGuest('blkdiscard -o 0 -l 41943040 /dev/vdb; sync');
    await point(14, 13, true, 64 * 1024 * KIB);
    await point(15, 14, true);
    expect(await room()).toBeLessThan(full);
  });

  it('grow with the disk, and it with them', async () => {
    const bytes = 80 * 1024 * KIB;
    await scene.hypervisor.resizeDisk(scene.name, 'vdb', bytes);
    await scene.inGuest(`dd if=/dev/urandom of=/dev/vdb bs=1M seek=78 count=1 conv=notrunc,fsync 2>/dev/null`);
    await point(16, null, true);
    expect(chain[0]).toHaveLength(bytes);
    await point(17, 16, true);
    await scene.powerOff();
    await scene.hypervisor.collapseOverlays(scene.name, scene.disks);
    const [held] = await scene.held();
    expect(held).toHaveLength(bytes);
  });
});
