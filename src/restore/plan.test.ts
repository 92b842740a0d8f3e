import { describe, expect, it } from 'vitest';
import { IMAGE_STATE, IMAGE_TYPE, type BackupPoint, type Image } from '../model/image.ts';
import { permissionsFromOctet } from '../model/permissions.ts';
import { planRestore, withImageIds, type RestoreRequest } from './plan.ts';

const PATH = '/var/lib/one/datastores/0/0/backup';

function point(id: number, source: string, disks = [0, 2], over: Partial<BackupPoint> = {}): BackupPoint {
  return {
    id,
    parentId: id - 1,
    type: id === 0 ? 'FULL' : 'INCREMENT',
    date: 1_669_901_324 + id,
    sizeMb: 172,
    source,
    consistency: 'crash',
    tracker: '',
    layers: [
      {
        source,
        path: PATH,
        pointId: id,
        sizeMb: 172,
        disks: disks.map((diskId) => ({
          diskId,
          file: `disk.${diskId}.${id}`,
          virtualBytes: 1 << 30,
          fileBytes: 100,
          sha256: '',
          originalFormat: 'qcow2',
        })),
      },
    ],
    reason: '',
    vmTemplate: [
      ['CPU', `${id + 1}`],
      [
        'DISK',
        [
          ['DISK_ID', '0'],
          ['IMAGE_ID', '1'],
        ],
      ],
      [
        'DISK',
        [
          ['DISK_ID', '2'],
          ['IMAGE_ID', '3'],
        ],
      ],
      [
        'NIC',
        [
          ['NETWORK', 'lan'],
          ['IP', '10.0.0.1'],
        ],
      ],
      ['VMID', '0'],
    ],
    ...over,
  };
}

function image(points: BackupPoint[], over: Partial<Image> = {}): Image {
  return {
    id: 1,
    uid: 0,
    gid: 0,
    uname: 'oneadmin',
    gname: 'oneadmin',
    name: '0 01-Dec 13.36.56',
    permissions: permissionsFromOctet(0o600),
    type: IMAGE_TYPE.BACKUP,
    diskType: 0,
    persistent: true,
    regtime: 0,
    source: points[0]?.source ?? '',
    path: '',
    format: 'raw',
    fs: '',
    sizeMb: 172,
    state: IMAGE_STATE.READY,
    prevState: IMAGE_STATE.INIT,
    vms: [0],
    datastoreId: 100,
    datastore: 'RBackups',
    template: [],
    points,
    isChain: true,
    ...over,
  };
}

const chain = image([point(0, '25f4b298'), point(1, '6968545c')]);
const plan = (over: Partial<RestoreRequest> = {}) =>
  planRestore({
    image: chain,
    backupDatastore: { id: 100, dsMad: 'restic' },
    destination: { id: 1, type: 0 },
    ...over,
  });

describe('a restore', () => {
  it('takes the newest point, with names and paths as documented', () => {
    const { name, disks, point: chosen } = plan();
    expect(name).toBe('0-6968545c');
    expect(chosen).toMatchObject({ id: 1, source: '6968545c' });
    expect(disks.map((disk) => [disk.name, disk.type])).toEqual([
      ['0-6968545c-disk-0', IMAGE_TYPE.OS],
      ['0-6968545c-disk-2', IMAGE_TYPE.DATABLOCK],
    ]);
    expect(disks[0]?.path).toBe('restic://100/0:25f4b298,1:6968545c//var/lib/one/datastores/0/0/backup/disk.0');
    expect(disks[1]?.members.map(({ source, path }) => ({ source, path }))).toEqual([
      { source: '25f4b298', path: `${PATH}/disk.2.0` },
      { source: '6968545c', path: `${PATH}/disk.2.1` },
    ]);
  });

  it('takes the point, name and disk that are asked for', () => {
    const { name, disks, template } = plan({ incrementId: 0, diskId: 2, name: 'back' });
    expect(name).toBe('back');
    expect(disks).toHaveLength(1);
    expect(disks[0]).toMatchObject({
      name: 'back-disk-2',
      type: IMAGE_TYPE.DATABLOCK,
      path: `restic://100/0:25f4b298/${PATH}/disk.2`,
      members: [{ source: '25f4b298', path: `${PATH}/disk.2.0` }],
    });
    expect(template).toBeNull();
  });

  it('makes the template of the chosen point, with the new images', () => {
    const chosen = plan({ incrementId: 0, noIp: true });
    if (!chosen.template) throw new Error('no template');
    expect(withImageIds(chosen.template, chosen, [8, 9])).toEqual([
      ['CPU', '1'],
      ['DISK', [['IMAGE_ID', '8']]],
      ['DISK', [['IMAGE_ID', '9']]],
      ['NIC', [['NETWORK', 'lan']]],
    ]);
  });

  it('begins at the last full point', () => {
    const flattened = image([point(3, 'aaaaaaaa', [0], { type: 'FULL', parentId: -1 }), point(4, 'bbbbbbbb', [0])]);
    expect(plan({ image: flattened }).disks[0]?.members.map((member) => member.source)).toEqual([
      'aaaaaaaa',
      'bbbbbbbb',
    ]);
  });
});

describe('a restore is refused', () => {
  it.each<[string, Partial<RestoreRequest>, RegExp]>([
    ['of another kind of image', { image: image([point(0, 'a')], { type: IMAGE_TYPE.OS }) }, /is not a backup/],
    ['while the backup is deleted', { image: image([point(0, 'a')], { state: IMAGE_STATE.DELETE }) }, /being deleted/],
    ['while the backup is changed', { image: image([point(0, 'a')], { state: IMAGE_STATE.LOCKED }) }, /being changed/],
    ['for an unknown increment', { incrementId: 5 }, /has no increment 5; it has 0, 1/],
    ['for increment -1', { incrementId: -1 }, /has no increment -1/],
    ['of an empty backup', { image: image([]) }, /has no increment 0; it has none/],
    ['of an absent disk', { diskId: 1 }, /does not hold disk 1; it holds 0, 2/],
    ['to a backup datastore', { destination: { id: 100, type: 3 } }, /datastore 100: it is not an image datastore/],
    ['under an impossible name', { name: 'a/b' }, /under the name "a\/b"/],
    ['under a name that gets too long', { name: 'x'.repeat(125) }, /at most 128/],
    ['of a chain with a hole', { image: image([point(2, 'c')]) }, /is broken: increment 1/],
    [
      'of a chain that lacks a disk',
      { image: image([point(0, 'a', [0]), point(1, 'b')]) },
      /increment 0 does not hold disk 2/,
    ],
    ['of a chain in a circle', { image: image([point(1, 'b', [0], { parentId: 1 })]) }, /is broken/],
    ['without a VM to name it after', { image: image([point(0, 'a')], { vms: [] }) }, /which VM/],
  ])('%s', (_what, over, reason) => {
    expect(() => plan(over)).toThrow(reason);
    expect(() => plan(over)).toThrow(expect.objectContaining({ code: 0x800 }));
  });
});
