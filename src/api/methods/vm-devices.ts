// one.vm.*: disks and NICs that come, go, grow and are saved, and a VM's capacity. Each answers when it is accepted.
import { ownedBy } from '../../access/umask.ts';
import { refuseRestricted } from '../../access/restricted.ts';
import { CODE, OneError } from '../../model/errors.ts';
import { VM_STATE, type Vm } from '../../model/vm.ts';
import type { Store } from '../../store/store.ts';
import { refuseOverHost, resizeVm, shareOf } from '../../vm/capacity.ts';
import { onlyVector } from '../../vm/device-list.ts';
import { beginDiskResize } from '../../vm/disk-resize.ts';
import { beginDiskAttach, beginDiskDetach, beginNicAttach, beginNicDetach } from '../../vm/hotplug.ts';
import { nowSec } from '../../vm/parts.ts';
import { beginSave, checkSave, datastoreForSave } from '../../vm/save-as.ts';
import { parseTemplate } from '../../wire/template-text.ts';
import { method, type Call, type MethodTable } from '../method.ts';
import { namedImages, namedNetworks } from '../named.ts';
import { authorizedIn, requireCreate } from '../noun.ts';
import { DATASTORE } from '../nouns/stored.ts';
import { authorizedVm } from '../nouns/vm-right.ts';

export const vmDeviceMethods: MethodTable = {
  'one.vm.attach': method(['int', 'string'], async (call, id, text) => {
    await authorizedVm(call, id, 'disk-attach');
    const template = parseTemplate(text);
    if (!call.caller.admin) refuseRestricted('VM', template);
    const disk = onlyVector(template, 'DISK');
    await call.changes.begin(id, 'disk-attach', by(call), async (tx, vm) =>
      beginDiskAttach(tx, vm, disk, (await namedImages(call, tx, template)).get(disk)),
    );
    return id;
  }),
  'one.vm.detach': method(['int', 'int'], async (call, id, diskId) => {
    await authorizedVm(call, id, 'disk-detach');
    await call.changes.begin(id, 'disk-detach', by(call), async (_tx, vm) => beginDiskDetach(vm, diskId));
    return id;
  }),
  'one.vm.attachnic': method(['int', 'string'], async (call, id, text) => {
    await authorizedVm(call, id, 'nic-attach');
    const template = parseTemplate(text);
    if (!call.caller.admin) refuseRestricted('VM', template);
    const nic = onlyVector(template, 'NIC');
    await call.changes.begin(id, 'nic-attach', by(call), async (tx, vm) =>
      beginNicAttach(tx, vm, nic, (await namedNetworks(call, tx, template)).get(nic)),
    );
    return id;
  }),
  'one.vm.detachnic': method(['int', 'int'], async (call, id, nicId) => {
    await authorizedVm(call, id, 'nic-detach');
    await call.changes.begin(id, 'nic-detach', by(call), async (_tx, vm) => beginNicDetach(vm, nicId));
    return id;
  }),
  'one.vm.updatenic': method(['int', 'int', 'string', ['int', 0]], async (call, id) =>
    refuse(call, id, 'nic-update', 'A NIC cannot be changed while the VM has it; detach it and attach another.'),
  ),
  'one.vm.attachsg': method(['int', 'int', 'int'], async (call, id) => refuse(call, id, 'sg-attach', NO_FILTERS)),
  'one.vm.detachsg': method(['int', 'int', 'int'], async (call, id) => refuse(call, id, 'sg-detach', NO_FILTERS)),
  'one.vm.attachpci': method(['int', 'string'], async (call, id) => refuse(call, id, 'pci-attach', NO_PCI)),
  'one.vm.detachpci': method(['int', 'int'], async (call, id) => refuse(call, id, 'pci-detach', NO_PCI)),
  'one.vm.diskresize': method(['int', 'int', 'string'], async (call, id, diskId, size) => {
    await authorizedVm(call, id, 'disk-resize');
    await call.changes.begin(id, 'disk-resize', by(call), (tx, vm) => beginDiskResize(tx, vm, diskId, size));
    return id;
  }),
  'one.vm.disksaveas': method(
    ['int', 'int', 'string', ['string', ''], ['int', -1]],
    async (call, id, diskId, name, type, snapshotId) => {
      await authorizedVm(call, id, 'disk-saveas');
      return saveDisk(call, id, { diskId, name, type, snapshotId });
    },
  ),
  'one.vm.resize': method(['int', 'string', ['boolean', true]], async (call, id, text, enforce) => {
    await authorizedVm(call, id, 'resize');
    const given = parseTemplate(text);
    // only administrators may overcommit a host
    const keepHost = enforce || !call.caller.admin;
    await call.changes.apply(id, 'resize', by(call), async (tx, vm) => {
      const before = shareOf(vm.template);
      resizeVm(vm, given);
      if (keepHost) await checkHost(tx, vm, before);
    });
    return id;
  }),
};

const NO_FILTERS = 'Security groups are not available: nothing filters what a NIC sends or gets.';
const NO_PCI = 'Devices of the host cannot be given to VMs.';

function by({ user }: Call): { uid: number; gid: number } {
  return { uid: user.id, gid: user.gid };
}

/** For what OpenNebula offers and OneVault does not. */
async function refuse(call: Call, id: number, action: string, why: string): Promise<never> {
  await authorizedVm(call, id, action);
  throw new OneError(CODE.ACTION, why, { objectId: id });
}

async function saveDisk(
  call: Call,
  vmId: number,
  order: { diskId: number; name: string; type: string; snapshotId: number },
): Promise<number> {
  const { parts, user } = call;
  requireCreate(call, 'IMAGE');
  const change = await call.changes.begin(vmId, 'disk-saveas', by(call), async (tx, vm) => {
    const disk = checkSave(vm, order.diskId, order.snapshotId);
    const { id } = await datastoreForSave(tx, disk);
    const datastore = await authorizedIn(tx, call.caller, DATASTORE, id, 'USE');
    const place = {
      ...ownedBy(user),
      regtime: nowSec(parts.clock),
      source: parts.imageStoreOf(datastore).newSource(),
      datastoreId: datastore.id,
      datastore: datastore.name,
    };
    return beginSave(tx, vm, { ...order, place });
  });
  return change.kind === 'save-disk' ? change.imageId : -1;
}

/** A VM that is powered off keeps its place on its host; others have none yet, and get one that fits. */
async function checkHost(tx: Store, vm: Vm, before: { cpu: number; memoryMb: number }): Promise<void> {
  const hid = vm.history.at(-1)?.hid;
  if (vm.state !== VM_STATE.POWEROFF || hid === undefined) return;
  const host = await tx.hosts.find(hid);
  if (!host) return;
  const all = (await tx.links.hostShares()).get(hid) ?? { cpu: 0, memoryMb: 0 };
  refuseOverHost(vm, host, before, { cpu: all.cpu - before.cpu, memoryMb: all.memoryMb - before.memoryMb });
}
