// Work on the layers of a real guest's disks, cut short at each of its steps: what the disks hold stays what it was, the guest can go on or
// boot, and the same order given again finishes the work.
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { carryOut, makeLayer, readStack } from '../../src/hypervisor/libvirt/overlay-files.ts';
import { stepsBetween, stepsToCollapse } from '../../src/hypervisor/libvirt/overlay-plan.ts';
import { overlayScene, type Scene } from './overlay-scene.ts';

describe('work on layers that is cut short', () => {
  let scene: Scene;
  let last = -1;

  beforeAll(async () => {
    scene = await overlayScene(90270);
    await scene.boot();
    await scene.change();
  });
  afterAll(() => scene.close());

  /** A recorded backup whose layers are not settled yet. */
  const backedUp = async (live = true): Promise<void> => {
    const parent = last < 0 ? null : last;
    await (await scene.begin(last + 1, parent, live)).end();
    last++;
  };
  const settled = async (): Promise<void> => {
    await scene.settle(last - 1, last);
    for (const index of [0, 1]) expect(await scene.layers(index)).toEqual([String(last)]);
  };
  const holds = async (before: Buffer[]): Promise<void> => {
    const after = await scene.held();
    before.forEach((disk, index) => expect(disk.equals(after[index]!), `disk ${index}`).toBe(true));
  };
  const state = async (): Promise<string | undefined> => (await scene.hypervisor.domains()).get(scene.name);
  const range = (index: number, layer: number): string[] => [
    ...['--base', scene.disks[index]!.path],
    ...['--top', join(scene.disks[index]!.overlays!, String(layer))],
  ];

  it('merging under a guest: before the old layer is removed, in the middle, and right before the power fails', async () => {
    await backedUp();
    await scene.change();
    await backedUp();
    await scene.change();
    const before = await scene.held();
    await scene.virsh('blockcommit', scene.name, 'vdb', ...range(0, last - 1), '--wait');
    expect(await scene.layers(0)).toEqual([String(last - 1), String(last)]);
    await scene.virsh('blockcommit', scene.name, 'vdc', ...range(1, last - 1), '--bandwidth', '1');
    await settled();
    await holds(before);
    await scene.kill();
    await holds(before);
    await scene.boot();
    await backedUp();
    await scene.virsh('blockcommit', scene.name, 'vdb', ...range(0, last - 1), '--bandwidth', '1');
    await scene.kill();
    await holds(before);
    await settled();
    await holds(before);
  });

  it('beginning: a layer that was made, to which no guest went', async () => {
    await scene.boot();
    const before = await scene.held();
    const { layers } = await readStack(scene.disks[0]!);
    await makeLayer(join(scene.disks[0]!.overlays!, String(last + 1)), layers.at(-1)!);
    await holds(before);
    const request = scene.request(last + 1, last, true);
    expect(await scene.hypervisor.cleanBackup(request)).toEqual([expect.stringContaining('Removed')]);
    expect(await scene.layers(0)).toEqual([String(last)]);
    await makeLayer(join(scene.disks[0]!.overlays!, String(last + 1)), layers.at(-1)!);
    await writeFile(join(scene.disks[0]!.overlays!, `${last + 2}.part`), '');
    const exports = await scene.begin(last + 1, last, true, { freeze: 'SUSPEND' });
    await exports.end();
    expect(exports).toMatchObject({ consistency: 'suspended', warnings: [] });
    expect(await state()).toBe('running');
    last++;
    await settled();
    await holds(before);
  });

  it('leaving: a copy that the guest never went over to', async () => {
    await scene.virsh('blockcommit', scene.name, 'vdb', '--active', ...range(0, last), '--wait');
    await scene.change();
    const before = await scene.held();
    await scene.kill();
    await holds(before);
    await scene.boot();
    await scene.virsh('blockcommit', scene.name, 'vdb', '--active', ...range(0, last), '--wait');
    await scene.change();
    await backedUpAgain();
    await holds(await scene.held());
  });

  /** The job of a dead run is ended by the next one. */
  const backedUpAgain = async (): Promise<void> => {
    const before = await scene.held();
    await backedUp();
    await settled();
    await holds(before);
  };

  it('leaving: a guest that went over and stands still beside its old layer', async () => {
    for (const dies of [false, true]) {
      await scene.change();
      const before = await scene.held();
      await scene.virsh('blockcommit', scene.name, 'vdb', '--active', ...range(0, last), '--wait');
      await writeFile(join(scene.disks[0]!.overlays!, 'leaving'), 'suspended');
      await scene.virsh('suspend', scene.name);
      await scene.virsh('blockjob', scene.name, 'vdb', '--pivot');
      if (dies) {
        await scene.kill();
        await holds(before);
        await scene.boot();
      }
      await scene.hypervisor.collapseOverlays(scene.name, scene.disks);
      expect(await state()).toBe('running');
      expect(await scene.layers(0)).toEqual([]);
      expect(await scene.layers(1)).toEqual([]);
      await holds(before);
      await scene.change(); // what is written now must not be hidden by what was left
      const after = await scene.held();
      await scene.kill();
      await holds(after);
      await scene.boot();
      last = -1;
      await backedUp();
      await settled();
    }
  });

  it('a guest that somebody started without its newest layer: no increment, and what the layer holds is kept', async () => {
    await scene.change();
    await scene.powerOff();
    const { layers } = await readStack(scene.disks[0]!);
    const before = await scene.held();
    const bare = { ...scene.spec, disks: scene.spec.disks.map(({ overlays: _, ...disk }) => disk) };
    await scene.hypervisor.deploy(bare);
    const refused = scene.begin(last + 1, last, true);
    await expect(refused).rejects.toMatchObject({ name: 'TrackerLost', message: expect.stringContaining('below') });
    expect(await scene.layers(0)).toEqual([String(last)]);
    await scene.hypervisor.shutdown(scene.name, true);
    expect((await readStack(scene.disks[0]!)).layers).toEqual(layers);
    await holds(before);
    await scene.hypervisor.deploy(bare);
    const exports = await scene.begin(last + 1, null, true);
    await exports.end();
    const { warnings } = exports;
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(/holds data; that is .*aside/);
    const names = [expect.stringMatching(/^\d+\.aside-/), String(last + 1)];
    for (const index of [0, 1]) expect(await scene.layers(index)).toEqual(names);
    await scene.hypervisor.shutdown(scene.name, true);
    for (const { overlays = '' } of scene.disks) {
      for (const name of await readdir(overlays)) if (name.includes('aside')) await rm(join(overlays, name));
    }
    last++;
    await settled();
  });

  it('merging while the guest is off: after each single step', async () => {
    for (let cut = 0; cut < 4; cut++) {
      await backedUp(false);
      await (await scene.begin(last + 1, last, false)).end();
      const before = await scene.held();
      const stack = await readStack(scene.disks[0]!);
      const steps = stepsBetween(stack, 0, stack.layers.length - 1);
      expect(steps.length).toBeGreaterThanOrEqual(4);
      for (const step of steps.slice(0, cut)) await carryOut(step);
      await holds(before);
      last++;
      await settled();
      await holds(before);
    }
    const before = await scene.held();
    for (const step of stepsToCollapse(await readStack(scene.disks[0]!)).slice(0, 1)) await carryOut(step);
    await holds(before);
    await scene.hypervisor.collapseOverlays(scene.name, scene.disks);
    expect(await scene.layers(0)).toEqual([]);
    await holds(before);
  });
});

describe('memory that was saved', () => {
  it('fits the disks after their layers have changed meanwhile', async () => {
    const scene = await overlayScene(90271);
    try {
      await scene.boot();
      await scene.change();
      await (await scene.begin(0, null, true)).end();
      await scene.change();
      await (await scene.begin(1, 0, true)).end();
      await scene.inGuest('echo kept > /tmp/memory');
      const before = await scene.held();
      const file = join(scene.spec.vmDirectory, 'checkpoint');
      await scene.hypervisor.save(scene.name, file);
      await scene.settle(0, 1); // the saved machine names layer 0, which goes by this
      await (await scene.begin(2, 1, false)).end();
      await scene.settle(1, 2);
      await scene.hypervisor.restore(scene.spec, file);
      await scene.reconnect();
      expect(await scene.inGuest('cat /tmp/memory')).toBe('kept');
      const after = await scene.held();
      before.forEach((disk, index) => expect(disk.equals(after[index]!), `disk ${index}`).toBe(true));
      await scene.change();
      await (await scene.begin(3, 2, true)).end();
    } finally {
      await scene.close();
    }
  });
});
