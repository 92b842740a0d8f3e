// Looks up what a backup needs to know, has it planned, and writes down what the run is bound to: nothing of it is looked up again
// later. What increments need is asked of the hypervisor here, before anything begins.
import type { BackupConfig, KeepRules } from '../model/backup-config.ts';
import { CODE, ConnectionLost, OneError } from '../model/errors.ts';
import type { Datastore } from '../model/datastore.ts';
import type { Host } from '../model/host.ts';
import type { Image } from '../model/image.ts';
import type { KeptBackup } from '../model/tasks/backup.ts';
import type { AskedBy, Operation } from '../model/operation.ts';
import type { Charge } from '../model/quota.ts';
import type { Vm } from '../model/vm.ts';
import { readDisks } from '../vm/disks.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import type { Parts } from '../vm/parts.ts';
import { hostOf, systemDatastore, vmDirectory } from '../vm/places.ts';
import { allocatedBytes } from './allocated.ts';
import { planBackup, type BackupPlan, type BackupRequest } from './plan.ts';
import { backupsOf } from './remove.ts';
import { requireRoomFor, type Expected } from './room.ts';
import type { TrackerState } from '../hypervisor/hypervisor.ts';

export interface BackupWish {
  /** -1 for where the VM's chain is. */
  datastoreId: number;
  /** Begin a new chain. */
  reset: boolean;
  /** Nobody is there to answer. */
  unattended: boolean;
  /** What a backup job says of how its VMs are backed up; holds for this run, instead of what the VM says itself. */
  config?: JobConfig;
  /** Who asks for it. */
  asked?: AskedBy;
}

/** What of a VM's BACKUP_CONFIG a backup job says for its runs. */
export type JobConfig = KeepRules &
  Pick<BackupConfig, 'mode' | 'incrementMode' | 'fsFreeze' | 'freezeLimitSec' | 'freezeFailure' | 'backupVolatile'>;

/** What was decided at the start of a run. */
export interface BackupRun {
  operation: Operation;
  plan: BackupPlan;
  task: KeptBackup;
  vm: Vm;
  datastore: Datastore;
  /** Says the same again with a reason why an increment is not possible. */
  wish: BackupWish;
}

/** A plan with all that it was made from. */
export interface Decision {
  plan: BackupPlan;
  vm: Vm;
  host: Host;
  datastore: Datastore;
  directory: string;
  chain: Image | undefined;
  /** Empty for a full backup. */
  trackers: TrackerState[];
}

/** Throws when no backup is possible, and why. `lost` is why an increment turned out to be none. */
export async function decide(parts: Parts, vmId: number, wish: BackupWish, lost?: string): Promise<Decision> {
  const { store } = parts;
  const vm = asConfigured(await store.vms.get(vmId), wish.config);
  const { incrementalBackupId } = vm.backups.config;
  const chain = incrementalBackupId < 0 ? undefined : await store.images.find(incrementalBackupId);
  const datastore = await store.datastores.get(datastoreIdOf(vm, chain, wish));
  const host = await hostOf(store, vm);
  requireReachable(parts, host);
  const directory = vmDirectory(vm, await systemDatastore(store));
  const { reset, unattended } = wish;
  const request: BackupRequest = { vm, datastore, vmDirectory: directory, reset, unattended, chain };
  if (lost !== undefined) request.lost = lost;
  const wanted = planBackup(request);
  const trackers = await trackersOf(parts, vm, host, wanted);
  const plan = trackers.length === 0 ? wanted : planBackup({ ...request, trackers });
  requireRoomFor(vm.id, datastore, await expectedOf(parts, { vm, datastore, plan, trackers, host }));
  return { plan, vm, host, datastore, directory, chain, trackers };
}

/** Nothing begins on a host that is away. */
function requireReachable({ links }: Parts, host: Host): void {
  const facts = links.factsOf(host);
  if (facts && !facts.isUp) throw new ConnectionLost(facts.why);
}

async function expectedOf(
  parts: Parts,
  { vm, datastore, plan, trackers, host }: Pick<Decision, 'vm' | 'datastore' | 'plan' | 'trackers' | 'host'>,
): Promise<Expected> {
  const { store } = parts;
  const all = new Map(readDisks(vm.template).map((disk) => [disk.diskId, disk]));
  const disks = plan.disks.flatMap(({ diskId, path }) => {
    const disk = all.get(diskId);
    return disk ? [{ path, disk }] : [];
  });
  const full = plan.type === 'FULL';
  const dirty = trackers.map(({ dirtyBytes }) => dirtyBytes ?? undefined);
  const known = trackers.length > 0 && !dirty.includes(undefined);
  return {
    type: plan.type,
    virtualMb: disks.reduce((sum, { disk }) => sum + disk.sizeMb, 0),
    allocatedBytes: full ? await allocatedBytes(parts.filesOf(host), disks) : undefined,
    dirtyBytes: known ? dirty.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0) : undefined,
    storedBefore: full && (await backupsOf(store, vm)).some(({ datastoreId }) => datastoreId === datastore.id),
  };
}

