// Every page of the console, with an object that the shop has.
import type { Store } from '../../src/store/store.ts';

const LISTS = ['/', '/about', '/acl', '/backups', '/clusters', '/datastores', '/groups', '/hosts', '/jobs', '/quotas'];
const MORE = ['/runs', '/settings', '/templates', '/users', '/vdcs', '/vms'];
const VM_TABS = ['info', 'backup', 'schedule', 'backups', 'storage', 'network', 'log'];

/** Addresses of lists, and of one object of each noun with all tabs. `known` are the addresses that the console has. */
export async function addresses(store: Pick<Store, 'vms' | 'images' | 'datastores' | 'hosts'>): Promise<string[]> {
  const [vm] = await store.vms.list({ limit: 1, ascending: true });
  const [image] = await store.images.list({ limit: 1, ascending: true });
  const [host] = await store.hosts.list({ limit: 1, ascending: true });
  return [
    ...[...LISTS, ...MORE],
    ...VM_TABS.map((tab) => `/vms/${vm?.id}?tab=${tab}`),
    ...[`/backups/${image?.id}`, '/datastores/100', `/hosts/${host?.id}`, '/jobs/0', '/users/2', '/groups/1'],
  ];
}
