// BACKUP_WINDOW: days and hours in which backups may begin.

export interface BackupWindow {
  /** 0 (Sunday)..6; of the day that it opens on. */
  days: number[];
  /** Minutes of the day, `to` may be 1440; a window whose `to` is not after `from` goes on into the next day. */
  fromMin: number;
  toMin: number;
  /** IANA name of the zone that days and hours are of. */
  zone: string;
}
