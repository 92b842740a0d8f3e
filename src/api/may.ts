// Which methods somebody may call for anything at all, so that what is never allowed need not be offered. What can be done with an object
// its rights say. Pure.
import { allows, type Caller } from '../access/authorize.ts';
import { newTarget } from '../access/targets.ts';
import type { Resource } from '../model/acl.ts';

/** What each of these makes. */
const MAKES: Readonly<Record<string, readonly Resource[]>> = {
  'one.vm.allocate': ['VM'],
  'one.vm.restoreinstant': ['IMAGE', 'TEMPLATE', 'VM'],
  'one.vm.disksaveas': ['IMAGE'],
  'one.template.allocate': ['TEMPLATE'],
  'one.template.clone': ['TEMPLATE'],
  'one.template.instantiate': ['VM'],
  'one.image.allocate': ['IMAGE'],
  'one.image.clone': ['IMAGE'],
  'one.image.restore': ['IMAGE'],
  'one.datastore.allocate': ['DATASTORE'],
  'one.host.allocate': ['HOST'],
  'one.cluster.allocate': ['CLUSTER'],
  'one.vn.allocate': ['NET'],
  'one.user.allocate': ['USER'],
  'one.group.allocate': ['GROUP'],
  'one.backupjob.allocate': ['BACKUPJOB'],
};

const ADMINISTRATORS_ALONE: readonly string[] = [
  ...['one.acl.info', 'one.acl.addrule', 'one.acl.delrule', 'one.system.config'],
  ...['one.system.audit', 'one.system.auditverify'],
  ...['one.userquota.update', 'one.groupquota.update'],
];

export function mayCall(caller: Caller, methods: readonly string[]): string[] {
  const { id: uid, gid } = caller.user;
  return methods.filter((method) => {
    if (ADMINISTRATORS_ALONE.includes(method)) return caller.admin;
    return (MAKES[method] ?? []).every((resource) => allows(caller, 'CREATE', newTarget(resource, { uid, gid })));
  });
}
