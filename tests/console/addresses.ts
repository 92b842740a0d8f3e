// Every page of the console, with an object that the shop has.
import { IMAGE_TYPE } from '../../src/model/image.ts';
import type { Store } from '../../src/store/store.ts';

const LISTS = [
  '/',
  '/about',
  '/acl',
  '/audit',
  '/backups',
  '/clusters',
  '/datastores',
  '/groups',
  '/hosts',
  '/images',
  '/jobs',
];
const MORE = ['/networks', '/quotas', '/runs', '/settings', '/templates', '/users', '/vdcs', '/vms', '/vms/new'];
const VM_TABS = ['info', 'backup', 'schedule', 'backups', 'storage', 'network', 'log'];
const IMAGE_TABS = ['info', 'access'];
const NETWORK_TABS = ['info', 'ranges', 'leases'];

/** Addresses of lists, and of one object of each noun with all tabs. `known` are the addresses that the console has. */
export async function addresses(
  store: Pick<Store, 'vms' | 'images' | 'datastores' | 'hosts' | 'vnets'>,
): Promise<string[]> {
  const [vm] = await store.vms.list({ limit: 1, ascending: true });
  const images = await store.images.list({ ascending: true });
  const backup = images.find(({ type }) => type === IMAGE_TYPE.BACKUP);
  const disk = images.find(({ type }) => type !== IMAGE_TYPE.BACKUP);
  const [network] = await store.vnets.list({ limit: 1, ascending: true });
  const [host] = await store.hosts.list({ limit: 1, ascending: true });
  return [
    ...[...LISTS, ...MORE],
    ...VM_TABS.map((tab) => `/vms/${vm?.id}?tab=${tab}`),
    ...IMAGE_TABS.map((tab) => `/images/${disk?.id}?tab=${tab}`),
    ...NETWORK_TABS.map((tab) => `/networks/${network?.id}?tab=${tab}`),
    ...[`/backups/${backup?.id}`, '/datastores/100', `/hosts/${host?.id}`, '/jobs/0', '/users/2', '/groups/1'],
  ];
}
