// What a backup asks for in dirty bitmaps. Pure.
import { CODE, OneError } from '../../model/errors.ts';
import type { Tracking } from '../../model/tasks/backup.ts';
import type { BackupBegin } from '../hypervisor.ts';

/** The trackers that are bitmaps; null when changes are noted otherwise, or not at all. */
export function bitmapTracking({ tracking, domain }: Pick<BackupBegin, 'tracking' | 'domain'>): Tracking | null {
  if (!tracking || tracking.mode !== 'CBT') return null;
  if (tracking.next !== tracking.parent) return tracking;
  const why = `Tracker ${tracking.next} of domain ${domain} cannot begin where it is the parent as well.`;
  throw new OneError(CODE.INTERNAL, why);
}
