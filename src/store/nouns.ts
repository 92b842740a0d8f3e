// What of each noun can be asked without reading it: whose it is, its state, what it belongs to or uses, and what it counts for
// in its owner's quotas. Pure: written beside the object in the same step, so that none of it can drift from the object.
import { field, text, vectors, type Attributes, type Vector } from '../model/attributes.ts';
import type { AclRule } from '../model/acl.ts';
import type { BackupJob } from '../model/backup-job.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Datastore } from '../model/datastore.ts';
import type { Host } from '../model/host.ts';
import type { Image } from '../model/image.ts';
import { permissionsToOctet, type Owned } from '../model/permissions.ts';
import type { Charge } from '../model/quota.ts';
import type { ScheduledAction } from '../model/scheduled-action.ts';
import type { Group, User } from '../model/user.ts';
import type { VirtualNetwork } from '../model/vnet.ts';
import { LCM, VM_STATE, type Vm } from '../model/vm.ts';
import { takenHostIds } from '../model/vm-hosts.ts';
import type { VmTemplate } from '../model/vm-template.ts';
import type { PoolName } from './schema.ts';

/** What an object says of another: the first is the one that says it. */
export type LinkKind =
  | 'vm-host'
  /** To nothing: the VM is to leave its host. */
  | 'vm-resched'
  | 'vm-job'
  | 'vm-image'
  | 'vm-vnet'
  | 'image-datastore'
  | 'host-cluster'
  | 'datastore-cluster'
  | 'vnet-cluster'
  | 'user-group'
  /** Scheduled actions, of what they are. */
  | 'action-vm'
  | 'action-job';

export interface Link {
  kind: LinkKind;
  target: number;
}

export interface Keys {
  name: string;
  uid: number;
  gid: number;
  perms: number;
  state: number;
}

export interface Noun<T> {
  table: PoolName;
  /** The noun in messages, as OpenNebula says it. */
  label: string;
  keys: (object: T) => Keys;
  links?: (object: T) => Link[];
  charges?: (object: T) => Charge[];
  /** Epoch seconds at which the object wants to be looked at; undefined for never. */
  due?: (object: T) => number | undefined;
}

const NOBODY = -1;
const owned = (object: Owned, state: number): Keys => ({
  name: object.name,
  uid: object.uid,
  gid: object.gid,
  perms: permissionsToOctet(object.permissions),
  state,
});
const ownerless = (name: string, state = 0): Keys => ({ name, uid: NOBODY, gid: NOBODY, perms: 0, state });
const toAll = (kind: LinkKind, targets: Iterable<number>): Link[] =>
  [...new Set(targets)].map((target) => ({ kind, target }));

const OWN_USE_MANAGE = 0o600;
const GROUP_USE = 0o040;

export const NOUNS = {
  vms: {
    table: 'vm_pool',
    label: 'virtual machine',
    keys: (vm: Vm) => owned(vm, vm.state),
    links: vmLinks,
    charges: vmCharges,
  },
  images: {
    table: 'image_pool',
    label: 'image',
    keys: (image: Image) => owned(image, image.state),
    links: (image: Image) => toAll('image-datastore', [image.datastoreId]),
    charges: (image: Image) => [
      { kind: 'DATASTORE', id: image.datastoreId, metric: 'IMAGES', amount: 1 },
      { kind: 'DATASTORE', id: image.datastoreId, metric: 'SIZE', amount: image.sizeMb },
    ],
  },
  templates: {
    table: 'template_pool',
    label: 'virtual machine template',
    keys: (template: VmTemplate) => owned(template, 0),
  },
  datastores: {
    table: 'datastore_pool',
    label: 'datastore',
    keys: (datastore: Datastore) => owned(datastore, datastore.state),
    links: (datastore: Datastore) => toAll('datastore-cluster', datastore.clusters),
  },
  hosts: {
    table: 'host_pool',
    label: 'host',
    keys: (host: Host) => ownerless(host.name, host.state),
    links: (host: Host) => toAll('host-cluster', [host.clusterId]),
  },
  users: {
    table: 'user_pool',
    label: 'user',
    keys: (user: User) => ({ name: user.name, uid: user.id, gid: user.gid, perms: OWN_USE_MANAGE, state: 0 }),
    links: (user: User) => toAll('user-group', [user.gid, ...user.groups]),
  },
  groups: {
    table: 'group_pool',
    label: 'group',
    keys: (group: Group) => ({ name: group.name, uid: NOBODY, gid: group.id, perms: GROUP_USE, state: 0 }),
  },
  clusters: { table: 'cluster_pool', label: 'cluster', keys: (cluster: Cluster) => ownerless(cluster.name) },
  vnets: {
    table: 'vnet_pool',
    label: 'virtual network',
    keys: (vnet: VirtualNetwork) => owned(vnet, vnet.state),
    links: (vnet: VirtualNetwork) => toAll('vnet-cluster', vnet.clusters),
  },
  backupJobs: {
    table: 'backupjob_pool',
    label: 'backup job',
    keys: (job: BackupJob) => owned(job, jobState(job)),
  },
  actions: {
    table: 'action_pool',
    label: 'scheduled action',
    keys: () => ownerless(''),
    links: ({ parent }: ScheduledAction) => toAll(parent.type === 'VM' ? 'action-vm' : 'action-job', [parent.id]),
    due: dueOf,
  },
  rules: { table: 'acl_pool', label: 'ACL', keys: (rule: AclRule) => ownerless(ruleKey(rule)) },
} as const satisfies Record<string, Noun<never>>;

