// RESTIC_LAYOUT of a backup datastore: whether disks are stored as qcow2 files that stand on each other, or as slices, of which every
// point has all. Pure.
import { CODE, OneError } from './errors.ts';

export const LAYOUTS = ['QCOW2', 'SLICES'] as const;
export type BackupLayout = (typeof LAYOUTS)[number];

export const LAYOUT_ATTRIBUTE = 'RESTIC_LAYOUT';

/** What a datastore of this driver keeps. Throws a OneError that says what would be right. */
export function layoutOf(driver: string, given: string | undefined): BackupLayout {
  if (given === undefined || given === '') return 'QCOW2';
  if (driver !== 'restic') {
    throw new OneError(
      CODE.INTERNAL,
      `${LAYOUT_ATTRIBUTE}="${given}" is for DS_MAD="restic" alone; a datastore with DS_MAD="${driver}" has one layout.`,
      { hint: `Leave ${LAYOUT_ATTRIBUTE} out.` },
    );
  }
  const layout = LAYOUTS.find((one) => one === given.toUpperCase());
  if (layout !== undefined) return layout;
  throw new OneError(
    CODE.INTERNAL,
    `${LAYOUT_ATTRIBUTE}="${given}" is not usable; it must be one of ${LAYOUTS.join(', ')}.`,
  );
}
