// Every noun of the model at random: locked or not, with names in any script, texts that XML must carry with care, quotas,
// snapshots and leases.
import fc from 'fast-check';
import type { PointDrill } from '../../../src/model/drill.ts';
import type { Attribute, Attributes, Vector } from '../../../src/model/attributes.ts';
import { FREEZE_FAILURES, FS_FREEZES, INCREMENT_MODES, MODES } from '../../../src/model/backup-config.ts';
import type { BackupJob } from '../../../src/model/backup-job.ts';
import type { BackupPreview } from '../../../src/model/backup-preview.ts';
import type { Retention } from '../../../src/model/retention.ts';
import type { BackupStatus } from '../../../src/model/backup-status.ts';
import type { Cluster } from '../../../src/model/cluster.ts';
import type { Datastore } from '../../../src/model/datastore.ts';
import type { Host } from '../../../src/model/host.ts';
import {
  CONSISTENCIES,
  IMAGE_STATE,
  IMAGE_TYPE,
  type BackupPoint,
  type Image,
  type Layer,
} from '../../../src/model/image.ts';
import type { AskedBy, Operation } from '../../../src/model/operation.ts';
import type { Owned, Permissions } from '../../../src/model/permissions.ts';
import { QUOTA_METRICS, type QuotaKind } from '../../../src/model/quota.ts';
import type { Group, User } from '../../../src/model/user.ts';
import { END_TYPE, REPEAT, SCHEDULED_ACTIONS, type ScheduledAction } from '../../../src/model/scheduled-action.ts';
import type { VmTemplate } from '../../../src/model/vm-template.ts';
import { LCM, VM_STATE, type DiskSnapshots, type HistoryRecord, type Vm } from '../../../src/model/vm.ts';
import { AR_TYPES, VNET_STATE, type AddressRange, type Lease, type VirtualNetwork } from '../../../src/model/vnet.ts';
import type { AclView } from '../../../src/wire/documents/acl.ts';
import type { VmFigures } from '../../../src/wire/documents/monitoring.ts';
import type { QuotaView } from '../../../src/wire/documents/quota.ts';

export const id = fc.nat(100_000);
export const ids = fc.uniqueArray(id, { maxLength: 4 });
export const epoch = fc.oneof(fc.constant(0), fc.integer({ min: 1_000_000_000, max: 4_000_000_000 }));
export const amount = fc.nat(10_000_000);
export const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('', 'größer & <kleiner>', ']]>', 'two\r\nlines', '\u0001', '\ud800', '名前'),
);
export const name = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
  fc.constantFrom('Größe 名前', '<b>'),
);
const numberText = amount.map(String);

function oneOf<T>(values: Readonly<Record<string, T>>): fc.Arbitrary<T> {
  return fc.constantFrom(...Object.values(values));
}

const attributeName = fc.stringMatching(/^X[A-Z0-9_]{0,6}$/);
const vector: fc.Arbitrary<Vector> = fc.array(fc.tuple(attributeName, text), { minLength: 1, maxLength: 3 });
const attribute: fc.Arbitrary<Attribute> = fc.tuple(attributeName, fc.oneof(text, vector));
const attributes: fc.Arbitrary<Attributes> = fc.array(attribute, { maxLength: 4 });

/** Shuffled: documents put them in order. */
function mixed(...parts: Array<fc.Arbitrary<Attribute[]>>): fc.Arbitrary<Attributes> {
  return fc.tuple(attributes, ...parts).chain((all) => {
    const list = all.flat();
    return fc.shuffledSubarray(list, { minLength: list.length });
  });
}

function several(key: string, value: fc.Arbitrary<Vector>): fc.Arbitrary<Attribute[]> {
  return fc.array(
    value.map((fields): Attribute => [key, fields]),
    { maxLength: 2 },
  );
}

function maybe(key: string, value: fc.Arbitrary<string>): fc.Arbitrary<Attribute[]> {
  return fc.option(value).map((given): Attribute[] => (given === null ? [] : [[key, given]]));
}

const bit = fc.boolean();
const permissions: fc.Arbitrary<Permissions> = fc.record({
  ownerU: bit,
  ownerM: bit,
  ownerA: bit,
  groupU: bit,
  groupM: bit,
  groupA: bit,
  otherU: bit,
  otherM: bit,
  otherA: bit,
});

