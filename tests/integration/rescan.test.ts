// The database is lost: what backup datastores hold is listed again and restored byte for byte, of chains, of merged ones, and of several
// machines. The daemon and its mover with the real backup programs, at the fake host.
import { cp, mkdir, rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { run } from '../../src/exec/exec.ts';
import type { Image } from '../../src/model/image.ts';
import { cheapRepository } from '../guest/repository.ts';
import { FakeCloud } from '../unit/fake-cloud.ts';
import { sameContent } from './cloud.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const PASSWORD = 'lost and found';
const STORES = [
  ['restic, slices', `DS_MAD="restic"\nRESTIC_BACKEND="LOCAL"\nRESTIC_LAYOUT="SLICES"\nRESTIC_PASSWORD="${PASSWORD}"`],
  ['restic', `DS_MAD="restic"\nRESTIC_BACKEND="LOCAL"\nRESTIC_PASSWORD="${PASSWORD}"`],
  ['rsync', 'DS_MAD="rsync"\nRSYNC_BACKEND="LOCAL"'],
] as const;

describe.each(STORES)('%s', (driver, attributes) => {
  let cloud: FakeCloud;
  let backups = -1;
  /** What disks held, by machine and point. */
  const copies = new Map<string, string>();
  let before: Image[] = [];

  beforeAll(async () => {
    cloud = await FakeCloud.open();
    await cloud.host();
    backups = await datastore();
    if (driver !== 'rsync') await cheapRepository(`${cloud.directory}/datastores/${backups}`, PASSWORD);
  });
  afterAll(() => cloud.close());

  const datastore = (): Promise<number> =>
    cloud.id('one.datastore.allocate', `NAME="plain"\nTYPE="BACKUP_DS"\nFLATTEN_SHARE="1"\n${attributes}`, -1);
  const idle = (): Promise<void> =>
    cloud.until('nothing runs', async () => (await cloud.store.operations.running()).length === 0, 120_000);

  async function machine(name: string, config: string): Promise<{ vmId: number; disk: string }> {
    const image = await cloud.image(`NAME="${name}"\nSIZE="4"\nFORMAT="qcow2"\nPERSISTENT="YES"`);
    const template = `NAME="${name}"\nCPU="1"\nMEMORY="64"\nDISK=[ IMAGE_ID="${image}" ]\nBACKUP_CONFIG=[ ${config} ]`;
    const vmId = await cloud.id('one.vm.allocate', template, false);
    await cloud.vmIs(vmId, 3, 3);
    return { vmId, disk: (await cloud.store.images.get(image)).source };
  }

  async function backup({ vmId, disk }: { vmId: number; disk: string }, round: number): Promise<void> {
    await run(['qemu-io', '-f', 'qcow2', '-c', `write -P ${10 * vmId + round + 1} ${round * 131_072} 65536`, disk]);
    await cloud.call('one.vm.backup', vmId, backups, false);
    const { result, reason, recorded } = await cloud.follow('vm', vmId);
    expect([result, reason]).toEqual(['done', reason]);
    const image = await cloud.store.images.get(recorded?.imageId ?? -1);
    const copy = `${cloud.directory}/copy-${vmId}-${round}`;
    await cp(disk, copy);
    copies.set(`${vmId} ${image.points.at(-1)?.date} ${image.chain}`, copy);
    await idle();
  }

  const images = async (): Promise<Image[]> =>
    (await cloud.store.images.list({ ascending: true })).filter(({ type }) => type === 6);
  const points = (all: Image[]): string[] =>
    all
      .flatMap((image) => image.points.map((p) => `VM ${image.vms.join()} ${p.id} ${p.type} ${p.date} ${p.source}`))
      .sort();

  async function rescan(): Promise<string[]> {
    await cloud.call('one.datastore.rescan', backups);
    const reply = await cloud.progress(`rescan/${backups}`, cloud.session);
    const last = (await reply.text()).split('\n\n').findLast((event) => event.startsWith('event: end')) ?? '';
    const ended = JSON.parse(last.replace(/^event: end\ndata: /, '')) as { result: string; reason: string; told: [] };
    expect([ended.result, ended.reason]).toEqual(['done', ended.reason]);
    return ended.told;
  }

  it('lists every point again when the database is lost, and restores it byte for byte', async () => {
    const chained = await machine('chained', 'MODE="INCREMENT"');
    const merged = await machine('merged', 'MODE="INCREMENT", KEEP_LAST="2"');
    const full = await machine('full', 'MODE="FULL"');
    for (let round = 0; round < 3; round++) for (const one of [chained, merged]) await backup(one, round);
    for (let round = 0; round < 2; round++) await backup(full, round);
    await cloud.until(
      'layers were merged and the old ones removed',
      async () =>
        (await images()).every(({ garbage = [], points: [p] }) => garbage.length === 0 && p?.layers.length === 1),
      120_000,
    );
    await idle();
    before = await images();
    expect(before.map((image) => image.points.length)).toEqual([3, 2, 1, 1]);

    expect(await rescan()).toEqual([]); // what is known is left alone
    expect(await images()).toEqual(before);

    await cloud.stop();
    for (const ending of ['', '-wal', '-shm']) await rm(`${cloud.directory}/one.db${ending}`, { force: true });
    await cloud.start();
    expect(await datastore()).toBe(backups);
    expect(await images()).toEqual([]);
    expect(await rescan()).toEqual([]);
    const after = await images();
    expect(points(after)).toEqual(points(before));
    for (const image of after) {
      const then = before.find(({ chain }) => chain === image.chain);
      const { uid, gid, name, isChain, vms, sizeMb } = image;
      expect({ uid, gid, isChain, vms, name: name.length > 0 }).toEqual({
        ...{ uid: then?.uid, gid: then?.gid, isChain: then?.isChain, vms: then?.vms, name: true },
      });
      expect(sizeMb).toBeGreaterThan(0);
      for (const point of image.points) await expectRestores(image, point.id);
    }
    expect(await rescan()).toEqual([]);
    expect(await images()).toEqual(after);
  });

  it('never gives a new machine the number of a lost one', async () => {
    await cloud.host();
    const { vmId } = await machine('new', 'MODE="FULL"');
    expect((await images()).flatMap(({ vms }) => vms)).not.toContain(vmId);
  });

  it('says of a snapshot what it cannot believe, and leaves it alone', async () => {
    const [image] = await images();
    await mkdir(`${cloud.directory}/odd`);
    await run(['cp', '/etc/hostname', `${cloud.directory}/odd/onevault.json`]);
    const parts = cloud.services.parts;
    const store = await parts.backupStoreOf(await cloud.store.datastores.get(backups));
    const { signal } = new AbortController();
    const odd = { directory: `${cloud.directory}/odd`, vmId: 3, operationId: '00000000000000ff', signal };
    const { source } = await store.backup(odd);
    expect(await rescan()).toEqual([`Snapshot ${source} of VM 3: its onevault.json is no record of a backup.`]);
    expect((await store.list(signal)).map((one) => one.source)).toContain(source);
    expect(await cloud.store.images.get(image?.id ?? -1)).toEqual(image);
  });

  async function expectRestores(image: Image, pointId: number): Promise<void> {
    const options = `NAME="r${image.id}-${pointId}"\nINCREMENT_ID="${pointId}"`;
    const ids = (await cloud.text(cloud.session, 'one.image.restore', image.id, 1, options)).split(' ').map(Number);
    expect((await cloud.follow('image', ids[1] ?? -1)).reason).toBe('');
    const { source } = await cloud.store.images.get(ids[1] ?? -1);
    const point = image.points.find(({ id }) => id === pointId);
    const copy = copies.get(`${image.vms[0]} ${point?.date} ${image.chain}`) ?? '';
    expect(await sameContent([source, 'qcow2'], [copy, 'qcow2']), `${image.name}, point ${pointId}`).toBe(true);
  }
});