/** A rule may be there only once. */
export function ruleKey({ user, resources, object, rights, zone }: Omit<AclRule, 'id'>): string {
  return JSON.stringify([user, resources.toSorted(), object, rights.toSorted(), zone]);
}

/** By which jobs with work are found. */
export const JOB_STATE = { IDLE: 0, RUNNING: 1 } as const;

function jobState({ outdatedVms, backingUpVms }: BackupJob): number {
  return outdatedVms.length + backingUpVms.length > 0 ? JOB_STATE.RUNNING : JOB_STATE.IDLE;
}

function dueOf({ schedule, current, finished }: ScheduledAction): number | undefined {
  if (current?.operationId !== undefined) return undefined; // its run tells when it has ended
  if (current) return Math.max(current.dueSec, current.retryAtSec);
  return finished ? undefined : schedule.timeSec;
}

const ON_HOST = new Set<number>([VM_STATE.ACTIVE, VM_STATE.POWEROFF, VM_STATE.SUSPENDED]);

function vmLinks(vm: Vm): Link[] {
  if (vm.state === VM_STATE.DONE) return [];
  return [
    ...(ON_HOST.has(vm.state) ? toAll('vm-host', takenHostIds(vm)) : []),
    ...(vm.resched ? toAll('vm-resched', [0]) : []),
    ...toAll(
      'vm-job',
      [vm.backups.config.backupJobId].filter((id) => id !== undefined),
    ),
    ...toAll('vm-image', idsIn(vm.template, 'DISK', 'IMAGE_ID')),
    ...toAll('vm-vnet', idsIn(vm.template, 'NIC', 'NETWORK_ID')),
  ];
}

/** LCM states of a VM that is off and has work done to it. */
const ACTIVE_BUT_OFF = new Set<number>([
  LCM.BACKUP_POWEROFF,
  LCM.RESTORE,
  LCM.DISK_SNAPSHOT_POWEROFF,
  LCM.DISK_SNAPSHOT_REVERT_POWEROFF,
  LCM.DISK_SNAPSHOT_DELETE_POWEROFF,
  LCM.DISK_RESIZE_POWEROFF,
  LCM.DISK_RESIZE_UNDEPLOYED,
  LCM.HOTPLUG_NIC_POWEROFF,
  LCM.HOTPLUG_PROLOG_POWEROFF,
  LCM.HOTPLUG_EPILOG_POWEROFF,
  LCM.HOTPLUG_SAVEAS_POWEROFF,
  LCM.HOTPLUG_SAVEAS_SUSPENDED,
  LCM.HOTPLUG_SAVEAS_UNDEPLOYED,
  LCM.HOTPLUG_SAVEAS_STOPPED,
  LCM.PROLOG_MIGRATE_POWEROFF,
  LCM.PROLOG_MIGRATE_SUSPEND,
]);

function vmCharges(vm: Vm): Charge[] {
  if (vm.state === VM_STATE.DONE) return [];
  const cpu = Math.round(Number(text(vm.template, 'CPU') ?? 0) * 100);
  const memory = Number(text(vm.template, 'MEMORY') ?? 0);
  const runs =
    vm.state === VM_STATE.PENDING || (vm.state === VM_STATE.ACTIVE && !ACTIVE_BUT_OFF.has(vm.lcmState)) ? 1 : 0;
  const ofVms: Array<[metric: string, amount: number]> = [
    ['VMS', 1],
    ['CPU', cpu],
    ['MEMORY', memory],
    ['RUNNING_VMS', runs],
    ['RUNNING_CPU', runs * cpu],
    ['RUNNING_MEMORY', runs * memory],
    ['SYSTEM_DISK_SIZE', systemDiskMb(vm.template)],
  ];
  return [
    ...ofVms.map(([metric, amount]): Charge => ({ kind: 'VM', id: -1, metric, amount })),
    ...perTarget('NETWORK', 'LEASES', idsIn(vm.template, 'NIC', 'NETWORK_ID')),
    ...perTarget('IMAGE', 'RVMS', new Set(idsIn(vm.template, 'DISK', 'IMAGE_ID'))),
  ];
}

/** One unit for each time a target is named. */
function perTarget(kind: Charge['kind'], metric: string, ids: Iterable<number>): Charge[] {
  const amounts = new Map<number, number>();
  for (const id of ids) amounts.set(id, (amounts.get(id) ?? 0) + 1);
  return [...amounts].map(([id, amount]) => ({ kind, id, metric, amount }));
}

/** MB of the disks that lie with the running VM: all but persistent ones and CDROMs. */
function systemDiskMb(template: Attributes): number {
  const own = (disk: Vector): boolean =>
    field(disk, 'PERSISTENT') !== 'YES' && (field(disk, 'TYPE') ?? '').toUpperCase() !== 'CDROM';
  return vectors(template, 'DISK')
    .filter(own)
    .reduce((sum, disk) => sum + Number(field(disk, 'SIZE') ?? 0), 0);
}

function idsIn(template: Attributes, vector: string, name: string): number[] {
  return vectors(template, vector).flatMap((one) => {
    const id = field(one, name) ?? '';
    return /^\d+$/.test(id) ? [Number(id)] : [];
  });
}
