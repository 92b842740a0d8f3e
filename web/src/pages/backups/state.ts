// How a backup image stands, and what its list shows of it. Pure.
import type { Image } from '../../api/documents.ts';
import { pointsOf } from '../../parts/points.ts';
import type { Tone } from '../../parts/state-badge.tsx';
import type { texts } from '../../texts/index.ts';

/** OpenNebula's type of images that hold backups. */
const BACKUP = 6;

interface BackupState {
  word: keyof typeof texts.backups.states;
  tone: Tone;
}

const STATES: Readonly<Record<number, BackupState>> = {
  1: { word: 'ready', tone: 'good' },
  2: { word: 'used', tone: 'busy' },
  3: { word: 'disabled', tone: 'calm' },
  4: { word: 'locked', tone: 'busy' },
  5: { word: 'error', tone: 'bad' },
  7: { word: 'deleting', tone: 'busy' },
};

export function backupState({ STATE }: Pick<Image, 'STATE'>): BackupState {
  return STATES[STATE] ?? { word: 'other', tone: 'busy' };
}

export interface BackupRow {
  image: Image;
  id: number;
  name: string;
  /** -1 for none. */
  vmId: number;
  /** Empty when the machine cannot be seen, or is gone. */
  vm: string;
  points: number;
  /** Epoch seconds of its newest point, 0 for none. */
  newest: number;
}

export function backupRows(images: readonly Image[], vms: ReadonlyMap<number, string>): BackupRow[] {
  return images.flatMap((image) => (image.TYPE === BACKUP ? [rowOf(image, vms)] : []));
}

export function rowOf(image: Image, vms: ReadonlyMap<number, string> = new Map()): BackupRow {
  const points = pointsOf(image);
  const vmId = image.VMS.ID[0] ?? -1;
  return {
    ...{ image, id: image.ID, name: image.NAME, vmId, vm: vms.get(vmId) ?? '' },
    ...{ points: points.length, newest: points.at(-1)?.date ?? 0 },
  };
}
