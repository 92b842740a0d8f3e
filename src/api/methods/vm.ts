// one.vm.*: making and describing VMs, and their backups. Power, devices, snapshots and pools are in the files beside this one.
import { allows, mayAnyOf } from '../../access/authorize.ts';
import { refuseRestricted, refuseRestrictedPart, refuseUngranted } from '../../access/restricted.ts';
import { ownedBy } from '../../access/umask.ts';
import { datastoreIdOf } from '../../backup/decide.ts';
import { readDrill } from '../../model/drill.ts';
import { eligibility } from '../../backup/eligible.ts';
import { refuseInJob } from '../../backup/job-members.ts';
import { merge, text, vectors, withText, type Attributes, type Vector } from '../../model/attributes.ts';
import { DATASTORE_TYPE, type Datastore } from '../../model/datastore.ts';
import { CODE, OneError } from '../../model/errors.ts';
import { IMAGE_STATE, type Image } from '../../model/image.ts';
import { checkName } from '../../model/names.ts';
import { LCM, type Vm } from '../../model/vm.ts';
import type { VirtualNetwork } from '../../model/vnet.ts';
import { NOUNS } from '../../store/nouns.ts';
import type { Store } from '../../store/store.ts';
import { addVm } from '../../vm/create.ts';
import { addImport } from '../../vm/import.ts';
import { nowSec } from '../../vm/parts.ts';
import { next, stateName } from '../../vm/states.ts';
import { updateConf } from '../../vm/update-conf.ts';
import { IMPORT_VM_ID } from '../../vm/wild.ts';
import { backupPlanXml } from '../../wire/documents/backup-plan.ts';
import { eligibilityXml } from '../../wire/documents/eligibility.ts';
import { parseTemplate } from '../../wire/template-text.ts';
import { appendFlag } from '../flags.ts';
import { method, type Call, type MethodTable } from '../method.ts';
import { namedImages, namedNetworks } from '../named.ts';
import { authorized, IGNORES_LOCK, requireCreate } from '../noun.ts';
import { DATASTORE, IMAGE, VM } from '../nouns/stored.ts';
import { authorizedVm } from '../nouns/vm-right.ts';
import { infoMethod, ownedMethods } from '../owned.ts';
import { addAction } from './schedule.ts';

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
    if (!call.caller.admin)
      refuseRestricted('VM', merging ? merge(before.userTemplate, given) : given, before.userTemplate);
    readDrill(given);
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
    if (!call.caller.admin) refuseRestrictedPart('VM', given, before.template);
    await call.parts.store.vms.update(id, (vm) => updateConf(vm, given, merging));
    return id;
  }),
  'one.vm.backup': method(['int', ['int', -1], ['boolean', false]], async (call, id, datastoreId, reset) => {
    const vm = await authorizedVm(call, id, 'backup');
    refuseInJob(vm);
    const to = await backupDatastore(call, vm, datastoreId, reset);
    refuseState(vm);
    const asked = { by: 'user' as const, uid: call.user.id };
    await call.scheduler.backup(id, { datastoreId: to, reset, unattended: false, asked });
    return id;
  }),
  'one.vm.backupplan': method(['int', ['int', -1], ['boolean', false]], async (call, id, datastoreId, reset) => {
    const vm = await authorizedVm(call, id, 'backup');
    refuseInJob(vm);
    const to = await backupDatastore(call, vm, datastoreId, reset);
    refuseState(vm);
    return backupPlanXml(await call.backups.preview(id, { datastoreId: to, reset, unattended: false }));
  }),
  'one.vm.eligibility': method(['int'], async (call, id) => {
    const vm = await authorized(call, VM, id, 'USE', IGNORES_LOCK);
    return eligibilityXml(await eligibility(call.parts.store, vm));
  }),
  'one.vm.backupcancel': method(['int'], async (call, id) => {
    const vm = await authorizedVm(call, id, 'backup-cancel');
    if (await call.scheduler.cancel(id)) return id;
    if (vm.lcmState === LCM.RESTORE) {
      await call.restores.inPlace.cancel(id);
      return id;
    }
    if (vm.lcmState !== LCM.BACKUP && vm.lcmState !== LCM.BACKUP_POWEROFF) {
      throw new OneError(CODE.INTERNAL, `Virtual machine ${id} has no backup in progress.`, { objectId: id });
    }
    call.backups.requireCancellable(id); // it says why not
    return id;
  }),
  'one.vm.restore': method(
    ['int', 'int', ['int', -1], ['int', -1], ['boolean', false]],
    async (call, id, imageId, incrementId, diskId, force) => {
      await authorizedVm(call, id, 'restore');
      const image = await authorized(call, IMAGE, imageId, 'USE');
      await authorized(call, DATASTORE, image.datastoreId, 'USE');
      const by = { uid: call.user.id, gid: call.user.gid };
      await call.restores.inPlace.start(id, image, { incrementId, diskId, force }, by);
      return id;
    },
  ),
  'one.vm.restoreinstant': method(['int', ['int', -1], ['string', '']], async (call, imageId, datastoreId, options) => {
    const image = await authorized(call, IMAGE, imageId, 'USE');
    await authorized(call, DATASTORE, image.datastoreId, 'USE');
    const destination = await imageDatastore(call, datastoreId);
    for (const resource of ['IMAGE', 'TEMPLATE', 'VM'] as const) requireCreate(call, resource);
    const wanted = options.trim() === '' ? [] : parseTemplate(options);
    const { instant } = call.restores;
    const vm = await instant.start(call.user, image, destination, wanted, (tx, template, name) =>
      makeVm(call, tx, withText(template, 'NAME', name), false, undefined, true),
    );
    call.tick.stir();
    return vm.id;
  }),
  'one.vm.restoreresume': method(['int'], async (call, id) => {
    call.restores.instant.resume(await authorizedVm(call, id, 'restore'));
    return id;
  }),
};

