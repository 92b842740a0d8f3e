// The objects that the golden documents and the golden command line output are made from.
import type { BackupJob } from '../../src/model/backup-job.ts';
import type { Datastore } from '../../src/model/datastore.ts';
import type { Host } from '../../src/model/host.ts';
import type { Image, Layer } from '../../src/model/image.ts';
import { permissionsFromOctet } from '../../src/model/permissions.ts';
import type { Group, User } from '../../src/model/user.ts';
import type { VmTemplate } from '../../src/model/vm-template.ts';
import type { HistoryRecord, Vm } from '../../src/model/vm.ts';
import { DEFAULT_BACKUP_CONFIG } from '../../src/model/backup-config.ts';

/** 2022-12-01 13:28:44 UTC. */
export const NOW = 1669901324;

const owned = { uid: 0, gid: 0, uname: 'oneadmin', gname: 'oneadmin', permissions: permissionsFromOctet(0o600) };

export const record: HistoryRecord = {
  seq: 0,
  hostname: 'localhost',
  hid: 0,
  cid: 0,
  dsId: 0,
  vmMad: 'kvm',
  tmMad: 'qcow2',
  stime: NOW - 7200,
  etime: 0,
  pstime: NOW - 7200,
  petime: NOW - 7195,
  rstime: NOW - 7195,
  retime: 0,
  estime: 0,
  eetime: 0,
  action: 0,
  uid: -1,
  gid: -1,
  requestId: '-1',
};

/** A running VM with one chain. */
export const vm: Vm = {
  ...owned,
  id: 0,
  name: 'alpine-0',
  state: 3,
  lcmState: 3,
  prevState: 3,
  prevLcmState: 3,
  lastPoll: NOW,
  stime: NOW - 90061,
  etime: 0,
  deployId: 'one-0',
  monitoring: [
    ['CPU', '1.5'],
    ['MEMORY', '262144'],
    ['NETRX', '2048'],
    ['NETTX', '1048576'],
    [
      'DISK_SIZE',
      [
        ['ID', '0'],
        ['SIZE', '172'],
      ],
    ],
  ],
  template: [
    ['VMID', '0'],
    ['CPU', '1'],
    ['MEMORY', '256'],
    ['VCPU', '1'],
    [
      'DISK',
      [
        ['DISK_ID', '0'],
        ['IMAGE', 'alpine'],
        ['IMAGE_ID', '0'],
        ['DATASTORE', 'default'],
        ['TARGET', 'vda'],
        ['SIZE', '256'],
        ['TYPE', 'FILE'],
        ['SAVE', 'NO'],
      ],
    ],
    [
      'DISK',
      [
        ['DISK_ID', '1'],
        ['TYPE', 'fs'],
        ['FORMAT', 'raw'],
        ['SIZE', '1024'],
        ['TARGET', 'vdb'],
      ],
    ],
    [
      'NIC',
      [
        ['NIC_ID', '0'],
        ['NETWORK', 'private'],
        ['BRIDGE', 'onebr0'],
        ['IP', '10.0.0.5'],
        ['MAC', '02:00:0a:00:00:05'],
      ],
    ],
    [
      'CONTEXT',
      [
        ['DISK_ID', '2'],
        ['TARGET', 'hda'],
        ['NETWORK', 'YES'],
      ],
    ],
    [
      'GRAPHICS',
      [
        ['TYPE', 'vnc'],
        ['LISTEN', '127.0.0.1'],
      ],
    ],
    ['TEMPLATE_ID', '0'],
  ],
  userTemplate: [
    ['DESCRIPTION', 'said "hello" & <left>'],
    ['ERROR', 'Thu Dec  1 13:28:44 2022: Error monitoring host'],
  ],
  history: [
    { ...record, etime: NOW - 7300, stime: NOW - 90061, action: 20 },
    { ...record, seq: 1 },
  ],
  backups: {
    configured: true,
    config: {
      ...DEFAULT_BACKUP_CONFIG,
      mode: 'INCREMENT',
      keepLast: 4,
      incrementalBackupId: 1,
      lastIncrementId: 1,
    },
    ids: [1],
    last: {
      imageId: 1,
      pointId: 1,
      type: 'INCREMENT',
      reason: 'changes since increment 0 of image 1',
      consistency: 'filesystem',
      date: 1669904566,
    },
  },
  operationId: null,
};

/** A VM that was never deployed nor configured. */
export const pendingVm: Vm = {
  ...vm,
  id: 12,
  name: 'a-rather-long-name-for-a-vm',
  state: 1,
  lcmState: 0,
  prevState: 1,
  prevLcmState: 0,
  deployId: '',
  lastPoll: 0,
  stime: NOW - 60,
  monitoring: [],
  template: [
    ['CPU', '0.5'],
    ['MEMORY', '2048'],
  ],
  userTemplate: [],
  history: [],
  backups: { configured: false, config: DEFAULT_BACKUP_CONFIG, ids: [] },
};

