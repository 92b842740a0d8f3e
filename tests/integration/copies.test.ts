// A second copy of backups in another datastore, from restic to rsync and back: every point of the copy restores byte for byte, also when
// what it was copied from is gone; only points that are missing are moved. The daemon and its mover with the real backup programs, at the
// fake host.
import { cp, rename } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { run } from '../../src/exec/exec.ts';
import type { Image } from '../../src/model/image.ts';
import type { Operation } from '../../src/model/operation.ts';
import { cheapRepository } from '../guest/repository.ts';
import { FakeCloud } from '../unit/fake-cloud.ts';
import { sameContent } from './cloud.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const PASSWORD = 'twice is better';
const ATTRIBUTES = {
  restic: `DS_MAD="restic"\nRESTIC_BACKEND="LOCAL"\nRESTIC_PASSWORD="${PASSWORD}"`,
  slices: `DS_MAD="restic"\nRESTIC_BACKEND="LOCAL"\nRESTIC_PASSWORD="${PASSWORD}"\nRESTIC_LAYOUT="SLICES"`,
  rsync: 'DS_MAD="rsync"\nRSYNC_BACKEND="LOCAL"',
};
const WAYS = [
  ['restic', 'rsync'],
  ['rsync', 'restic'],
  ['slices', 'rsync'],
] as const;

