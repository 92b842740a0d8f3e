// What somebody or a group still owns. Whoever owns something is not deleted: it would be work that nobody can reach.
import { VM_STATE } from '../model/vm.ts';
import type { Filter, Store } from '../store/store.ts';

/** In words: `2 virtual machines, 1 image`; empty when there is nothing. VMs that have ended do not count. */
export async function belongings(store: Store, owner: NonNullable<Filter['owner']>): Promise<string> {
  const counts: Array<[count: number, noun: string]> = [
    [await store.vms.count({ owner, notState: VM_STATE.DONE }), 'virtual machine'],
    [await store.images.count({ owner }), 'image'],
    [await store.templates.count({ owner }), 'template'],
    [await store.datastores.count({ owner }), 'datastore'],
    [await store.vnets.count({ owner }), 'virtual network'],
    [await store.backupJobs.count({ owner }), 'backup job'],
  ];
  const some = counts.filter(([count]) => count > 0);
  return some.map(([count, noun]) => `${count} ${noun}${count === 1 ? '' : 's'}`).join(', ');
}