/** What one point of the backup brings: disk 0, of which an increment holds what changed. */
function layer(pointId: number, source: string, sizeMb: number, fileBytes: number): Layer {
  const stored = { diskId: 0, file: `disk.0.${pointId}`, virtualBytes: 2 ** 28, fileBytes, sha256: '' };
  const disks = [{ ...stored, originalFormat: 'qcow2' as const }];
  return { source, path: '/var/lib/one/datastores/0/0/backup', pointId, sizeMb, disks };
}

export const backupImage: Image = {
  ...owned,
  id: 1,
  name: '0 01-Dec 13.36.56',
  type: 6,
  diskType: 0,
  persistent: true,
  regtime: 1669901816,
  source: '25f4b298',
  path: '',
  format: 'raw',
  fs: '',
  sizeMb: 172,
  state: 1,
  prevState: 1,
  vms: [0],
  datastoreId: 100,
  datastore: 'RBackups',
  template: [],
  points: [
    {
      id: 0,
      parentId: -1,
      type: 'FULL',
      date: 1669901816,
      sizeMb: 172,
      source: '25f4b298',
      layers: [layer(0, '25f4b298', 172, 180_355_072)],
      consistency: 'crash',
      tracker: 'one-0-0',
      verified: { date: 1669905000, good: true, reason: '' },
      vmTemplate: [],
      reason: 'the first backup of a chain',
    },
    {
      id: 1,
      parentId: 0,
      type: 'INCREMENT',
      date: 1669904566,
      sizeMb: 0,
      source: '6968545c',
      layers: [layer(1, '6968545c', 0, 262_144)],
      consistency: 'filesystem',
      tracker: 'one-0-1',
      vmTemplate: [],
      reason: 'changes since increment 0 of image 1',
    },
  ],
  isChain: true,
};

export const diskImage: Image = {
  ...backupImage,
  id: 2,
  name: '0-6968545c-disk-0',
  type: 0,
  persistent: false,
  regtime: 1669907013,
  source: '/var/lib/one/datastores/1/d7784b595d33',
  path: 'restic://100/0:25f4b298,1:6968545c//backup/disk.0',
  format: 'qcow2',
  sizeMb: 1536,
  state: 2,
  vms: [],
  datastoreId: 1,
  datastore: 'default',
  template: [['DEV_PREFIX', 'vd']],
  points: [],
  isChain: false,
};

export const datastore: Datastore = {
  ...owned,
  id: 100,
  name: 'RBackups',
  totalMb: 100000,
  freeMb: 60000,
  usedMb: 40000,
  type: 3,
  dsMad: 'restic',
  tmMad: '-',
  basePath: '/var/lib/one/datastores/100',
  diskType: 0,
  state: 0,
  clusters: [0],
  template: [
    ['DS_MAD', 'restic'],
    ['TYPE', 'BACKUP_DS'],
    ['RESTIC_SFTP_SERVER', 'backup.example'],
  ],
};

export const systemDatastore: Datastore = {
  ...datastore,
  id: 0,
  name: 'system',
  type: 1,
  dsMad: '-',
  tmMad: 'qcow2',
  totalMb: 0,
  freeMb: 0,
  usedMb: 0,
  clusters: [],
  template: [['SHARED', 'NO']],
};

/** What lies in them. */
export const datastoreImages = new Map([[100, [1]]]);

/** What the VMs on it were promised. */
export const hostShare = { vms: [0], cpu: 100, memKb: 262144 };

export const host: Host = {
  id: 0,
  name: 'localhost',
  state: 2,
  prevState: 2,
  imMad: 'kvm',
  vmMad: 'kvm',
  clusterId: 0,
  cluster: 'default',
  totalCpu: 800,
  totalMemKb: 32611328,
  usedCpu: 100,
  usedMemKb: 262144,
  lastMonitored: NOW,
  kvm: true,
  template: [
    ['HYPERVISOR', 'kvm'],
    ['ARCH', 'x86_64'],
  ],
};

export const vmTemplate: VmTemplate = {
  ...owned,
  id: 1,
  name: 'Template  - Backup',
  regtime: NOW,
  template: [
    ['CPU', '1'],
    ['MEMORY', '2048'],
    ['DISK', [['IMAGE_ID', '1']]],
    [
      'BACKUP_CONFIG',
      [
        ['FS_FREEZE', 'NONE'],
        ['KEEP_LAST', '4'],
        ['MODE', 'INCREMENT'],
      ],
    ],
  ],
};

export const user: User = {
  id: 2,
  name: 'ann',
  gid: 1,
  gname: 'users',
  groups: [1, 100],
  passwordHash: 'scrypt$16384$8$1$c2FsdA==$aGFzaA==',
  authDriver: 'core',
  enabled: true,
  template: [['EMAIL', 'ann@example.org']],
};

export const group: Group = { id: 1, name: 'users', admins: [], template: [] };

/** A job that has never run. */
export const backupJob: BackupJob = {
  ...owned,
  id: 3,
  name: 'nightly',
  priority: 50,
  lastBackupTime: 0,
  lastBackupDurationSec: 0,
  updatedVms: [],
  outdatedVms: [],
  backingUpVms: [],
  errorVms: [],
  cancelledVms: [],
  template: [['BACKUP_VMS', '']],
};
