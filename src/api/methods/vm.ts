// one.vm.* and one.vmpool.*
import { needAdmin, need } from '../../access/permissions.ts';
import { field, merge, vectors, type Attributes } from '../../model/attributes.ts';
import { DEFAULT_BACKUP_CONFIG, readBackupConfig } from '../../model/backup-config.ts';
import { CODE, OneError } from '../../model/errors.ts';
import type { Image } from '../../model/image.ts';
import type { User } from '../../model/user.ts';
import { LCM, VM_STATE, type Vm } from '../../model/vm.ts';
import type { Filter, Store } from '../../store/store.ts';
import { allocateVm, refuseTexts } from '../../vm/allocate.ts';
import { nowSec } from '../../vm/parts.ts';
import { ACTIONS, next, stateName, type Action } from '../../vm/states.ts';
import { holdImages } from '../../vm/uses.ts';
import { parseTemplate } from '../../wire/template-text.ts';
import { vmPoolXml, vmXml } from '../../wire/documents/vm.ts';
import { appendFlag } from '../flags.ts';
import { method, type Call, type MethodTable } from '../method.ts';
import { visible } from '../pool.ts';

/** Actions of one.vm.action; deploy and backup have methods of their own. */
const BY_ACTION = new Set<string>(ACTIONS.filter((action) => action !== 'deploy' && action !== 'backup'));
const UPDATABLE = new Set(['OS', 'FEATURES', 'INPUT', 'GRAPHICS', 'VIDEO', 'RAW', 'CONTEXT', 'CPU_MODEL']);

const pool = (extended: boolean): MethodTable[string] =>
  method(['int', 'int', 'int', ['int', -1], ['string', '']], async ({ parts, user }, flag, start, end, state) =>
    vmPoolXml(await visible(parts.store.vms, user, flag, start, end, stateFilter(state)), extended),
  );

export const vmMethods: MethodTable = {
  'one.vm.allocate': method(['string', ['boolean', false]], async (call, template, hold) => {
    const vm = await createVm(call, parseTemplate(template), hold);
    return vm.id;
  }),
  'one.vm.info': method(['int', ['boolean', false]], async ({ parts, user }, id) =>
    vmXml(await vmFor(parts.store, user, id, 'USE')),
  ),
  'one.vm.action': method(['string', 'int'], async (call, name, id) => {
    await vmFor(call.parts.store, call.user, id, 'MANAGE');
    if (!BY_ACTION.has(name)) {
      throw new OneError(CODE.ACTION, `Action "${name}" is not known; it must be one of ${[...BY_ACTION].join(', ')}.`);
    }
    await call.vms.act(name as Action, id);
    call.tick.wake();
    return id;
  }),
  'one.vm.deploy': method(
    ['int', 'int', ['boolean', false], ['int', -1], ['string', '']],
    async ({ parts, user, vms }, id, hostId, _enforce, datastoreId) => {
      needAdmin(user, `ADMIN VM [${id}]`);
      await parts.store.vms.get(id);
      const host = await parts.store.hosts.get(hostId);
      await vms.deploy(id, host, datastoreId);
      return id;
    },
  ),
  'one.vm.update': method(['int', 'string', ['int', 0]], async ({ parts, user }, id, template, append) => {
    await vmFor(parts.store, user, id, 'MANAGE');
    const given = parseTemplate(template);
    const merging = appendFlag(append);
    await parts.store.vms.update(id, (vm) => void (vm.userTemplate = merging ? merge(vm.userTemplate, given) : given));
    return id;
  }),
  'one.vm.updateconf': method(['int', 'string', ['int', 0]], async ({ parts, user }, id, template, append) => {
    await vmFor(parts.store, user, id, 'MANAGE');
    const given = parseTemplate(template);
    const merging = appendFlag(append);
    await parts.store.vms.update(id, (vm) => updateConf(vm, given, merging));
    return id;
  }),
  'one.vm.backup': method(
    ['int', ['int', -1], ['boolean', false]],
    async ({ parts, user, backups }, id, datastoreId) => {
      const vm = await parts.store.vms.find(id);
      needAdmin(user, `ADMIN VM [${id}]`);
      if (!vm) throw new OneError(CODE.NO_EXISTS, `Error getting virtual machine [${id}].`, { objectId: id });
      if (datastoreId < 0) throw new OneError(CODE.ACTION, 'No datastore was given; name a backup datastore with -d.');
      await backups.start(id, datastoreId);
      return id;
    },
  ),
  'one.vm.recover': method(['int', 'int'], async (call, id, operation) => {
    needAdmin(call.user, `ADMIN VM [${id}]`);
    return recover(call, id, operation);
  }),
  'one.vmpool.info': pool(false),
  'one.vmpool.infoextended': pool(true),
};

function stateFilter(state: number): Filter {
  if (state === -2) return {};
  if (state === -1) return { notState: VM_STATE.DONE };
  if (Object.values<number>(VM_STATE).includes(state)) return { states: [state] };
  throw new OneError(CODE.XML_RPC_API, `VM state ${state} is not known; -2 is any, -1 any but DONE.`);
}

