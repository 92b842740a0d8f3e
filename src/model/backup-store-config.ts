// How a backup store is reached: what a driver is given of its datastore.

/** How to reach a backup store. `attributes` are the datastore's template attributes, decrypted (RESTIC_PASSWORD ...). */
export interface BackupStoreConfig {
  driver: string;
  datastoreId: number;
  /** Directory of the datastore on the machine that holds it. */
  basePath: string;
  attributes: Record<string, string>;
  /** Whether backups are recorded in it: then the store must be there, and one that is missing is never made anew. */
  inUse?: boolean;
}
