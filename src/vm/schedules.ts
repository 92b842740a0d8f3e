// What is scheduled on an object goes with it.
import type { Store } from '../store/store.ts';

export async function removeActions(tx: Store, of: 'action-vm' | 'action-job', target: number): Promise<void> {
  for (const id of await tx.links.of(of, target)) await tx.actions.remove(id);
}
