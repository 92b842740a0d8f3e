// one.vm.*: making and describing VMs, and their backups. Power, devices, snapshots and pools are in the files beside this one.
import { refuseRestricted } from '../../access/restricted.ts';
import { field, merge, vectors, type Attributes } from '../../model/attributes.ts';
import { CODE, OneError } from '../../model/errors.ts';
import type { Image } from '../../model/image.ts';
import { checkName } from '../../model/names.ts';
import { LCM, type Vm } from '../../model/vm.ts';
import { NOUNS } from '../../store/nouns.ts';
import type { Store } from '../../store/store.ts';
import { allocateVm } from '../../vm/allocate.ts';
import { nowSec } from '../../vm/parts.ts';
import { keepWithinQuota } from '../../vm/quota.ts';
import { updateConf } from '../../vm/update-conf.ts';
import { holdImages } from '../../vm/uses.ts';
import { parseTemplate } from '../../wire/template-text.ts';
import { appendFlag } from '../flags.ts';
import { method, type Call, type MethodTable } from '../method.ts';
import { authorized, authorizedIn, mayUse, requireCreate } from '../noun.ts';
import { DATASTORE, IMAGE, VM } from '../nouns/stored.ts';
import { authorizedVm } from '../nouns/vm-right.ts';
import { infoMethod, ownedMethods } from '../owned.ts';

export const vmMethods: MethodTable = {
  ...infoMethod(VM),
  ...ownedMethods(VM, NOUNS.vms, { lockable: true }),
  'one.vm.allocate': method(['string', ['boolean', false]], async (call, template, hold) => {
    const vm = await createVm(call, parseTemplate(template), hold);
    return vm.id;
  }),
  'one.vm.rename': method(['int', 'string'], async (call, id, name) => {
    await authorizedVm(call, id, 'rename');
    checkName(name, CODE.ACTION);
    await call.parts.store.vms.update(id, (vm) => void (vm.name = name));
    return id;
  }),
  'one.vm.update': method(['int', 'string', ['int', 0]], async (call, id, text, append) => {
    const before = await authorizedVm(call, id, 'update');
    const given = parseTemplate(text);
    const merging = appendFlag(append);
    if (!call.caller.admin) refuseRestricted('VM', given, before.userTemplate);
    await call.parts.store.vms.update(
      id,
      (vm) => void (vm.userTemplate = merging ? merge(vm.userTemplate, given) : given),
    );
    return id;
  }),
  'one.vm.updateconf': method(['int', 'string', ['int', 0]], async (call, id, text, append) => {
    const before = await authorizedVm(call, id, 'updateconf');
    const given = parseTemplate(text);
    const merging = appendFlag(append);
    if (!call.caller.admin) refuseRestricted('VM', given, before.template);
    await call.parts.store.vms.update(id, (vm) => updateConf(vm, given, merging));
    return id;
  }),
  'one.vm.backup': method(['int', ['int', -1], ['boolean', false]], async (call, id, datastoreId) => {
    await authorizedVm(call, id, 'backup');
    if (datastoreId < 0) throw new OneError(CODE.ACTION, 'No datastore was given; name a backup datastore with -d.');
    await authorized(call, DATASTORE, datastoreId, 'USE');
    await call.backups.start(id, datastoreId);
    return id;
  }),
  'one.vm.backupcancel': method(['int'], async (call, id) => {
    const vm = await authorizedVm(call, id, 'backup-cancel');
    if (vm.lcmState !== LCM.BACKUP && vm.lcmState !== LCM.BACKUP_POWEROFF) {
      throw new OneError(CODE.INTERNAL, `Virtual machine ${id} has no backup in progress.`, { objectId: id });
    }
    call.backups.cancel(id);
    return id;
  }),
};

/** Makes the record of a VM; the tick deploys it unless it is on hold. */
export async function createVm(call: Call, template: Attributes, hold: boolean, nameBefore?: string): Promise<Vm> {
  const { parts, user, tick } = call;
  requireCreate(call, 'VM');
  if (!call.caller.admin) refuseRestricted('VM', template);
  const owner = { uid: user.id, gid: user.gid, uname: user.name, gname: user.gname };
  const vm = await parts.store.transaction(async (tx) => {
    const images = await namedImages(call, tx, template);
    const created = await tx.vms.allocate((id) =>
      allocateVm(id, template, owner, (disk) => images.get(disk), hold, nowSec(parts.clock), nameBefore),
    );
    await holdImages(tx, created);
    await keepWithinQuota(tx, created, NOUNS.vms.charges(created));
    return created;
  });
  tick.wake();
  return vm;
}

/** The images that DISKs name by IMAGE_ID, or by IMAGE with IMAGE_UNAME (the caller's own by default). */
async function namedImages(call: Call, tx: Store, template: Attributes): Promise<Map<Attributes[number][1], Image>> {
  const found = new Map<Attributes[number][1], Image>();
  for (const disk of vectors(template, 'DISK')) {
    const id = field(disk, 'IMAGE_ID') || undefined;
    const name = field(disk, 'IMAGE') || undefined;
    if (id !== undefined) {
      found.set(disk, await authorizedIn(tx, call.caller, IMAGE, /^\d{1,9}$/.test(id) ? Number(id) : -1, 'USE'));
    } else if (name !== undefined) {
      found.set(disk, await imageNamed(call, tx, name, field(disk, 'IMAGE_UNAME') ?? call.user.name));
    }
  }
  return found;
}

/** An image of that name and owner that the caller may use; one she may not is as good as none. */
async function imageNamed(call: Call, tx: Store, name: string, uname: string): Promise<Image> {
  const image = (await tx.images.list({ name })).find((one) => one.uname === uname);
  if (image && mayUse(call, IMAGE, image)) return image;
  throw new OneError(CODE.NO_EXISTS, `Error getting image [${name}] of user ${uname}, which a DISK names.`);
}
