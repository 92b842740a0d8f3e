import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemDatastore as system, vm as golden, host } from '../../tests/golden/objects.ts';
import { LocalFiles } from '../datastore/files.ts';
import type { OverlaidDisk } from '../hypervisor/hypervisor.ts';
import type { Vm } from '../model/vm.ts';
import { readDisks } from './disks.ts';
import { removeAll } from './end.ts';
import { activeLayer, collapse, removeLayers } from './overlays.ts';
import type { Parts } from './parts.ts';

let root: string;
let asked: Array<{ what: string; disks: OverlaidDisk[] }>;
let parts: Parts;
let vm: Vm;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ov-overlays-'));
  asked = [];
  const hypervisor = {
    collapseOverlays: async (name: string, disks: OverlaidDisk[]) =>
      void asked.push({ what: `collapse ${name}`, disks }),
    activeLayer: async ({ overlays = '' }: OverlaidDisk) => ({ path: `${overlays}/9`, format: 'qcow2' }),
    remove: async (name: string) => void asked.push({ what: `remove ${name}`, disks: [] }),
  };
  const store = {
    datastores: { list: async () => [{ ...system, basePath: root }] },
    hosts: { get: async () => host, find: async () => host },
  };
  parts = { store, hypervisorOf: () => hypervisor, filesOf: () => new LocalFiles() } as unknown as Parts;
  const disk = (id: number, persistent: boolean): Vm['template'][number] => [
    'DISK',
    [
      ['DISK_ID', String(id)],
      ['TYPE', 'FILE'],
      ['FORMAT', 'qcow2'],
      ['IMAGE_ID', String(id)],
      ['SOURCE', `${root}/image-${id}`],
      ['PERSISTENT', persistent ? 'YES' : 'NO'],
    ],
  ];
  vm = { ...structuredClone(golden), id: 7, deployId: 'one-7', template: [disk(0, true), disk(1, false)] };
  for (const id of [0, 1]) {
    await mkdir(join(root, '7', `disk.${id}.snap`), { recursive: true });
    await writeFile(join(root, '7', `disk.${id}.snap`, '9'), '');
  }
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('layers over the disks of a VM', () => {
  it('are put into the disks that have some, and nobody is asked about others', async () => {
    await removeLayers(parts, vm, readDisks(vm.template)[1]!);
    await collapse(parts, vm, readDisks(vm.template));
    const overlays = join(root, '7', 'disk.0.snap');
    expect(asked).toEqual([
      { what: 'collapse one-7', disks: [{ diskId: 0, format: 'qcow2', path: `${root}/image-0`, overlays }] },
    ]);
    await rm(join(root, '7'), { recursive: true });
    await collapse(parts, vm, readDisks(vm.template));
    expect(asked).toHaveLength(1);
  });

  it('say where a disk was written to last', async () => {
    const [disk] = readDisks(vm.template);
    expect(await activeLayer(parts, vm, disk!)).toEqual({ path: join(root, '7', 'disk.0.snap', '9'), format: 'qcow2' });
    await removeLayers(parts, vm, disk!);
    expect(await activeLayer(parts, vm, disk!)).toMatchObject({ path: `${root}/image-0`, format: 'qcow2' });
  });

  it('are in the image of a VM that has ended, and its own files are gone only then', async () => {
    await removeAll(parts, vm);
    expect(asked.map(({ what, disks }) => [what, disks.map(({ diskId }) => diskId)])).toEqual([
      ['remove one-7', []],
      ['collapse one-7', [0]],
    ]);
    await expect(access(join(root, '7'))).rejects.toThrow('ENOENT');
  });

  it('stay when they cannot be put into the image', async () => {
    const failing = {
      ...parts,
      hypervisorOf: () => ({
        remove: async () => undefined,
        collapseOverlays: () => Promise.reject(new Error('no room')),
      }),
    } as unknown as Parts;
    await expect(removeAll(failing, vm)).rejects.toThrow('no room');
    await access(join(root, '7', 'disk.0.snap', '9'));
  });
});
