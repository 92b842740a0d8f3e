// The way to a VM for one of its operations: which right that takes is said by the caller's or her group's template, else by
// the defaults.
import { allows, makeCaller } from '../../access/authorize.ts';
import { rightOf } from '../../access/operation-classes.ts';
import type { Vm } from '../../model/vm.ts';
import type { Call } from '../method.ts';
import { authorized } from '../noun.ts';
import { VM } from './stored.ts';

const ALL_GROUPS = -1;

/** The VM, when the caller may do `action` (`poweroff`, `disk-attach`, `backup` ...) with it. */
export async function authorizedVm(call: Call, id: number, action: string): Promise<Vm> {
  const group = await call.parts.store.groups.find(call.user.gid);
  const right = rightOf(action, { user: call.user.template, group: group?.template ?? [] });
  return authorized(call, VM, id, right);
}

/** Whether a user may back up a VM by a job of hers: looked up once for many VMs. One who is gone may nothing. */
export async function backupRight(call: Call, uid: number): Promise<(vm: Vm) => boolean> {
  const { store } = call.parts;
  const user = uid === call.user.id ? call.user : await store.users.find(uid);
  if (!user?.enabled) return () => false;
  const caller = uid === call.user.id ? call.caller : makeCaller(user, ALL_GROUPS, await store.rules.list());
  const group = await store.groups.find(user.gid);
  const right = rightOf('backup', { user: user.template, group: group?.template ?? [] });
  return (vm) => allows(caller, right, VM.target(vm));
}
