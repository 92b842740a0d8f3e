// Waits until the node that cares for a datastore has let a run in.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Operation } from '../model/operation.ts';
import type { Parts } from '../vm/parts.ts';
import { wordOf } from './upkeep-word.ts';

/** They have their datastore alone. */
const KEEPS_OUT = new Set<Operation['kind']>(['prune', 'check']);
/** How often, and how long after each other, it is looked. */
const LOOKS = 60;
const LOOK_MS = 500;

/** Asks for it, and waits a while: a backup program waits for its repository by itself as well. */
export async function waitForWay(
  { store, duties }: Pick<Parts, 'store' | 'duties'>,
  datastoreId: number,
): Promise<void> {
  for (let looks = 0; looks < LOOKS; looks++) {
    const running = await store.operations.running();
    if (!running.some((one) => KEEPS_OUT.has(one.kind) && one.datastoreId === datastoreId)) return;
    duties.tell(wordOf({ way: datastoreId }));
    await sleep(LOOK_MS);
  }
}
