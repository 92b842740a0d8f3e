import { expect, it } from 'vitest';
import type { NebulaDatastore, NebulaImage, NebulaIncrement, NebulaVm } from './documents.ts';
import { planImport } from './plan.ts';

const DATASTORE: NebulaDatastore = {
  ...{ id: 100, name: 'vault', dsMad: 'restic', type: 3, basePath: '/var/lib/one/datastores/100' },
  template: [
    ['RESTIC_PASSWORD', 'encrypted'],
    ['RESTIC_SFTP_SERVER', 'backups'],
    ['RESTIC_TMP_DIR', '/var/tmp'],
    ['BRIDGE_LIST', 'a b'],
    ['TYPE', 'BACKUP_DS'],
  ],
};
const RSYNC: NebulaDatastore = {
  ...{ ...DATASTORE, id: 101, name: 'plain', dsMad: 'rsync' },
  template: [
    ['RSYNC_HOST', 'backups'],
    ['RSYNC_USER', 'oneadmin'],
  ],
};
const IMAGE: NebulaImage = {
  ...{ id: 12, name: 'seven', uname: 'alice', gname: 'users', octet: 0o600, state: 1, format: 'raw', datastoreId: 100 },
  ...{ vmId: 7, jobId: undefined, increments: [], source: 'aabbccdd', regtime: 5 },
};
const step = (id: number, parentId: number, source = `0000000${id}`): NebulaIncrement => ({
  ...{ id, parentId, type: parentId === -1 ? 'FULL' : 'INCREMENT', date: id, source },
});
const plan = (
  images: NebulaImage[],
  given: { datastores?: NebulaDatastore[]; vms?: NebulaVm[]; over?: Array<[string, string]>; only?: number[] } = {},
) =>
  planImport(
    { datastores: given.datastores ?? [DATASTORE, RSYNC], images, vms: given.vms ?? [] },
    { attributes: given.over ?? [], only: given.only ?? [] },
  );

it('makes a datastore of each repository of restic, where nothing is removed or checked', () => {
  const { datastores, refused } = plan([IMAGE, { ...IMAGE, id: 13, vmId: 8 }, { ...IMAGE, id: 14, jobId: 3 }]);
  expect(refused).toEqual([]);
  expect(datastores.map(({ name, images }) => [name, images.length])).toEqual([
    ['vault-7', 1],
    ['vault-8', 1],
    ['vault-job_3', 1],
  ]);
  expect(datastores[0]?.attributes).toEqual([
    ['DS_MAD', 'restic'],
    ['APPEND_ONLY', 'YES'],
    ['CHECK', 'NO'],
    ['RESTIC_SFTP_SERVER', 'backups'],
    ['RESTIC_BACKEND', 'SFTP'],
    ['RESTIC_SFTP_PATH', '/var/lib/one/datastores/100/7'],
  ]);
  expect(datastores[0]?.left).toEqual(['BRIDGE_LIST', 'RESTIC_TMP_DIR']);
});

it('takes what is given over what there was: the password, and a repository that lies here', () => {
  const over: Array<[string, string]> = [
    ['RESTIC_PASSWORD', 'secret'],
    ['RESTIC_BACKEND', 'LOCAL'],
    ['RESTIC_PATH', '/srv/one/'],
    ['RSYNC_BACKEND', 'LOCAL'],
  ];
  const { datastores } = plan([IMAGE, { ...IMAGE, id: 15, datastoreId: 101 }], { over });
  const [restic, rsync] = datastores.map(({ attributes }) => Object.fromEntries(attributes));
  expect(restic).toEqual({
    ...{ DS_MAD: 'restic', APPEND_ONLY: 'YES', CHECK: 'NO', RESTIC_PASSWORD: 'secret' },
    ...{ RESTIC_BACKEND: 'LOCAL', RESTIC_PATH: '/srv/one/7' },
  });
  expect(rsync).toEqual({
    ...{ DS_MAD: 'rsync', APPEND_ONLY: 'YES', CHECK: 'NO', RSYNC_BACKEND: 'LOCAL' },
    RSYNC_PATH: '/var/lib/one/datastores/100',
  });
});

