// What ARGS of a scheduled action may say: of a backup its datastore, of a snapshot its disk and name, of the others nothing. Pure.
import type { ScheduledActionName } from '../model/scheduled-action.ts';
import { wrong } from './action-attribute.ts';

const LARGEST_ID = 0x7fff_ffff;

export interface BackupArgs {
  /** -1: where the chain is. */
  datastoreId: number;
  /** A new chain of increments is begun. */
  reset: boolean;
}

/** ARGS of a backup: `<datastore id>[,<reset 0|1>]`. Throws OneError INTERNAL. */
export function readBackupArgs(args: string): BackupArgs {
  const [datastore = '', reset = '0', more] = args.split(',').map((part) => part.trim());
  const id = datastore === '' || datastore === '-1' ? -1 : idOf(datastore);
  if (id === undefined || !['0', '1'].includes(reset) || more !== undefined) {
    wrong('ARGS', args, 'of a backup it must be <datastore id>[,<reset 0 or 1>]; -1 is the datastore of the chain');
  }
  return { datastoreId: id, reset: reset === '1' };
}

export interface DiskSnapshotArgs {
  diskId: number;
  /** Its name when it is made, which may have commas in it; else its id. */
  snapshot: string;
}

/** ARGS of an action on a disk's snapshot: `<disk id>,<name or id>`. Throws OneError INTERNAL. */
export function readDiskSnapshotArgs(action: ScheduledActionName, args: string): DiskSnapshotArgs {
  const [, disk = '', rest = ''] = /^([^,]*),(.*)$/.exec(args) ?? [];
  const diskId = idOf(disk.trim());
  const snapshot = rest.trim();
  const isNew = action === 'disk-snapshot-create';
  if (diskId === undefined || snapshot === '' || (!isNew && idOf(snapshot) === undefined)) {
    wrong('ARGS', args, `of ${action} it must be <id of the disk>,<${isNew ? 'name' : 'id'} of the snapshot>`);
  }
  return { diskId, snapshot };
}

/** Throws OneError INTERNAL unless the action can be done with these ARGS. */
export function checkArgs(action: ScheduledActionName, args: string): void {
  switch (action) {
    case 'backup':
      readBackupArgs(args);
      return;
    case 'snapshot-create':
      return;
    case 'snapshot-revert':
    case 'snapshot-delete':
      if (idOf(args) === undefined) wrong('ARGS', args, `of ${action} it must be the id of the snapshot`);
      return;
    case 'disk-snapshot-create':
    case 'disk-snapshot-revert':
    case 'disk-snapshot-delete':
      readDiskSnapshotArgs(action, args);
      return;
    default:
      if (args !== '') wrong('ARGS', args, `${action} takes none; leave it out`);
  }
}

function idOf(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) && Number(text) <= LARGEST_ID ? Number(text) : undefined;
}
