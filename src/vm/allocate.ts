// How a template becomes a VM record: what belongs to the system, what stays the user's, which disks and NICs it gets. Pure.
import { CODE, OneError } from '../model/errors.ts';
import { field, text, vectors, type Attributes, type Vector } from '../model/attributes.ts';
import { DEFAULT_BACKUP_CONFIG, readBackupConfig } from '../model/backup-config.ts';
import { checkName } from '../model/names.ts';
import { permissionsFromOctet, type Permissions } from '../model/permissions.ts';
import type { Image } from '../model/image.ts';
import { LCM, VM_STATE, type Vm } from '../model/vm.ts';
import { makeDisk } from './disks.ts';
import { incrementsRefused } from './increment-ability.ts';
import { makeNic, refuseUnofferedNics, type FindNetwork } from './nics.ts';

/** Attributes that make up a VM's TEMPLATE; all others are the user's and go to USER_TEMPLATE unchanged. */
const SYSTEM_ATTRIBUTES = new Set([
  'CPU',
  'VCPU',
  'MEMORY',
  'DISK',
  'NIC',
  'NIC_ALIAS',
  'NIC_DEFAULT',
  'OS',
  'FEATURES',
  'INPUT',
  'GRAPHICS',
  'VIDEO',
  'RAW',
  'CONTEXT',
  'CPU_MODEL',
  'PCI',
  'TOPOLOGY',
  'NUMA_NODE',
  'TPM',
  'TEMPLATE_ID',
]);
/** Read from the template into other places of the record. */
const CONSUMED = new Set(['NAME', 'BACKUP_CONFIG', 'SCHED_ACTION']);

export interface Owner {
  uid: number;
  gid: number;
  uname: string;
  gname: string;
}

/** Image that a DISK names, by IMAGE_ID or by IMAGE and IMAGE_UNAME. */
export type FindImage = (disk: Vector) => Image | undefined;

/** What a new VM is made of. */
export interface VmOrder {
  template: Attributes;
  owner: Owner;
  findImage: FindImage;
  findNetwork: FindNetwork;
  /** It waits for a release instead of a host. */
  hold: boolean;
  nowSec: number;
  /** Begins the name of a VM that is given none; its id follows. `one` when left out. */
  nameBefore?: string;
  /** Its owner's alone when left out. */
  permissions?: Permissions;
  /** It is taken over as it is: its disks are files that are no images, its NICs are on no network of ours. */
  imported?: boolean;
}

/** The record; NICs have no addresses yet. */
export function allocateVm(id: number, order: VmOrder): Vm {
  const vm = record(id, order);
  const why = incrementsRefused(vm);
  if (why === undefined) return vm;
  const what = 'Error allocating a new virtual machine. BACKUP_CONFIG/MODE="INCREMENT" is not possible for it';
  throw new OneError(CODE.ALLOCATE, `${what}: ${why}`);
}

function record(id: number, order: VmOrder): Vm {
  const { template, owner, nowSec } = order;
  refuseTexts(template, ['DISK', 'NIC', 'BACKUP_CONFIG', 'SCHED_ACTION']);
  const backupConfig = vectors(template, 'BACKUP_CONFIG')[0];
  return {
    id,
    ...owner,
    name: checkName(text(template, 'NAME') ?? `${order.nameBefore ?? 'one'}-${id}`),
    permissions: order.permissions ?? permissionsFromOctet(0o600),
    state: order.hold ? VM_STATE.HOLD : VM_STATE.PENDING,
    lcmState: LCM.LCM_INIT,
    prevState: VM_STATE.INIT,
    prevLcmState: LCM.LCM_INIT,
    lastPoll: 0,
    stime: nowSec,
    etime: 0,
    deployId: '',
    ...(order.imported && { imported: true }),
    highestIds: {
      disk: vectors(template, 'DISK').length - 1,
      nic: vectors(template, 'NIC').length - 1,
      snapshot: -1,
    },
    monitoring: [],
    template: systemTemplate(id, order),
    userTemplate: template.filter(([name]) => !SYSTEM_ATTRIBUTES.has(name) && !CONSUMED.has(name)),
    history: [],
    backups: {
      configured: backupConfig !== undefined,
      config: backupConfig ? readBackupConfig(backupConfig) : DEFAULT_BACKUP_CONFIG,
      ids: [],
    },
    operationId: null,
  };
}

