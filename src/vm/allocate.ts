// How a template becomes a VM record: what belongs to the system, what stays the user's, which disks it gets. Pure.
import { CODE, OneError } from '../model/errors.ts';
import { field, text, vectors, type Attributes, type Vector } from '../model/attributes.ts';
import { DEFAULT_BACKUP_CONFIG, readBackupConfig } from '../model/backup-config.ts';
import { checkName } from '../model/names.ts';
import { permissionsFromOctet } from '../model/permissions.ts';
import type { Image } from '../model/image.ts';
import { LCM, VM_STATE, type Vm } from '../model/vm.ts';
import { makeDisk } from './disks.ts';

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
const CONSUMED = new Set(['NAME', 'BACKUP_CONFIG']);

export interface Owner {
  uid: number;
  gid: number;
  uname: string;
  gname: string;
}

/** Image that a DISK names, by IMAGE_ID or by IMAGE and IMAGE_UNAME. */
export type FindImage = (disk: Vector) => Image | undefined;

export function allocateVm(
  id: number,
  template: Attributes,
  owner: Owner,
  findImage: FindImage,
  hold: boolean,
  nowSec: number,
  /** Begins the name of a VM that is given none; its id follows. */
  nameBefore = 'one',
): Vm {
  refuseTexts(template, ['DISK', 'BACKUP_CONFIG']);
  const backupConfig = vectors(template, 'BACKUP_CONFIG')[0];
  return {
    id,
    ...owner,
    name: checkName(text(template, 'NAME') ?? `${nameBefore}-${id}`),
    permissions: permissionsFromOctet(0o600),
    state: hold ? VM_STATE.HOLD : VM_STATE.PENDING,
    lcmState: LCM.LCM_INIT,
    prevState: VM_STATE.INIT,
    prevLcmState: LCM.LCM_INIT,
    lastPoll: 0,
    stime: nowSec,
    etime: 0,
    deployId: '',
    monitoring: [],
    template: systemTemplate(id, template, findImage),
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

function systemTemplate(id: number, template: Attributes, findImage: FindImage): Attributes {
  positive(template, 'CPU', /^\d+(\.\d+)?$/);
  positive(template, 'MEMORY', /^\d+$/);
  if (text(template, 'VCPU') !== undefined) positive(template, 'VCPU', /^\d+$/);
  const used = new Set(vectors(template, 'DISK').flatMap((disk) => field(disk, 'TARGET') ?? []));
  const taken = new Set<string>();
  const persistent = new Set<number>();
  let diskId = 0;
  const system = template
    .filter(([name]) => SYSTEM_ATTRIBUTES.has(name))
    .map(([name, value]): Attributes[number] => {
      if (name !== 'DISK' || typeof value === 'string') return [name, value];
      // names that other disks ask for are not given away, and the disk's own wish is no clash with itself
      const wish = field(value, 'TARGET');
      const others = new Set([...taken, ...[...used].filter((target) => target !== wish)]);
      const image = findImage(value);
      if (image?.persistent) refuseSecondUse(image, persistent);
      const disk = makeDisk(value, diskId++, image, wish === undefined ? others : new Set(taken));
      taken.add(field(disk, 'TARGET') ?? '');
      return [name, disk];
    });
  return [...system, ['VMID', String(id)]];
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