describe.each(WAYS)('from %s to %s', (from, to) => {
  let cloud: FakeCloud;
  let [first, second] = [-1, -1];
  let vm = { vmId: -1, disk: '' };
  let restored = 0;
  /** What the disk held, by point. */
  const disks = new Map<number, string>();

  beforeAll(async () => {
    cloud = await FakeCloud.open();
    await cloud.host();
    [first, second] = [await datastore('first', from), await datastore('second', to)];
    vm = await machine();
  });
  afterAll(() => cloud.close());

  async function datastore(name: string, kind: keyof typeof ATTRIBUTES): Promise<number> {
    const id = await cloud.id('one.datastore.allocate', `NAME="${name}"\nTYPE="BACKUP_DS"\n${ATTRIBUTES[kind]}`, -1);
    if (kind !== 'rsync') await cheapRepository(`${cloud.directory}/datastores/${id}`, PASSWORD);
    return id;
  }

  async function machine(): Promise<typeof vm> {
    const image = await cloud.image('NAME="disk"\nSIZE="9"\nFORMAT="qcow2"\nPERSISTENT="YES"');
    const config = 'BACKUP_CONFIG=[ MODE="INCREMENT" ]';
    const template = `NAME="vm"\nCPU="1"\nMEMORY="64"\nDISK=[ IMAGE_ID="${image}" ]\n${config}`;
    const vmId = await cloud.id('one.vm.allocate', template, false);
    await cloud.vmIs(vmId, 3, 3);
    return { vmId, disk: (await cloud.store.images.get(image)).source };
  }

  async function backup(point: number): Promise<Image> {
    await run(['qemu-io', '-f', 'qcow2', '-c', `write -P ${point + 1} ${point * 1_048_576} 262144`, vm.disk]);
    await cloud.call('one.vm.backup', vm.vmId, first, false);
    const { result, reason, recorded } = await cloud.follow('vm', vm.vmId);
    expect([result, reason]).toEqual(['done', reason]);
    expect(recorded?.pointId).toBe(point);
    disks.set(point, `${cloud.directory}/kept-${point}`);
    await cp(vm.disk, disks.get(point) ?? '');
    return cloud.store.images.get(recorded?.imageId ?? -1);
  }

  const images = async (datastoreId: number): Promise<Image[]> =>
    (await cloud.store.images.list({})).filter((one) => one.type === 6 && one.datastoreId === datastoreId);
  const copies = async (): Promise<Operation[]> =>
    (await cloud.store.operations.ofVm(vm.vmId, 100)).filter(({ kind }) => kind === 'copy');
  const points = (image: Image | undefined): string[] =>
    (image?.points ?? []).map(({ id, date, consistency }) => `${id} ${date} ${consistency}`);
  /** The copy, when it has all that the image has and nothing goes on. */
  async function complete(image: Image): Promise<Image> {
    await cloud.until(
      'the copy is complete',
      async () => {
        const [copy] = await images(second);
        return points(copy).join() === points(image).join() && (await cloud.store.operations.running()).length === 0;
      },
      120_000,
    );
    const [copy] = await images(second);
    if (!copy) throw new Error('There is no copy.');
    return copy;
  }

  async function expectRestores(image: Image): Promise<void> {
    for (const point of image.points) {
      const options = `NAME="restored ${++restored}"\nINCREMENT_ID="${point.id}"`;
      const ids = (await cloud.text(cloud.session, 'one.image.restore', image.id, 1, options)).split(' ').map(Number);
      expect((await cloud.follow('image', ids[1] ?? -1)).reason).toBe('');
      const { source } = await cloud.store.images.get(ids[1] ?? -1);
      expect(await sameContent([source, 'qcow2'], [disks.get(point.id) ?? '', 'qcow2']), `point ${point.id}`).toBe(
        true,
      );
    }
  }

  it('has every point of a chain, as an image of its own', async () => {
    for (const point of [0, 1]) await backup(point);
    const image = await backup(2);
    await cloud.call('one.image.copy', image.id, second);
    const copy = await complete(image);
    expect(copy.template).toContainEqual(['COPY_OF', String(image.id)]);
    expect({ uid: copy.uid, vms: copy.vms, isChain: copy.isChain }).toEqual({
      uid: image.uid,
      vms: image.vms,
      isChain: true,
    });
    expect((await cloud.store.vms.get(vm.vmId)).backups.ids).toEqual([image.id, copy.id]);
    expect((await copies()).map(({ result }) => result)).toEqual(['done', 'done', 'done']);
    await expectRestores(copy);
  });

  if (from === 'slices') return; // what follows does not depend on how the first keeps its disks

  it('gets only what is new, after each backup', async () => {
    await cloud.call('one.datastore.update', first, `COPY_TO="${second}"`, 1);
    const before = await images(second);
    const had = await copies();
    const copy = await complete(await backup(3));
    expect(copy.points.slice(0, 3)).toEqual(before[0]?.points);
    const made = (await copies()).filter(({ id }) => had.every((one) => one.id !== id));
    expect(made.map(({ result, imageIds }) => [result, imageIds[1]])).toEqual([['done', copy.id]]);
    // it stands on nothing of the first
    await rename(`${cloud.directory}/datastores/${first}`, `${cloud.directory}/datastores/away`);
    await expectRestores(copy);
    await rename(`${cloud.directory}/datastores/away`, `${cloud.directory}/datastores/${first}`);
  });

  it('tells on the image why it could not be copied, and copies it when it can be', async () => {
    const place = `${cloud.directory}/datastores/${second}`;
    await rename(place, `${place}-away`);
    const { id } = await backup(4);
    const failed = async (): Promise<boolean> =>
      (await cloud.store.images.get(id)).template.some(([name]) => name === 'COPY_ERROR');
    await cloud.until('the failure is told', failed, 120_000);
    expect((await copies()).filter(({ result }) => result === 'failed')).toHaveLength(1);
    await rename(`${place}-away`, place);
    await cloud.stop();
    await cloud.start(); // what has failed is tried again
    await complete(await cloud.store.images.get(id));
    expect(await failed()).toBe(false);
  });

  it('keeps as many points as COPY_KEEP_LAST says', async () => {
    await cloud.call('one.datastore.update', second, 'COPY_KEEP_LAST="2"', 1);
    const image = await backup(5);
    await cloud.until(
      'old points are gone from the copy alone',
      async () => (await images(second)).flatMap((copy) => copy.points.map(({ id }) => id)).join() === '4,5',
      120_000,
    );
    expect(image.points.length).toBe(6);
    await cloud.until('nothing runs', async () => (await cloud.store.operations.running()).length === 0, 120_000);
    const [copy] = await images(second);
    if (copy) await expectRestores(copy);
  });
});
