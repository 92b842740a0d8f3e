// A VM that is off changes its host: its directory goes along when each host has a system datastore of its own, then the old host forgets
// it. May be repeated: what has arrived whole is not brought again.
import type { Vm } from '../model/vm.ts';
import { hostIdsOf } from '../model/vm-hosts.ts';
import { forgetOnSource } from './end.ts';
import type { Parts } from './parts.ts';
import { systemDatastore, vmDirectory } from './places.ts';

/** TM_MAD of a system datastore that is a directory of each host. */
export const EACH_HOST_ITS_OWN = 'ssh';

export async function moveOver(parts: Parts, vm: Vm): Promise<void> {
  const system = await systemDatastore(parts.store);
  const left = system.tmMad === EACH_HOST_ITS_OWN ? await bring(parts, vm, vmDirectory(vm, system)) : undefined;
  await forgetOnSource(parts, vm);
  await left?.();
}

/** Returns what removes the directory on the old host; nothing when it has none any more, or both are one. */
async function bring(parts: Parts, vm: Vm, directory: string): Promise<(() => Promise<void>) | undefined> {
  const [from, to] = await Promise.all(hostIdsOf(vm).map((id) => parts.store.hosts.get(id)));
  if (!from || !to) return undefined;
  const files = parts.filesOf(from);
  // an earlier attempt came that far
  if (!(await files.stat(directory)) && (await parts.filesOf(to).stat(directory))) return undefined;
  const { shared } = await parts.carry(`carry-${vm.id}`, directory, from, to);
  return shared ? undefined : () => files.remove(directory);
}
