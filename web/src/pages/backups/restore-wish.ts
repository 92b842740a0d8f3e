// What somebody wants restored, and how the daemon's methods are asked for it. Pure.
import { templateText } from '../../api/template-text.ts';

export type Way = 'fresh' | 'instant' | 'place';

export interface RestoreWish {
  way: Way;
  /** -1 for the newest, and in a full backup. */
  point: number;
  /** -1 for none chosen. */
  datastoreId: number;
  name: string;
  /** -1 for all. */
  disk: number;
  nics: 'keep' | 'noIp' | 'noNic';
  /** Without the configuration of backups. */
  noConfig: boolean;
  force: boolean;
}

/** The options of one.image.restore, of its plan and of one.vm.restoreinstant. A machine that runs at once has all of its disks. */
export function restoreOptions({ way, point, name, disk, nics, noConfig }: RestoreWish): string {
  const one = way === 'fresh' && disk >= 0;
  return templateText({
    INCREMENT_ID: point >= 0 ? point : undefined,
    DISK_ID: one ? disk : undefined,
    NAME: name.trim() === '' ? undefined : name.trim(),
    NO_IP: nics === 'noIp' && !one ? true : undefined,
    NO_NIC: nics === 'noNic' && !one ? true : undefined,
    NO_BACKUP_CONFIG: noConfig && !one ? true : undefined,
  });
}
