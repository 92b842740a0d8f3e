// What a backup would be if it began now: told before anything is done.

export interface BackupPreview {
  type: 'FULL' | 'INCREMENT';
  /** Why it is full or incremental, in words. */
  reason: string;
  /** Whether the machine runs. */
  live: boolean;
  /** Where it would be stored. */
  datastoreId: number;
  disks: PreviewDisk[];
  /** Disks that are not part of it, with the reason of each, in words. */
  leftOut: string[];
  /** What retention would remove afterwards. */
  drops: PreviewDrop[];
  quota: PreviewQuota[];
}

export interface PreviewDisk {
  diskId: number;
  target: string;
  path: string;
  virtualMb: number;
  /** What changed since the last point; null when nothing notes it. */
  dirtyMb: number | null;
}

export interface PreviewDrop {
  imageId: number;
  /** All points of the image when it goes as a whole. */
  pointIds: number[];
  reason: string;
}

/** What the backup would add to a quota of the VM's owner or group. */
export interface PreviewQuota {
  /** `user 5 (ann)`, `group 100 (crew)`. */
  whose: string;
  metric: 'SIZE' | 'IMAGES';
  used: number;
  /** LIMIT.UNLIMITED (-2) for none. */
  limit: number;
  /** The most that the backup may add. */
  adds: number;
}