it('finds a bucket of S3 by the name of the repository', () => {
  const s3: NebulaDatastore = {
    ...DATASTORE,
    template: [
      ['RESTIC_BACKEND', 'S3'],
      ['RESTIC_S3_BUCKET', 'b'],
    ],
  };
  const [made] = plan([IMAGE], { datastores: [s3] }).datastores;
  expect(Object.fromEntries(made?.attributes ?? [])).toMatchObject({ RESTIC_BACKEND: 'S3', RESTIC_S3_PREFIX: '7' });
});

it('orders a chain by its record alone, and leaves out what does not stand on it', () => {
  const increments = [step(5, 4), step(3, -1), step(4, 3), step(9, 8)];
  const [found] = plan([{ ...IMAGE, increments }]).datastores[0]?.images ?? [];
  expect(found?.increments.map(({ id }) => id)).toEqual([3, 4, 5]);
  expect(found?.notes).toEqual(['increment 9 stands on 8, which does not lead to the full one']);
});

it('stops before an increment without a source, and where two stand on one', () => {
  const [lost] =
    plan([{ ...IMAGE, increments: [step(0, -1), step(1, 0, ''), step(2, 1)] }]).datastores[0]?.images ?? [];
  expect(lost?.increments.map(({ id }) => id)).toEqual([0]);
  expect(lost?.notes).toEqual(['increment 1 has no SOURCE, so it and what stands on it cannot be read']);
  const forked = { ...IMAGE, increments: [step(0, -1), step(1, 0), step(2, 0)] };
  expect(plan([forked]).datastores[0]?.images[0]?.notes).toEqual(['2 increments stand on increment 0']);
});

it('takes a backup without increments as one full point', () => {
  const [found] = plan([IMAGE]).datastores[0]?.images ?? [];
  expect([found?.isChain, found?.increments]).toEqual([
    false,
    [{ id: 0, parentId: -1, type: 'FULL', date: 5, source: 'aabbccdd' }],
  ]);
});

it.each([
  [{ format: 'rbd' }, 'its disks are in the export format of Ceph (FORMAT="rbd"), which only Ceph can read'],
  [{ format: 'vmdk' }, 'FORMAT="vmdk" is not known; raw and qcow2 are'],
  [{ state: 4 }, 'it is in state LOCKED there; only what is READY holds still'],
  [{ vmId: undefined }, 'it does not say which machine it is of (VMS/ID)'],
  [{ datastoreId: 5 }, 'no document describes its datastore 5'],
  [{ vmId: 6 }, 'increments of machine 6 are being merged there (ACTIVE_FLATTEN)'],
  [{ increments: [step(1, 0)] }, 'its record has 0 full backups with PARENT_ID -1'],
])('refuses an image with %j', (change: Partial<NebulaImage>, why) => {
  const vms = [{ id: 6, name: 'busy', flattening: true, chainImageId: -1 }];
  const { datastores, refused } = plan([{ ...IMAGE, ...change }], { vms });
  expect(datastores).toEqual([]);
  expect(refused).toEqual([{ what: 'Image 12 (seven)', why }]);
});

it('says that a chain still grows', () => {
  const vms = [{ id: 7, name: 'web', flattening: false, chainImageId: 12 }];
  const [found] = plan([{ ...IMAGE, increments: [step(0, -1)] }], { vms }).datastores[0]?.images ?? [];
  expect(found?.notes).toEqual(['OpenNebula still adds to this chain: import again for what comes later']);
});

it('refuses a datastore whose driver is not known, and one that nobody describes', () => {
  const { datastores, refused } = plan([IMAGE], {
    datastores: [{ ...DATASTORE, dsMad: 'interactive' }],
    only: [100, 200],
  });
  expect(datastores).toEqual([]);
  expect(refused).toEqual([
    { what: 'Datastore 200', why: 'no document describes it' },
    {
      what: 'Datastore 100 (vault)',
      why: 'DS_MAD="interactive" is no driver whose backups can be read here; restic and rsync are',
    },
  ]);
});
