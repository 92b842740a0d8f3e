// The four quota elements, with and without usage, and the documents of default quotas.
import type { Schema, Sequence } from './schema.ts';

const METRICS = {
  DATASTORE: ['IMAGES', 'SIZE'],
  NETWORK: ['LEASES'],
  VM: ['CPU', 'MEMORY', 'RUNNING_CPU', 'RUNNING_MEMORY', 'RUNNING_VMS', 'SYSTEM_DISK_SIZE', 'VMS'],
  IMAGE: ['RVMS'],
} as const;

function quotasOf(used: boolean): Sequence {
  const entry = (metrics: readonly string[]): Sequence =>
    Object.fromEntries(
      metrics.flatMap((metric) => [
        [metric, 'number'] as const,
        ...(used ? [[`${metric}_USED`, 'number'] as const] : []),
      ]),
    );
  return {
    DATASTORE_QUOTA: { 'DATASTORE*': { ID: 'count', ...entry(METRICS.DATASTORE) } },
    NETWORK_QUOTA: { 'NETWORK*': { ID: 'count', ...entry(METRICS.NETWORK) } },
    VM_QUOTA: { 'VM?': entry(METRICS.VM) },
    IMAGE_QUOTA: { 'IMAGE*': { ID: 'count', ...entry(METRICS.IMAGE) } },
  };
}

export const quotas = quotasOf(true);
export const defaultQuotas = quotasOf(false);
/** What follows a user or group in a pool. */
export const quotasEntry: Sequence = { ID: 'count', ...quotas };

export const defaultUserQuotas: Schema = { root: 'DEFAULT_USER_QUOTAS', content: defaultQuotas };
export const defaultGroupQuotas: Schema = { root: 'DEFAULT_GROUP_QUOTAS', content: defaultQuotas };