async function vmFor(store: Store, user: User, id: number, right: 'USE' | 'MANAGE'): Promise<Vm> {
  const vm = await store.vms.get(id);
  need(user, vm, right, 'VM');
  return vm;
}

/** Makes the record of a VM; the tick deploys it unless it is on hold. */
export async function createVm(call: Call, template: Attributes, hold: boolean, nameBefore?: string): Promise<Vm> {
  const { parts, user, tick } = call;
  const owner = { uid: user.id, gid: user.gid, uname: user.name, gname: user.gname };
  const vm = await parts.store.transaction(async (tx) => {
    const images = await namedImages(tx, template, user);
    const created = await tx.vms.allocate((id) =>
      allocateVm(id, template, owner, (disk) => images.get(disk), hold, nowSec(parts.clock), nameBefore),
    );
    await holdImages(tx, created);
    return created;
  });
  tick.wake();
  return vm;
}

/** The images that DISKs name by IMAGE_ID, or by IMAGE with IMAGE_UNAME (the caller's own by default). */
async function namedImages(store: Store, template: Attributes, user: User): Promise<Map<Attributes[number][1], Image>> {
  const found = new Map<Attributes[number][1], Image>();
  for (const disk of vectors(template, 'DISK')) {
    const id = field(disk, 'IMAGE_ID') || undefined;
    const name = field(disk, 'IMAGE') || undefined;
    if (id === undefined && name === undefined) continue;
    const image =
      id === undefined
        ? (await store.images.list({ name: name ?? '' })).find(
            ({ uname }) => uname === (field(disk, 'IMAGE_UNAME') ?? user.name),
          )
        : await store.images.find(/^\d{1,9}$/.test(id) ? Number(id) : -1);
    if (!image) throw new OneError(CODE.NO_EXISTS, `Error getting image [${id ?? name}], which a DISK names.`);
    need(user, image, 'USE', 'IMAGE');
    found.set(disk, image);
  }
  return found;
}

function updateConf(vm: Vm, given: Attributes, append: boolean): void {
  if (vm.operationId !== null || vm.state === VM_STATE.DONE) {
    const state = stateName(vm.state, vm.lcmState);
    throw new OneError(
      CODE.INTERNAL,
      `Virtual machine ${vm.id} is in state ${state}: its configuration cannot be changed now.`,
    );
  }
  refuseTexts(given, ['BACKUP_CONFIG']);
  const backup = vectors(given, 'BACKUP_CONFIG')[0];
  if (backup) {
    const { incrementalBackupId, lastIncrementId } = vm.backups.config;
    const base = append ? vm.backups.config : { ...DEFAULT_BACKUP_CONFIG, incrementalBackupId, lastIncrementId };
    vm.backups = { ...vm.backups, configured: true, config: readBackupConfig(backup, base) };
  }
  vm.template = merge(
    vm.template,
    given.filter(([name]) => UPDATABLE.has(name)),
  );
}

/** By OpenNebula's numbers. */
const RECOVERIES = ['failure', 'success', 'retry', 'delete', 'recreate', 'delete-db'];
const RECOVERABLE =
  'Possible are failure in BACKUP and BACKUP_POWEROFF, retry in BOOT_FAILURE and PROLOG_FAILURE, and delete wherever terminate is.';

/** Recover of a VM that is in a backup: 0 ends the run as failed; of one whose boot or prolog failed: 2 tries again. */
async function recover(call: Call, id: number, operation: number): Promise<number> {
  const vm = await call.parts.store.vms.get(id);
  const inBackup = vm.lcmState === LCM.BACKUP || vm.lcmState === LCM.BACKUP_POWEROFF;
  if (inBackup && operation === 0) {
    await call.backups.stop(id);
    return id;
  }
  if (operation === 2 && next('resume', vm) && vm.lcmState === LCM.BOOT_FAILURE) {
    await call.vms.act('resume', id);
    return id;
  }
  if (operation === 2 && vm.lcmState === LCM.PROLOG_FAILURE) {
    const record = vm.history.at(-1);
    if (record) await call.vms.deploy(id, await call.parts.store.hosts.get(record.hid));
    return id;
  }
  if (operation === 3 && next('terminate-hard', vm)) {
    await call.vms.act('terminate-hard', id);
    return id;
  }
  const name = RECOVERIES[operation];
  if (name === undefined) {
    const known = RECOVERIES.map((known, number) => `${number} (${known})`).join(', ');
    throw new OneError(CODE.XML_RPC_API, `Recover ${operation} is not known; it must be one of ${known}.`);
  }
  const state = stateName(vm.state, vm.lcmState);
  throw new OneError(
    CODE.ACTION,
    `Virtual machine ${id} is in state ${state}: recover ${operation} (${name}) is not possible in it. ${RECOVERABLE}`,
    { objectId: id },
  );
}
