// Quotas: how much of what users and groups may use. Limits are kept with their user or group; usage is never kept but summed
// up from the charges that every object carries, so that it cannot drift.

/** Kinds of quotas with what each limits. SIZE, MEMORY and SYSTEM_DISK_SIZE are MB; CPU is kept in hundredths of a core. */
export const QUOTA_METRICS = {
  DATASTORE: ['IMAGES', 'SIZE'],
  NETWORK: ['LEASES'],
  VM: ['CPU', 'MEMORY', 'RUNNING_CPU', 'RUNNING_MEMORY', 'RUNNING_VMS', 'SYSTEM_DISK_SIZE', 'VMS'],
  IMAGE: ['RVMS'],
} as const;
export type QuotaKind = keyof typeof QUOTA_METRICS;

/** Metrics that OpenNebula shows as fractions; they are kept in hundredths. */
export const HUNDREDTHS: ReadonlySet<string> = new Set(['CPU', 'RUNNING_CPU']);

/** -1: as the default quota says; -2: no limit. */
export const LIMIT = { DEFAULT: -1, UNLIMITED: -2 } as const;

/** Limits of one thing: a datastore, network or image by its id, or the VMs as a whole (id -1). */
export interface QuotaLimits {
  kind: QuotaKind;
  id: number;
  /** By metric, integers; metrics left out are LIMIT.DEFAULT. */
  limits: Record<string, number>;
}

/** Integer amount of one metric that an object takes. */
export interface Charge {
  kind: QuotaKind;
  /** The datastore, network or image; -1 for VM. */
  id: number;
  metric: string;
  amount: number;
}
