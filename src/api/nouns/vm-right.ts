// The way to a VM for one of its operations: which right that takes is said by the caller's or her group's template, else by
// the defaults.
import { rightOf } from '../../access/operation-classes.ts';
import type { Vm } from '../../model/vm.ts';
import type { Call } from '../method.ts';
import { authorized } from '../noun.ts';
import { VM } from './stored.ts';

/** The VM, when the caller may do `action` (`poweroff`, `disk-attach`, `backup` ...) with it. */
export async function authorizedVm(call: Call, id: number, action: string): Promise<Vm> {
  const group = await call.parts.store.groups.find(call.user.gid);
  const right = rightOf(action, { user: call.user.template, group: group?.template ?? [] });
  return authorized(call, VM, id, right);
}