const owned = {
  id,
  uid: id,
  gid: id,
  uname: name,
  gname: name,
  name,
  permissions,
  lock: fc.option(
    fc.record({
      level: fc.constantFrom(1 as const, 2 as const, 3 as const),
      owner: id,
      time: epoch,
      requestId: fc.integer({ min: -1, max: 9999 }),
    }),
    { nil: undefined },
  ),
} satisfies { [key in keyof Owned]-?: fc.Arbitrary<unknown> };

const disk: fc.Arbitrary<Vector> = fc
  .tuple(vector, fc.constantFrom('FILE', 'fs'), numberText)
  .map(([more, type, diskId]): Vector => [...more, ['TYPE', type], ['DISK_ID', diskId]]);

const systemSnapshot: fc.Arbitrary<Vector> = fc
  .tuple(numberText, text, numberText)
  .map(([snapshot, label, time]): Vector => [
    ['SNAPSHOT_ID', snapshot],
    ['NAME', label],
    ['TIME', time],
    ['HYPERVISOR_ID', 'onesnap'],
  ]);

const record: fc.Arbitrary<HistoryRecord> = fc.record({
  seq: fc.nat(20),
  hostname: name,
  hid: fc.integer({ min: -1, max: 50 }),
  cid: id,
  dsId: id,
  vmMad: text,
  tmMad: text,
  stime: epoch,
  etime: epoch,
  pstime: epoch,
  petime: epoch,
  rstime: epoch,
  retime: epoch,
  estime: epoch,
  eetime: epoch,
  action: fc.nat(60),
  uid: fc.integer({ min: -1, max: 50 }),
  gid: fc.integer({ min: -1, max: 50 }),
  requestId: fc.constantFrom('-1', '7123'),
});

const diskSnapshots: fc.Arbitrary<DiskSnapshots> = fc.record({
  diskId: fc.nat(9),
  nextId: fc.nat(9),
  snapshots: fc.array(
    fc.record({
      id: fc.nat(9),
      name: text,
      parent: fc.integer({ min: -1, max: 9 }),
      children: ids,
      date: epoch,
      sizeMb: amount,
      active: fc.boolean(),
    }),
    { maxLength: 3 },
  ),
});

const figures: fc.Arbitrary<Attributes> = mixed(
  maybe('CPU', fc.constantFrom('0', '1.5', '200')),
  maybe('MEMORY', numberText),
  maybe('NETRX', numberText),
  maybe('NETTX', numberText),
  several(
    'DISK_SIZE',
    fc.tuple(numberText, numberText).map(([diskId, size]): Vector => [
      ['ID', diskId],
      ['SIZE', size],
    ]),
  ),
);

export const pointType = fc.constantFrom('FULL' as const, 'INCREMENT' as const);

const backups: fc.Arbitrary<Vm['backups']> = fc.record(
  {
    configured: fc.boolean(),
    config: fc.record({
      mode: fc.constantFrom(...MODES),
      incrementMode: fc.constantFrom(...INCREMENT_MODES),
      fsFreeze: fc.constantFrom(...FS_FREEZES),
      freezeLimitSec: fc.integer({ min: 1, max: 60 }),
      freezeFailure: fc.constantFrom(...FREEZE_FAILURES),
      keepLast: fc.nat(99),
      keepMonthly: fc.integer({ min: 1, max: 99 }),
      backupVolatile: fc.boolean(),
      incrementalBackupId: fc.integer({ min: -1, max: 99 }),
      lastIncrementId: fc.integer({ min: -1, max: 99 }),
    }),
    ids,
    running: fc.record({ datastoreId: id }),
    last: fc.record({
      imageId: id,
      pointId: fc.nat(20),
      type: pointType,
      reason: text,
      consistency: fc.constantFrom(...CONSISTENCIES),
      date: epoch,
    }),
  },
  { requiredKeys: ['configured', 'config', 'ids'] },
);

