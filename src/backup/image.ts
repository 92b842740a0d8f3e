// The image record of a new backup. Pure.
import type { Attributes } from '../model/attributes.ts';
import type { Datastore } from '../model/datastore.ts';
import { IMAGE_STATE, IMAGE_TYPE, type BackupPoint, type Image } from '../model/image.ts';
import type { BackupResult } from '../model/mover-protocol.ts';
import { permissionsFromOctet } from '../model/permissions.ts';
import type { Vm } from '../model/vm.ts';
import { backupName } from './name.ts';
import type { BackupPlan } from './plan.ts';

export interface NewBackup {
  id: number;
  vm: Vm;
  datastore: Datastore;
  plan: BackupPlan;
  result: BackupResult;
  /** Path of the virtual directory inside the snapshot. */
  directory: string;
  nowMs: number;
  /** Names that the owner's images have already. */
  taken: Set<string>;
  vmTemplate: Attributes;
}

export function backupImage(made: NewBackup): Image {
  const { vm, datastore, plan, result } = made;
  const sizeMb = Math.ceil(result.processedBytes / 2 ** 20);
  const point: BackupPoint = {
    id: 0,
    parentId: -1,
    type: 'FULL',
    date: result.date,
    sizeMb,
    source: result.source,
    path: made.directory,
    disks: result.disks,
    reason: plan.reason,
    vmTemplate: made.vmTemplate,
  };
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
    sizeMb,
    state: IMAGE_STATE.READY,
    prevState: IMAGE_STATE.INIT,
    vms: [vm.id],
    datastoreId: datastore.id,
    datastore: datastore.name,
    template: [['BACKUP_REASON', plan.reason]],
    points: [point],
    isChain: false,
  };
}