/** Where restored disks go, if the caller may use it: what is given, or for -1 the first enabled image datastore that she may use. */
async function imageDatastore(call: Call, datastoreId: number): Promise<Datastore> {
  if (datastoreId !== -1) return authorized(call, DATASTORE, datastoreId, 'USE');
  const all = await call.parts.store.datastores.list({ ascending: true });
  const found = all.find(
    (one) =>
      one.type === DATASTORE_TYPE.IMAGE_DS && one.state === 0 && allows(call.caller, 'USE', DATASTORE.target(one)),
  );
  if (found) return found;
  throw new OneError(CODE.ACTION, 'There is no enabled image datastore that you may use; name one with -d.');
}

/** Where a backup goes, if the caller may use it: what is given, else where the VM's chain is. */
async function backupDatastore(call: Call, vm: Vm, datastoreId: number, reset: boolean): Promise<number> {
  const { incrementalBackupId: chainId } = vm.backups.config;
  const chain = chainId < 0 ? undefined : await call.parts.store.images.find(chainId);
  const to = datastoreIdOf(vm, chain, { datastoreId, reset, unattended: false });
  await authorized(call, DATASTORE, to, 'USE');
  return to;
}

/** OpenNebula has a code of its own for a backup in a wrong state. */
function refuseState(vm: Vm): void {
  if (next('backup', vm)) return;
  throw new OneError(
    CODE.INTERNAL,
    `Virtual machine ${vm.id} is in state ${stateName(vm.state, vm.lcmState)}: backup is possible in RUNNING, POWEROFF.`,
    { objectId: vm.id },
  );
}

/**
 * Makes the record of a VM; the tick deploys it unless it is on hold. `granted` is the template it comes from, as far as an
 * administrator answers for it.
 */
export async function createVm(
  call: Call,
  template: Attributes,
  hold: boolean,
  from?: { nameBefore: string; granted: Attributes },
): Promise<Vm> {
  const vm = await call.parts.store.transaction((tx) => makeVm(call, tx, template, hold, from));
  call.tick.stir();
  call.scheduler.stir();
  return vm;
}

/** `coming`: its images are being made, and count as if they were there. */
async function makeVm(
  call: Call,
  tx: Store,
  template: Attributes,
  hold: boolean,
  from?: { nameBefore: string; granted: Attributes },
  coming = false,
): Promise<Vm> {
  const { parts, user } = call;
  if (!from) requireCreate(call, 'VM'); // whoever may use a template may have its VM, as in OpenNebula
  if (!call.caller.admin) refuseUngranted('VM', template, from?.granted ?? []);
  const { permissions, ...owner } = ownedBy(user);
  const imports = text(template, IMPORT_VM_ID) !== undefined;
  if (imports) requireHostAdmin(call);
  // what an imported VM has are files and networks of its host, whatever they are called
  const images = imports ? new Map<Vector, Image>() : await namedImages(call, tx, template);
  const networks = imports ? new Map<Vector, VirtualNetwork>() : await namedNetworks(call, tx, template);
  const add = imports ? addImport : addVm;
  const made = await add(tx, {
    template,
    owner,
    findImage: (disk) => {
      const image = images.get(disk);
      return image && coming ? { ...image, state: IMAGE_STATE.READY } : image;
    },
    findNetwork: (nic) => networks.get(nic),
    hold,
    nowSec: nowSec(parts.clock),
    permissions,
    ...(from && { nameBefore: from.nameBefore }),
  });
  const place = { parent: { type: 'VM' as const, id: made.id }, startSec: made.stime };
  for (const vector of vectors(template, 'SCHED_ACTION')) await addAction(call, tx, place, vector);
  return made;
}

/** An import reads any file that a domain of a host has. */
function requireHostAdmin(call: Call): void {
  if (mayAnyOf(call.caller, 'ADMIN', 'HOST')) return;
  throw new OneError(CODE.AUTHORIZATION, `${IMPORT_VM_ID} imports a domain as it is, which takes ADMIN on HOST/*.`);
}