export const vms: fc.Arbitrary<Vm> = fc.record({
  ...owned,
  state: oneOf(VM_STATE),
  lcmState: oneOf(LCM),
  prevState: oneOf(VM_STATE),
  prevLcmState: oneOf(LCM),
  lastPoll: epoch,
  stime: epoch,
  etime: epoch,
  deployId: text,
  monitoring: figures,
  diskSnapshots: fc.array(diskSnapshots, { maxLength: 2 }),
  template: mixed(
    maybe('CPU', fc.constantFrom('0.5', '2')),
    maybe('MEMORY', numberText),
    maybe('VCPU', numberText),
    maybe('TEMPLATE_ID', numberText),
    several('DISK', disk),
    several('NIC', vector),
    several('GRAPHICS', vector),
    several('SNAPSHOT', systemSnapshot),
  ),
  userTemplate: attributes,
  history: fc.array(record, { maxLength: 3 }),
  backups,
  operationId: fc.constant(null),
});

export const vmFigures: fc.Arbitrary<VmFigures> = fc.record({ vmId: id, timestamp: epoch, figures });

const layer: fc.Arbitrary<Layer> = fc.record({
  source: text,
  path: text,
  pointId: fc.nat(20),
  sizeMb: amount,
  disks: fc.uniqueArray(
    fc.record({
      diskId: fc.nat(9),
      file: text,
      virtualBytes: amount,
      fileBytes: amount,
      sha256: fc.constant(''),
      originalFormat: fc.constantFrom('qcow2' as const, 'raw' as const),
    }),
    { maxLength: 3, selector: (disk) => disk.diskId },
  ),
});

const unverified: fc.Arbitrary<BackupPoint> = fc.record({
  id: fc.nat(20),
  parentId: fc.integer({ min: -1, max: 20 }),
  type: pointType,
  date: epoch,
  sizeMb: amount,
  source: text,
  layers: fc.array(layer, { maxLength: 2 }),
  consistency: fc.constantFrom(...CONSISTENCIES),
  tracker: text,
  reason: text,
  vmTemplate: attributes,
});

const verification = fc.record({ date: epoch, good: fc.boolean(), reason: text });
const proof = { date: epoch, tookMs: amount, by: text };
const drilled: fc.Arbitrary<PointDrill> = fc.record(
  { proven: fc.record(proof), failed: fc.record({ date: epoch, reason: text }), screen: fc.boolean() },
  { requiredKeys: ['screen'] },
);
const point = fc.oneof(
  unverified,
  fc.tuple(unverified, drilled).map(([taken, drill]): BackupPoint => ({ ...taken, drill })),
  fc.tuple(unverified, verification).map(([taken, verified]): BackupPoint => ({ ...taken, verified })),
);

export const images: fc.Arbitrary<Image> = fc.record({
  ...owned,
  type: oneOf(IMAGE_TYPE),
  diskType: fc.constantFrom(0, 1, 2),
  persistent: fc.boolean(),
  regtime: epoch,
  source: text,
  path: text,
  format: text,
  fs: text,
  sizeMb: amount,
  state: oneOf(IMAGE_STATE),
  prevState: oneOf(IMAGE_STATE),
  vms: ids,
  datastoreId: id,
  datastore: name,
  template: attributes,
  points: fc.array(point, { maxLength: 3 }),
  isChain: fc.boolean(),
});

export const vmTemplates: fc.Arbitrary<VmTemplate> = fc.record({ ...owned, regtime: epoch, template: attributes });

export const datastores: fc.Arbitrary<Datastore> = fc.record({
  ...owned,
  type: fc.constantFrom(0, 1, 2, 3),
  dsMad: text,
  tmMad: text,
  basePath: text,
  diskType: fc.nat(10),
  state: fc.constantFrom(0, 1),
  clusters: ids,
  totalMb: amount,
  freeMb: amount,
  usedMb: amount,
  template: attributes,
});

const wild: fc.Arbitrary<Vector> = fc.tuple(name, text).map(([domain, deployId]): Vector => [
  ['VM_NAME', domain],
  ['DEPLOY_ID', deployId],
]);

export const hosts: fc.Arbitrary<Host> = fc.record({
  id,
  name,
  state: fc.constantFrom(0, 2, 3, 4, 8),
  prevState: fc.constantFrom(0, 2, 3, 4, 8),
  imMad: text,
  vmMad: text,
  clusterId: id,
  cluster: name,
  totalCpu: amount,
  totalMemKb: amount,
  usedCpu: amount,
  usedMemKb: amount,
  lastMonitored: epoch,
  kvm: fc.constant(null),
  template: mixed(several('VM', wild)),
});

export const hostShares = fc.record({ vms: ids, cpu: amount, memKb: amount });

