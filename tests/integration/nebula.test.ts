// Backups that OpenNebula's drivers wrote are imported, and every point of them is restored byte for byte, by the daemon and its mover with
// the real backup programs, at the fake host. Nothing in the repositories changes by that.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { run } from '../../src/exec/exec.ts';
import { text } from '../../src/model/attributes.ts';
import type { Image } from '../../src/model/image.ts';
import type { BackupStoreConfig } from '../../src/model/backup-store-config.ts';
import { servePoint } from '../../src/mover/served-point.ts';
import { servedDisks } from '../../src/restore/plan.ts';
import { FakeCloud } from '../unit/fake-cloud.ts';
import { sameContent } from './cloud.ts';
import { datastoreXml, imageXml, MadeVm, resticUpload, rsyncUpload, type Kind } from './nebula-maker.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const ONEVAULT = join(import.meta.dirname, '../../bin/onevault');
const PASSWORD = "one's own";
const MIB = 2 ** 20;
/** The second disk ends within a cluster. */
const SIZES = [24 * MIB, 9 * MIB + 1536];

const STORES = [
  { kind: 'restic', id: 100 },
  { kind: 'rsync', id: 101 },
] as const;

describe('backups of OpenNebula', () => {
  let cloud: FakeCloud;
  let root = '';
  let chain: MadeVm;
  let full: MadeVm;
  const base = (id: number): string => `${root}/one/${id}`;

  beforeAll(async () => {
    cloud = await FakeCloud.open();
    root = `${cloud.directory}/opennebula`;
    await mkdir(`${root}/documents`, { recursive: true });
    await cloud.host();
    await cloud.user('alice');
    await cloud.stop();
    const uploads = { restic: resticUpload(base(100), PASSWORD), rsync: rsyncUpload(base(101)) };
    chain = new MadeVm(root, 7, SIZES, uploads);
    await chain.begin();
    await chain.backup('full', [
      { disk: 0, offset: 3 * MIB, length: 5 * MIB, pattern: 11 },
      { disk: 0, offset: 20 * MIB, length: MIB, pattern: 12 },
      { disk: 1, offset: 0, length: 9 * MIB + 1536, pattern: 13 },
    ]);
    await chain.backup('cbt', [
      { disk: 0, offset: 0, length: 4096, pattern: 21 },
      { disk: 0, offset: 7 * MIB + 512, length: 2 * MIB, pattern: 22 },
      { disk: 1, offset: 9 * MIB, length: 1536, pattern: 23 },
    ]);
    await chain.backup('cbt', [{ disk: 0, offset: 4 * MIB, length: MIB, pattern: undefined }]);
    await chain.backup('snapshot', [
      { disk: 0, offset: 5 * MIB, length: MIB, pattern: undefined },
      { disk: 0, offset: 23 * MIB, length: MIB, pattern: 41 },
      { disk: 1, offset: MIB, length: 65_536, pattern: undefined },
    ]);
    full = new MadeVm(root, 8, [SIZES[0] ?? 0], uploads);
    await full.begin();
    await full.backup('compressed', [{ disk: 0, offset: MIB, length: 9 * MIB, pattern: 51 }]);
    await documents();
    const given = `RESTIC_PASSWORD="${PASSWORD}"\nRESTIC_BACKEND="LOCAL"\nRSYNC_BACKEND="LOCAL"\n`;
    await writeFile(`${root}/attributes`, given);
  });
  afterAll(() => cloud.close());

  async function documents(): Promise<void> {
    const sftp = '<RESTIC_SFTP_SERVER><![CDATA[backups]]></RESTIC_SFTP_SERVER>';
    const restic = `<RESTIC_PASSWORD><![CDATA[bm90IHJlYWRhYmxl]]></RESTIC_PASSWORD>${sftp}`;
    const rsync = '<RSYNC_HOST><![CDATA[backups]]></RSYNC_HOST><RSYNC_USER><![CDATA[oneadmin]]></RSYNC_USER>';
    const datastores = [
      datastoreXml(100, 'vault', 'restic', base(100), restic),
      datastoreXml(101, 'plain', 'rsync', base(101), rsync),
    ];
    const [vault, plain] = STORES;
    const images = [
      imageXml(12, '7 15-Jun 15.06.40', vault, chain, true),
      imageXml(13, '8 15-Jun 15.06.40', vault, full, false),
      imageXml(14, '7 16-Jun 15.06.40', plain, chain, true),
      imageXml(15, '8 16-Jun 15.06.40', plain, full, false),
      imageXml(16, '9 15-Jun 15.06.40', plain, full, false).replace('<FORMAT>raw<', '<FORMAT>rbd<'),
    ];
    await writeFile(`${root}/documents/datastores.xml`, `<DATASTORE_POOL>${datastores.join('')}</DATASTORE_POOL>`);
    const pool = `<?xml version="1.0"?>\n<IMAGE_POOL>${images.join('')}</IMAGE_POOL>`;
    await writeFile(`${root}/documents/images.xml`, pool);
  }

  async function imported(...options: string[]): Promise<string> {
    const argv = [ONEVAULT, 'import-opennebula', `${root}/documents`, '--attributes', `${root}/attributes`];
    const { stdout } = await run([...argv, '--state', cloud.directory, ...options], { okCodes: [1] });
    return stdout;
  }

  /** Every file of the repositories with its size and time. */
  async function tree(): Promise<string> {
    const { stdout } = await run(['find', `${root}/one`, '-type', 'f', '-printf', '%P %s %T@\\n']);
    return stdout.split('\n').sort().join('\n');
  }

  const images = async (): Promise<Image[]> =>
    (await cloud.store.images.list({ ascending: true })).filter(({ type }) => type === 6);
  const madeOf = ({ vms }: Image): MadeVm => (vms[0] === 7 ? chain : full);

  it('are shown as a plan first, then recorded, and never changed', async () => {
    const before = await tree();
    const plan = await imported();
    for (const name of ['vault-7, DS_MAD="restic"', 'vault-8, DS_MAD="restic"', 'plain, DS_MAD="rsync"']) {
      expect(plan).toContain(`-> datastore ${name}`);
    }
    expect(plan).toContain('full 0, increment 1, increment 2, increment 3; disks: 2');
    expect(plan).toContain('Image 16 (9 15-Jun 15.06.40) is refused: its disks are in the export format of Ceph');
    expect(plan).not.toContain(PASSWORD);
    const said = await imported('--import');
    expect(said).toContain('OpenNebula image 12 (7 15-Jun 15.06.40), was made: 4 points.');
    const again = await imported('--import', '--datastore', '101');
    expect(again).toContain('OpenNebula image 14 (7 16-Jun 15.06.40), is as it was.');
    expect(await tree()).toBe(before);
    await cloud.start();
    const origins = (await cloud.store.datastores.list()).map(({ template }) => text(template, 'IMPORTED_FROM') ?? '');
    expect(origins.filter((origin) => origin !== '')).toHaveLength(3);
    const all = await images();
    expect(
      all.map(({ uname, datastore, vms, isChain, points }) => [uname, datastore, vms, isChain, points.length]),
    ).toEqual([
      ['alice', 'vault-7', [7], true, 4],
      ['alice', 'vault-8', [8], false, 1],
      ['alice', 'plain', [7], true, 4],
      ['alice', 'plain', [8], false, 1],
    ]);
  });

  it('are restored byte for byte, every point', async () => {
    const begun: Array<{ vm: MadeVm; id: number; template: number; ids: number[] }> = [];
    for (const image of await images()) {
      const vm = madeOf(image);
      for (const { id } of vm.made) {
        const options = `NAME="r${image.id}-${id}"\nINCREMENT_ID="${id}"`;
        const text = await cloud.text(cloud.session, 'one.image.restore', image.id, 1, options);
        const [template = -1, ...ids] = text.split(' ').map(Number);
        expect(ids.length).toBe(vm.sizes.length);
        begun.push({ vm, id, template, ids });
      }
    }
    expect(begun.length).toBe(10);
    for (const { vm, id, template, ids } of begun) {
      for (const [disk, restored] of ids.entries()) {
        expect((await cloud.follow('image', restored)).reason).toBe('');
        const { source, format } = await cloud.store.images.get(restored);
        expect(format).toBe(disk === 0 ? 'qcow2' : 'raw');
        expect(await sameContent([source, format], [vm.truth(id, disk), 'raw']), `${id}, disk ${disk}`).toBe(true);
      }
      const xml = await cloud.text(cloud.session, 'one.template.info', template, false, false);
      expect(xml).toContain('a machine of OpenNebula');
    }
  });

  it.each(STORES)(
    'are served without being restored, as instant restores, drills and files do: $kind',
    async ({ kind }) => {
      const { image, store } = await chainOf(kind);
      const disks = servedDisks(image, 3).map(({ stored, members }) => ({ diskId: stored.diskId, members }));
      const task = { store, disks, directory: `${root}/served` };
      const point = await servePoint(task, new AbortController().signal);
      try {
        for (const { diskId, socket, exportName } of point.disks) {
          const url = `nbd+unix:///${exportName}?socket=${socket}`;
          await run(['qemu-img', 'compare', '-f', 'raw', '-F', 'raw', url, chain.truth(3, diskId)]);
        }
      } finally {
        await point.close();
      }
    },
  );

  it.each(STORES)('are verified, and not deleted while OpenNebula may use them: $kind', async ({ kind }) => {
    const { image } = await chainOf(kind);
    await cloud.call('one.image.verify', image.id, 0);
    expect((await cloud.follow('image', image.id)).result).toBe('done');
    const { points } = await cloud.store.images.get(image.id);
    expect(points[0]?.verified).toMatchObject({ good: true });
    const other = await cloud.id('one.datastore.allocate', `NAME="to-${kind}"\nTYPE="BACKUP_DS"\nDS_MAD="fake"`, -1);
    await expect(cloud.call('one.image.copy', image.id, other)).rejects.toThrow('for it was imported');
    await expect(cloud.call('one.image.delete', image.id)).rejects.toThrow('APPEND_ONLY="YES"');
  });

  async function chainOf(kind: Kind): Promise<{ image: Image; store: BackupStoreConfig }> {
    const name = kind === 'restic' ? 'vault-7' : 'plain';
    const image = (await images()).find(({ datastore, vms }) => datastore === name && vms[0] === 7);
    if (!image) throw new Error(`no chain of ${kind} was imported`);
    const datastore = await cloud.store.datastores.get(image.datastoreId);
    const { template } = cloud.services.parts.unsealed(datastore);
    const plain = template.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    const { id: datastoreId, basePath } = datastore;
    return { image, store: { driver: kind, datastoreId, basePath, attributes: Object.fromEntries(plain) } };
  }
});