/** The VM as this run takes it. */
export function asConfigured(vm: Vm, config: JobConfig | undefined): Vm {
  if (!config) return vm;
  const { backups } = vm;
  return { ...vm, backups: { ...backups, configured: true, config: { ...backups.config, ...config } } };
}

/** Where a backup goes when nothing is said: to the chain that it goes on with. */
export function datastoreIdOf(vm: Vm, chain: Image | undefined, { datastoreId, reset }: BackupWish): number {
  if (datastoreId >= 0) return datastoreId;
  if (chain && !reset && vm.backups.config.mode === 'INCREMENT') return chain.datastoreId;
  const none = `Error getting datastore [${datastoreId}].`;
  throw new OneError(CODE.NO_EXISTS, `${none} No datastore was given; name a backup datastore with -d.`);
}

async function trackersOf(parts: Parts, vm: Vm, host: Host, plan: BackupPlan): Promise<TrackerState[]> {
  if (plan.parent === null || plan.tracking === null || plan.tracking.parent === null) return [];
  return parts.hypervisorOf(host).trackers({
    vmId: vm.id,
    domain: vm.deployId,
    disks: plan.disks,
    mode: plan.tracking.mode,
    name: plan.tracking.parent,
  });
}

/** The record of a backup that nothing is decided of yet. */
export function draftBackup(log: OperationLog, vmId: number, hostId: number, wish: BackupWish): Operation {
  const { datastoreId, asked } = wish;
  return log.draft({
    kind: 'backup',
    vmId,
    hostId,
    datastoreId,
    imageIds: [],
    plan: null,
    reason: '',
    ...(asked && { asked }),
  });
}

/** Binds a run's record to a decision. */
export function bind(parts: Parts, operation: Operation, decision: Decision, wish: BackupWish): BackupRun {
  const { plan, vm, host, datastore, directory } = decision;
  const { fsFreeze, freezeLimitSec, freezeFailure } = vm.backups.config;
  const task: KeptBackup = {
    kind: 'backup',
    operationId: operation.id,
    vmId: vm.id,
    domain: vm.deployId,
    live: plan.live,
    hypervisor: parts.hypervisorConfigOf(host),
    disks: plan.disks,
    directory: `${directory}/backup`,
    runDirectory: `${parts.runDirectoryOf(host)}/${operation.id}`,
    freeze: fsFreeze,
    freezeLimit: { limitSec: freezeLimitSec, onFailure: freezeFailure },
    tracking: plan.tracking,
    ...(plan.slices && { slices: plan.slices }),
  };
  operation.plan = task;
  operation.hostId = host.id;
  operation.datastoreId = datastore.id;
  operation.type = plan.type;
  operation.reason = plan.reason;
  operation.why = plan.reason;
  operation.reserved = { uid: vm.uid, gid: vm.gid, charges: reservation(decision) };
  return { operation, plan, task, vm, datastore, wish };
}

/** What an increment may grow by while it is being set up, beside twice what is dirty now. */
const SLACK_MB = 16;

/** The most that the backup may take: its disks as the guest sees them, or what is dirty, twice over. */
export function reservation({
  plan,
  vm,
  datastore,
  trackers,
}: Omit<Decision, 'host' | 'directory' | 'chain'>): Charge[] {
  const taken = new Set(plan.disks.map(({ diskId }) => diskId));
  const disks = readDisks(vm.template).filter(({ diskId }) => taken.has(diskId));
  const wholeMb = disks.reduce((sum, disk) => sum + disk.sizeMb, 0);
  const dirtyMb = trackers.reduce((sum, { dirtyBytes }) => sum + (dirtyBytes ?? 0), 0) / 2 ** 20;
  const amount = plan.type === 'FULL' ? wholeMb : Math.min(wholeMb, Math.ceil(2 * dirtyMb) + SLACK_MB);
  const size: Charge = { kind: 'DATASTORE', id: datastore.id, metric: 'SIZE', amount };
  // increments count as one backup, the image that they are in
  if (plan.parent !== null) return [size];
  return [size, { kind: 'DATASTORE', id: datastore.id, metric: 'IMAGES', amount: 1 }];
}