export const clusters: fc.Arbitrary<Cluster> = fc.record({ id, name, template: attributes });

const mac = fc
  .nat(0xffff_ff00)
  .map((number) => `02:00:${(number.toString(16).padStart(8, '0').match(/../g) ?? []).join(':')}`);
const prefix = fc.constantFrom('2001:db8::', '2001:db8:1:2::', 'fd00::');

const ranges: fc.Arbitrary<AddressRange> = fc
  .record({
    id: fc.nat(3),
    type: fc.constantFrom(...AR_TYPES),
    size: fc.integer({ min: 1, max: 250 }),
    mac,
    ip: fc.constantFrom('10.0.0.1', '192.168.122.100'),
    globalPrefix: prefix,
    ulaPrefix: prefix,
    attributes: fc.array(fc.tuple(attributeName, text), { maxLength: 2 }),
  })
  .map((range) => ({
    ...range,
    ip: range.type === 'IP4' || range.type === 'IP4_6' ? range.ip : '',
    globalPrefix: range.type === 'IP6' || range.type === 'IP4_6' ? range.globalPrefix : '',
    ulaPrefix: range.type === 'IP6' ? range.ulaPrefix : '',
  }));

export const vnets: fc.Arbitrary<VirtualNetwork> = fc.record({
  ...owned,
  clusters: ids,
  bridge: text,
  bridgeType: text,
  state: oneOf(VNET_STATE),
  prevState: oneOf(VNET_STATE),
  vnMad: text,
  phydev: text,
  vlanId: fc.constantFrom('', '100'),
  automaticVlanId: fc.boolean(),
  ranges: fc.uniqueArray(ranges, { maxLength: 3, selector: (range) => range.id }),
  nextRangeId: fc.nat(9),
  template: attributes,
});

export const leases: fc.Arbitrary<Lease[]> = fc.array(
  fc.record({
    vnetId: id,
    arId: fc.nat(3),
    index: fc.nat(249),
    vm: fc.integer({ min: -1, max: 50 }),
    nicId: fc.nat(3),
  }),
  { maxLength: 5 },
);

const limit = fc.oneof(fc.constantFrom(-2, -1, 0), fc.nat(100_000));

function quotaEntry(kind: QuotaKind): fc.Arbitrary<QuotaView[number]> {
  const metrics = fc.constantFrom<string>(...QUOTA_METRICS[kind]);
  return fc.record({
    kind: fc.constant(kind),
    id: kind === 'VM' ? fc.constant(-1) : id,
    limits: fc.dictionary(metrics, limit),
    used: fc.dictionary(metrics, fc.nat(100_000)),
  });
}

export const quotas: fc.Arbitrary<QuotaView> = fc
  .tuple(
    fc.array(quotaEntry('IMAGE'), { maxLength: 2 }),
    fc.array(quotaEntry('DATASTORE'), { maxLength: 2 }),
    fc.array(quotaEntry('VM'), { maxLength: 1 }),
    fc.array(quotaEntry('NETWORK'), { maxLength: 2 }),
  )
  .map((all) => all.flat());

export const users: fc.Arbitrary<User> = fc.record({
  id,
  name,
  gid: id,
  gname: name,
  groups: fc.uniqueArray(id, { minLength: 1, maxLength: 3 }),
  passwordHash: fc.constant('scrypt$16384$8$1$c2FsdA==$aGFzaA=='),
  authDriver: fc.constantFrom('core', 'public'),
  enabled: fc.boolean(),
  tokens: fc.array(
    fc.record(
      {
        hash: fc.stringMatching(/^[0-9a-f]{64}$/),
        expires: fc.oneof(fc.constant(-1), epoch),
        egid: fc.integer({ min: -1, max: 200 }),
        scopes: fc.subarray(['read', 'backup', 'restore'] as const, { minLength: 1 }),
        session: fc.constant(true as const),
      },
      { requiredKeys: ['hash', 'expires', 'egid'] },
    ),
    { maxLength: 2 },
  ),
  template: attributes,
});

export const groups: fc.Arbitrary<Group> = fc.record({ id, name, admins: ids, template: attributes });