function systemTemplate(id: number, order: VmOrder): Attributes {
  const { template, imported = false } = order;
  positive(template, 'CPU', /^\d+(\.\d+)?$/);
  positive(template, 'MEMORY', /^\d+$/);
  if (text(template, 'VCPU') !== undefined) positive(template, 'VCPU', /^\d+$/);
  const disks = makeDisks(vectors(template, 'DISK'), order.findImage, imported);
  const nics = makeNics(id, template, order.findNetwork, imported);
  const system = template
    .filter(([name]) => SYSTEM_ATTRIBUTES.has(name))
    .map(([name, value]): Attributes[number] => {
      const made = typeof value === 'string' ? undefined : (disks.get(value) ?? nics.get(value));
      return [name, made ?? value];
    });
  return [...system, ['VMID', String(id)]];
}

/** By the vectors that ask for them. */
function makeDisks(wanted: Vector[], findImage: FindImage, imported: boolean): Map<Vector, Vector> {
  const used = new Set(wanted.flatMap((disk) => field(disk, 'TARGET') ?? []));
  const taken = new Set<string>();
  const persistent = new Set<number>();
  return new Map(
    wanted.map((given, diskId) => {
      // names that other disks ask for are not given away, and the disk's own wish is no clash with itself
      const wish = field(given, 'TARGET');
      const others = new Set([...taken, ...[...used].filter((target) => target !== wish)]);
      const image = findImage(given);
      if (image?.persistent) refuseSecondUse(image, persistent);
      const disk = makeDisk(given, diskId, image, wish === undefined ? others : new Set(taken), imported);
      taken.add(field(disk, 'TARGET') ?? '');
      return [given, disk];
    }),
  );
}

/** By the vectors that ask for them. An imported VM's stay on whatever bridge they are on. */
function makeNics(
  vmId: number,
  template: Attributes,
  findNetwork: FindNetwork,
  imported: boolean,
): Map<Vector, Vector> {
  const defaults = vectors(template, 'NIC_DEFAULT')[0];
  if (!imported) refuseUnofferedNics(template);
  return new Map(
    vectors(template, 'NIC').map((nic, nicId) => [
      nic,
      imported
        ? [...nic.filter(([name]) => name !== 'NIC_ID'), ['NIC_ID', String(nicId)]]
        : makeNic(nic, vmId, nicId, findNetwork(nic), defaults),
    ]),
  );
}

function positive(template: Attributes, name: string, shape: RegExp): void {
  const value = text(template, name) ?? '';
  if (shape.test(value) && Number(value) > 0) return;
  const given = value === '' ? `${name} is missing` : `${name}="${value}" is not right`;
  throw new OneError(CODE.ALLOCATE, `Error allocating a new virtual machine. ${given}; it must be a number above 0.`);
}

/** Two disks that write to one file would destroy it. */
function refuseSecondUse(image: Image, used: Set<number>): void {
  if (used.has(image.id)) {
    const name = `Image ${image.id} (${image.name})`;
    throw new OneError(CODE.ALLOCATE, `${name} is persistent, so only one DISK may use it; two of this VM do.`);
  }
  used.add(image.id);
}

/** Throws when one of these attributes, which are vectors, was given as a text: it would be lost silently. */
export function refuseTexts(template: Attributes, names: readonly string[]): void {
  for (const name of names) {
    const given = text(template, name);
    if (given === undefined || given === '') continue;
    throw new OneError(CODE.INTERNAL, `${name}="${given}" is not right; it must be a vector: ${name}=[ ... ].`);
  }
}
