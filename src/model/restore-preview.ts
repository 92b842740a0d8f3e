// What a restore would make, told before anything is done.
import type { PreviewQuota } from './backup-preview.ts';

export interface RestoredDiskPreview {
  diskId: number;
  /** Of the new image; in place the path of the disk. */
  name: string;
  sizeMb: number;
  /** -1 for what is new. */
  sizeBeforeMb: number;
  format: string;
  /** What is read for it. */
  bytes: number;
}

/** A part of a template that is left out, `NIC/MAC`. */
export interface StrippedPart {
  name: string;
  value: string;
  reason: string;
}

export interface RestorePreview {
  imageId: number;
  pointId: number;
  /** Epoch seconds of the point. */
  date: number;
  inPlace: boolean;
  /** -1 in place. */
  datastoreId: number;
  /** Of the template, and the beginning of the images'; in place the VM's. */
  name: string;
  template: boolean;
  needsMb: number;
  /** -1 when it is not known. */
  freeMb: number;
  disks: RestoredDiskPreview[];
  /** What the template keeps of each network interface. */
  nics: Array<{ network: string; ip: string }>;
  stripped: StrippedPart[];
  quota: PreviewQuota[];
  /** What would go wrong, or be lost, in words. */
  warnings: string[];
}
