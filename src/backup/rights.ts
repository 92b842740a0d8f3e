// The door to who may have which VM backed up, and where to.

export interface BackupRights {
  /**
   * Throws unless the user may have the VM backed up to the datastore now: by a schedule, which takes the right to schedule, or by a
   * job, which takes the right to back up; and the right to use the datastore either way. A user who is gone or disabled may nothing.
   */
  mayBackUp(uid: number, vmId: number, datastoreId: number, by: 'schedule' | 'job'): Promise<void>;
}
