// The image record of a new backup. Pure.
import type { Attributes } from '../model/attributes.ts';
import type { Datastore } from '../model/datastore.ts';
import { IMAGE_STATE, IMAGE_TYPE, type BackupPoint, type Image } from '../model/image.ts';
import type { BackupResult } from '../model/tasks/backup.ts';
import { permissionsFromOctet } from '../model/permissions.ts';
import type { Vm } from '../model/vm.ts';
import { backupName } from './name.ts';
import type { BackupPlan } from './plan.ts';

export interface NewPoint {
  plan: BackupPlan;
  result: BackupResult;
  /** Path of the virtual directory inside the snapshot. */
  directory: string;
  vmTemplate: Attributes;
}

export interface NewBackup extends NewPoint {
  id: number;
  vm: Vm;
  datastore: Datastore;
  nowMs: number;
  /** What its snapshots call it in their records. */
  chain: string;
  /** Names that the owner's images have already. */
  taken: Set<string>;
}

/** Of a point that stands on no other, however much of it was read. */
const ALONE = { parentId: -1, type: 'FULL' } as const;

/** The point that a backup has made. */
export function backupPoint({ plan, result, directory, vmTemplate }: NewPoint): BackupPoint {
  // of slices, what a later point has in common with earlier ones is there already
  const adds = plan.layout === 'SLICES' && plan.parent !== null;
  const sizeMb = Math.ceil((adds ? result.storedBytes : result.processedBytes) / 2 ** 20);
  const { source, disks } = result;
  return {
    id: plan.pointId,
    ...(plan.layout === 'SLICES' ? ALONE : { parentId: plan.parent?.point.id ?? -1, type: plan.type }),
    date: result.date,
    sizeMb,
    source,
    layers: [{ source, path: directory, pointId: plan.pointId, sizeMb, disks }],
    consistency: result.consistency,
    tracker: plan.tracking?.next ?? '',
    reason: plan.reason,
    vmTemplate,
  };
}

/** The image of a full backup, which may be the first of a chain. */
export function backupImage(made: NewBackup): Image {
  const { vm, datastore, plan, result } = made;
  const point = backupPoint(made);
  const isChain = vm.backups.config.mode === 'INCREMENT';
  return {
    id: made.id,
    uid: vm.uid,
    gid: vm.gid,
    uname: vm.uname,
    gname: vm.gname,
    name: backupName(vm.id, new Date(made.nowMs), (name) => made.taken.has(name)),
    permissions: permissionsFromOctet(0o600),
    type: IMAGE_TYPE.BACKUP,
    diskType: 0,
    persistent: true,
    regtime: Math.floor(made.nowMs / 1000),
    source: result.source,
    path: '',
    format: 'raw',
    fs: '',
    sizeMb: point.sizeMb,
    state: IMAGE_STATE.READY,
    prevState: IMAGE_STATE.INIT,
    vms: [vm.id],
    datastoreId: datastore.id,
    datastore: datastore.name,
    template: isChain ? [] : [['BACKUP_REASON', plan.reason]], // points of a chain say it themselves
    points: [point],
    isChain,
    chain: made.chain,
  };
}
