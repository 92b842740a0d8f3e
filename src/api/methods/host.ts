// one.host.* and one.hostpool.*
import { needAdmin } from '../../access/permissions.ts';
import { CODE, OneError } from '../../model/errors.ts';
import { HOST_STATE } from '../../model/host.ts';
import { checkName } from '../../model/names.ts';
import { hostPoolXml, hostXml } from '../../wire/documents/host.ts';
import { method, type MethodTable } from '../method.ts';

/** VM drivers with the hypervisor driver that carries each out. */
export const VM_MADS = ['kvm', 'qemu', 'fake'] as const;

export const hostMethods: MethodTable = {
  'one.host.allocate': method(['string', 'string', 'string', ['int', -1]], async (call, name, imMad, vmMad) => {
    needAdmin(call.user, 'CREATE HOST');
    if (!VM_MADS.some((known) => known === vmMad)) {
      throw new OneError(CODE.ALLOCATE, `VM_MAD "${vmMad}" is not known; it must be one of ${VM_MADS.join(', ')}.`);
    }
    const host = await call.parts.store.hosts.allocate((id) => ({
      id,
      name: checkName(name),
      state: HOST_STATE.INIT,
      prevState: HOST_STATE.INIT,
      imMad,
      vmMad,
      clusterId: 0,
      cluster: 'default',
      totalCpu: 0,
      totalMemKb: 0,
      usedCpu: 0,
      usedMemKb: 0,
      vms: [],
      lastMonitored: 0,
      kvm: null,
      template: [],
    }));
    call.tick.wake();
    return host.id;
  }),
  'one.host.info': method(['int', ['boolean', false]], async ({ parts, user }, id) => {
    needAdmin(user, `USE HOST [${id}]`);
    return hostXml(await parts.store.hosts.get(id));
  }),
  'one.hostpool.info': method([], async ({ parts, user }) => {
    needAdmin(user, 'USE HOST');
    return hostPoolXml(await parts.store.hosts.list());
  }),
};
