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
      if (args === '') wrong('ARGS', args, `of ${action} it must be the id or the name of the snapshot`);
      return;
    case 'disk-snapshot-create':
    case 'disk-snapshot-revert':
    case 'disk-snapshot-delete':
      checkDiskSnapshot(action, args);
      return;
    default:
      if (args !== '') wrong('ARGS', args, `${action} takes none; leave it out`);
  }
}

/** A name may have commas in it, a disk's id has none. */
function checkDiskSnapshot(action: ScheduledActionName, args: string): void {
  const [, disk, snapshot] = /^([^,]*),(.*)$/.exec(args) ?? [];
  if (disk !== undefined && idOf(disk.trim()) !== undefined && snapshot?.trim()) return;
  const what = action === 'disk-snapshot-create' ? 'name of the snapshot' : 'id or name of the snapshot';
  wrong('ARGS', args, `of ${action} it must be <id of the disk>,<${what}>`);
}

function idOf(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) && Number(text) <= LARGEST_ID ? Number(text) : undefined;
}
