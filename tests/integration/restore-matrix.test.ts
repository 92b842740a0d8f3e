// Byte for byte, from the API to the restored disks, over every kind of backup store: the full backup and each increment, taken while the
// VM runs and while it is off, come back as a new VM, as raw and as qcow2; the chain in place as well, and a raw disk alone. The host is the fake one.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/exec/exec.ts';
import { diskPath, readDisks, type VmDisk } from '../../src/vm/disks.ts';
import { cheapRepository } from '../guest/repository.ts';
import { planted } from '../planted/secret.ts';
import { FakeCloud } from '../unit/fake-cloud.ts';
import { sameContent } from './cloud.ts';
import { hasRsyncAndSsh } from './sshd.ts';

const MIB = 2 ** 20;
const PASSWORD = planted();

interface Kind {
  name: string;
  driver: string;
  attributes: string;
  /** Made ready before its first use. */
  prepare?: (directory: string) => Promise<void>;
}

const STORES: Kind[] = [
  {
    name: 'restic',
    driver: 'restic',
    attributes: `RESTIC_PASSWORD="${PASSWORD}"`,
    prepare: (directory) => cheapRepository(directory, PASSWORD),
  },
  {
    name: 'restic in slices',
    driver: 'restic',
    attributes: `RESTIC_PASSWORD="${PASSWORD}"\nRESTIC_LAYOUT="SLICES"`,
    prepare: (directory) => cheapRepository(directory, PASSWORD),
  },
  ...((await hasRsyncAndSsh()) ? [{ name: 'rsync', driver: 'rsync', attributes: 'RSYNC_BACKEND="LOCAL"' }] : []),
];

/** What each backup is taken of, in order: the VM runs, or is off. */
const TAKEN = ['off', 'live', 'off'] as const;
const VMS = {
  qcow2: { disks: [4, 2], config: 'BACKUP_CONFIG=[ MODE="INCREMENT" ]' },
  raw: { disks: [3, 2], config: '' },
} as const;
type Format = keyof typeof VMS;