const hex = fc.bigInt(0n, 2n ** 60n).map((number) => number.toString(16));
export const rules: fc.Arbitrary<AclView> = fc.record({
  id,
  user: hex,
  resource: hex,
  rights: hex,
  zone: hex,
  string: fc.constantFrom('@101 DATASTORE/#100 USE *', '#5 IMAGE+TEMPLATE/@103 USE+MANAGE #0'),
});

export const actions: fc.Arbitrary<ScheduledAction[]> = fc.array(
  fc.record({
    id,
    parent: fc.record({ type: fc.constantFrom<ScheduledAction['parent']['type'][]>('VM', 'BACKUPJOB'), id }),
    uid: id,
    action: fc.constantFrom(...SCHEDULED_ACTIONS),
    args: fc.constantFrom('', '100', '100,1'),
    schedule: fc.record({
      timeSec: epoch,
      anchorSec: epoch,
      repeat: fc.constantFrom(...Object.values(REPEAT)),
      days: fc.uniqueArray(fc.nat(6), { maxLength: 3 }),
      endType: fc.constantFrom(...Object.values(END_TYPE)),
      endValue: fc.oneof(fc.constant(-1), epoch),
    }),
    doneSec: fc.oneof(fc.constant(-1), epoch),
    message: text,
    warning: fc.nat(1000),
    finished: fc.boolean(),
  }),
  { maxLength: 3 },
);

export const backupJobs: fc.Arbitrary<BackupJob> = fc.record({
  ...owned,
  priority: fc.nat(99),
  lastBackupTime: epoch,
  lastBackupDurationSec: fc.nat(100_000),
  updatedVms: ids,
  outdatedVms: ids,
  backingUpVms: ids,
  errorVms: ids,
  cancelledVms: ids,
  template: mixed(
    maybe('BACKUP_VMS', fc.constantFrom('', '1,2,3')),
    maybe('BACKUP_VOLATILE', fc.constantFrom('YES', 'NO')),
    maybe('DATASTORE_ID', numberText),
    maybe('EXECUTION', fc.constantFrom('SEQUENTIAL', 'PARALLEL')),
    maybe('KEEP_LAST', numberText),
    maybe('KEEP_MONTHLY', numberText),
    maybe('MODE', fc.constantFrom(...MODES)),
  ),
});

export const filled = text.map((words) => `x${words}`);

export const backupPlans: fc.Arbitrary<BackupPreview> = fc.record({
  type: pointType,
  reason: filled,
  live: fc.boolean(),
  datastoreId: id,
  disks: fc.array(
    fc.record({ diskId: fc.nat(9), target: text, path: filled, virtualMb: amount, dirtyMb: fc.option(amount) }),
    { maxLength: 3 },
  ),
  leftOut: fc.array(filled, { maxLength: 2 }),
  drops: fc.array(
    fc.record({
      imageId: id,
      pointIds: fc.uniqueArray(fc.nat(20), { minLength: 1, maxLength: 3 }),
      reason: filled,
    }),
    { maxLength: 2 },
  ),
  quota: fc.array(
    fc.record({
      whose: filled,
      metric: fc.constantFrom('SIZE' as const, 'IMAGES' as const),
      used: amount,
      limit: fc.integer({ min: -2, max: 100_000 }),
      adds: amount,
    }),
    { maxLength: 4 },
  ),
});

export const retentions: fc.Arbitrary<Retention> = fc.record({
  rules: fc.record({ keepLast: amount, keepDaily: amount, keepYearly: amount }, { requiredKeys: ['keepLast'] }),
  points: fc.array(
    fc.record({
      ...{ pointId: fc.nat(99), date: epoch, kept: fc.boolean(), goesSec: epoch, reason: filled },
      rules: fc.array(fc.constantFrom('KEEP_LAST', 'KEEP_DAILY', 'PIN'), { maxLength: 2 }),
    }),
    { maxLength: 3 },
  ),
});

const asked: fc.Arbitrary<AskedBy> = fc.oneof(
  fc.record({ by: fc.constant('user' as const), uid: id }),
  fc.record({ by: fc.constant('schedule' as const), uid: id, actionId: id }),
  fc.record({ by: fc.constant('job' as const), uid: id, jobId: id, runSec: epoch }),
  fc.record({ by: fc.constant('policy' as const) }),
);
export const count = fc.nat({ max: 2 ** 40 });
const epochMs = epoch.map((seconds) => seconds * 1000 + (seconds % 1000));
export const idOrNone = fc.oneof(fc.constant(-1), id);

/** Runs of every kind at every moment. */
export const runs: fc.Arbitrary<Operation> = fc.record(
  {
    id: fc.stringMatching(/^[0-9a-f]{16}$/),
    kind: fc.constantFrom(
      'backup',
      'restore',
      'flatten',
      'verify',
      'drill',
      'prune',
      'check',
      'rescan',
      'copy',
      'self',
    ),
    vmId: idOrNone,
    hostId: idOrNone,
    datastoreId: id,
    reads: fc.record({ imageId: id, datastoreId: id }),
    imageIds: ids,
    plan: fc.constant(null),
    phase: fc.constantFrom('waiting', 'uploading', 'cancelling', 'done'),
    asked,
    waits: text,
    steps: fc.array(fc.record({ phase: filled, atMs: epochMs }), { maxLength: 2 }),
    warnings: fc.array(filled, { maxLength: 2 }),
    type: pointType,
    cancelling: fc.boolean(),
    interrupted: fc.boolean(),
    startedAt: epochMs,
    begunAt: epochMs,
    endedAt: epochMs,
    result: fc.constantFrom('running', 'done', 'failed', 'cancelled'),
    reason: text,
    why: text,
    disks: fc.array(fc.record({ diskId: fc.nat(9), bytesDone: count, bytesTotal: count }), { maxLength: 3 }),
    allowedBytesPerSec: count,
    pace: fc.record({
      bytesPerSec: fc.double({ min: 0.1, max: 1e10, noNaN: true }),
      leftSec: fc.double({ min: 0, max: 1e9, noNaN: true }),
    }),
    figures: fc.option(
      fc.record(
        { processedBytes: count, storedBytes: count, scratchBytes: count, peakRssBytes: count, readBytes: count },
        { requiredKeys: ['processedBytes', 'storedBytes', 'scratchBytes', 'peakRssBytes'] },
      ),
    ),
    recorded: fc.record({ imageId: id, pointId: fc.nat(20) }),
    cleaned: fc.boolean(),
  },
  {
    requiredKeys: [
      ...(['id', 'kind', 'vmId', 'hostId', 'datastoreId', 'imageIds', 'plan', 'phase', 'startedAt'] as const),
      ...(['endedAt', 'result', 'reason', 'disks', 'figures', 'cleaned'] as const),
    ],
  },
);
const severalRuns = fc.array(runs, { maxLength: 2 });
export const backupStatuses: fc.Arbitrary<BackupStatus> = fc.record({
  atSec: epoch,
  running: severalRuns,
  waiting: severalRuns,
  waitingBackups: fc.array(
    fc.record(
      { vmId: id, jobId: id, actionId: id, sinceSec: epoch, reason: filled },
      { requiredKeys: ['vmId', 'sinceSec', 'reason'] },
    ),
    { maxLength: 2 },
  ),
  failed: severalRuns,
  overdue: fc.array(fc.record({ vmId: id, name, pointSec: epoch, limitSec: amount }), { maxLength: 2 }),
  unprotected: fc.array(fc.record({ vmId: id, name }), { maxLength: 2 }),
  proven: fc.array(fc.record({ vmId: id, name, imageId: id, pointId: fc.nat(20), pointDate: epoch, ...proof }), {
    maxLength: 2,
  }),
  names: fc.array(fc.tuple(id, name), { maxLength: 3 }).map((names) => new Map(names)),
});
export const runContexts = fc.record({ vmName: text, pointId: fc.nat(20) }, { requiredKeys: ['vmName'] });

export const zones = fc.record({ id, name, endpoint: fc.constant('http://localhost:2633/RPC2') });

export const securityGroups = fc.record({
  ...owned,
  template: mixed(
    maybe('DESCRIPTION', text),
    several(
      'RULE',
      fc.constantFrom('INBOUND', 'OUTBOUND').map((direction): Vector => [
        ['RULE_TYPE', direction],
        ['PROTOCOL', 'ALL'],
      ]),
    ),
  ),
});

const members = fc.oneof(fc.constant([-10]), ids);
export const vdcs = fc.record({
  id,
  name,
  groups: ids,
  clusters: members,
  hosts: members,
  datastores: members,
  vnets: members,
  template: attributes,
});

export const clusterMembers = fc.record({ hosts: ids, datastores: ids, vnets: ids });