describe.each(STORES)('$name', ({ driver, attributes, prepare }) => {
  let cloud: FakeCloud;
  let datastore: number;
  beforeAll(async () => {
    cloud = await FakeCloud.open();
    await cloud.host();
    datastore = await cloud.id(
      'one.datastore.allocate',
      `NAME="b"\nTYPE="BACKUP_DS"\nDS_MAD="${driver}"\n${attributes}`,
      -1,
    );
    await prepare?.(`${cloud.directory}/datastores/${datastore}`);
  });
  afterAll(() => cloud.close());

  describe.each(Object.keys(VMS) as Format[])('%s', (format) => {
    let vmId: number;
    let disks: Array<Pick<VmDisk, 'diskId'> & { path: string }>;
    /** Of each backup: image and increment, and raw copies of what the disks held. */
    const points: Array<{ imageId: number; increment: number; copies: string[] }> = [];

    beforeAll(async () => {
      const { disks: sizes, config } = VMS[format];
      const images: number[] = [];
      for (const [at, size] of sizes.entries()) {
        const template = `NAME="${format}-${at}"\nSIZE="${size}"\nFORMAT="${format}"\nPERSISTENT="YES"`;
        images.push(await cloud.image(template));
      }
      const on = images.map((id) => `DISK=[ IMAGE_ID="${id}" ]`).join('\n');
      vmId = await cloud.id('one.vm.allocate', `CPU="0.1"\nMEMORY="16"\n${on}\n${config}`, false);
      await cloud.vmIs(vmId, 3, 3);
      const { template } = await cloud.store.vms.get(vmId);
      disks = readDisks(template).map((disk) => ({ diskId: disk.diskId, path: diskPath(disk, '/nowhere') }));
      for (const taken of format === 'qcow2' ? TAKEN : TAKEN.slice(0, 2)) await takePoint(taken);
      await be('off');
    });

    async function be(taken: (typeof TAKEN)[number]): Promise<void> {
      const { state } = await cloud.store.vms.get(vmId);
      if (taken === 'off' && state === 3) await cloud.call('one.vm.action', 'poweroff-hard', vmId);
      if (taken === 'live' && state === 8) await cloud.call('one.vm.action', 'resume', vmId);
      await cloud.vmIs(vmId, taken === 'off' ? 8 : 3, taken === 'off' ? 0 : 3);
    }

    /** Each point has blocks of its own, some that it overwrites, and some that it makes zeroes. */
    async function takePoint(taken: (typeof TAKEN)[number]): Promise<void> {
      const at = points.length;
      await be('off'); // nobody else may write to the disks of a machine that runs
      for (const { path } of disks) {
        const orders = [`write -P ${0x11 + at} ${at * 131_072} 196608`, `write -P ${0x51 + at} ${MIB} 65536`];
        if (at > 0) orders.push(`write -z ${(at - 1) * 131_072} 65536`);
        await run(['qemu-io', '-f', format, ...orders.flatMap((order) => ['-c', order]), path]);
      }
      const copies: string[] = [];
      for (const { path, diskId } of disks) {
        const copy = `${cloud.directory}/copy-${vmId}-${at}-${diskId}`;
        await run(['qemu-img', 'convert', '-f', format, '-O', 'raw', path, copy]);
        copies.push(copy);
      }
      await be(taken);
      await cloud.call('one.vm.backup', vmId, at > 0 && format === 'qcow2' ? -1 : datastore, false);
      const { result, reason, recorded } = await cloud.follow('vm', vmId);
      expect(result, reason).toBe('done');
      points.push({ imageId: recorded?.imageId ?? -1, increment: recorded?.pointId ?? -1, copies });
    }

    const same = (path: string, copy: string | undefined): Promise<boolean> =>
      sameContent([path, format], [copy ?? '', 'raw']);

    async function restored(point: number, options: string): Promise<string[]> {
      const { imageId, increment } = points[point] ?? { imageId: -1, increment: -1 };
      const name = `NAME="r-${format}-${point}-${options.length}"`;
      const text = `INCREMENT_ID="${increment}"\n${name}\n${options}`;
      const answer = await cloud.text(cloud.session, 'one.image.restore', imageId, 1, text);
      const [, ...images] = answer.split(' ').map(Number);
      const { result, reason } = await cloud.follow('image', images[0] ?? -1);
      expect(result, reason).toBe('done');
      return Promise.all(images.map(async (id) => (await cloud.store.images.get(id)).source));
    }

    it('each point as a new VM', async () => {
      if (format === 'qcow2') expect(points.map(({ increment }) => increment)).toEqual([0, 1, 2]);
      for (const [at, { copies }] of points.entries()) {
        const paths = await restored(at, '');
        for (const [disk, path] of paths.entries()) {
          expect(await same(path, copies[disk]), `point ${at}, disk ${disk}`).toBe(true);
        }
        expect(paths).toHaveLength(disks.length);
      }
    });

    if (format === 'raw')
      it('a single disk', async () => {
        const last = points.length - 1;
        const [path = '', ...more] = await restored(last, 'DISK_ID="1"');
        expect(more).toEqual([]);
        expect(await same(path, points[last]?.copies[1])).toBe(true);
      });

    if (format === 'qcow2')
      it('each point in place', async () => {
        for (const at of [...points.keys()].reverse()) {
          const { imageId, increment, copies } = points[at] ?? { imageId: -1, increment: -1, copies: [] };
          await cloud.call('one.vm.restore', vmId, imageId, increment, -1);
          const { result, reason } = await cloud.follow('vm', vmId);
          expect(result, reason).toBe('done');
          await cloud.vmIs(vmId, 8, 0);
          for (const [disk, { path }] of disks.entries())
            expect(await same(path, copies[disk]), `point ${at}`).toBe(true);
        }
      });
  });
});
