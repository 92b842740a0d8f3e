// Which attributes vanish when a VM comes back as a template: those the system had put there, listed below as OpenNebula's
// manual lists them. Pure. What is needed to instantiate the template again stays, and no attribute is left empty.
import { field, type Attribute, type Attributes, type Vector } from '../model/attributes.ts';

/** Sub-attributes that vanish, by the attribute they are in. */
export const STRIPPED_FIELDS: Readonly<Record<string, readonly string[]>> = {
  DISK: [
    ...['ALLOW_ORPHANS', 'CLONE', 'CLONE_TARGET', 'CLUSTER_ID', 'DATASTORE', 'DATASTORE_ID'],
    ...['DEV_PREFIX', 'DISK_SNAPSHOT_TOTAL_SIZE', 'DISK_TYPE', 'DRIVER', 'IMAGE', 'IMAGE_ID'],
    ...['IMAGE_STATE', 'IMAGE_UID', 'IMAGE_UNAME', 'LN_TARGET', 'OPENNEBULA_MANAGED'],
    ...['ORIGINAL_SIZE', 'PERSISTENT', 'READONLY', 'SAVE', 'SIZE', 'SOURCE', 'TARGET', 'TM_MAD', 'TYPE', 'FORMAT'],
  ],
  NIC: [
    ...['AR_ID', 'BRIDGE', 'BRIDGE_TYPE', 'CLUSTER_ID', 'NAME', 'NETWORK_ID', 'NIC_ID'],
    ...['TARGET', 'VLAN_ID', 'VN_MAD', 'MAC', 'VLAN_TAGGED_ID', 'PHYDEV'],
  ],
  GRAPHICS: ['PORT'],
  CONTEXT: ['DISK_ID'],
  NUMA_NODE: ['CPUS', 'MEMORY_NODE_ID', 'NODE_ID'],
  PCI: [
    ...['ADDRESS', 'BUS', 'DOMAIN', 'FUNCTION', 'NUMA_NODE', 'PCI_ID', 'SLOT', 'VM_ADDRESS'],
    ...['VM_BUS', 'VM_DOMAIN', 'VM_FUNCTION', 'VM_SLOT'],
  ],
  // Not in the manual: two domains cannot have one UUID, and the restored VM starts its own chain.
  OS: ['UUID'],
  BACKUP_CONFIG: [
    ...['ACTIVE_FLATTEN', 'BACKUP_JOB_ID', 'INCREMENTAL_BACKUP_ID', 'LAST_BACKUP_ID', 'LAST_BACKUP_SIZE'],
    ...['LAST_DATASTORE_ID', 'LAST_INCREMENT_ID'],
  ],
};

/** Attributes that vanish as a whole. */
export const STRIPPED: readonly string[] = [
  'AUTOMATIC_DS_REQUIREMENTS',
  'AUTOMATIC_NIC_REQUIREMENTS',
  'AUTOMATIC_REQUIREMENTS',
  'VMID',
  'TEMPLATE_ID',
  'TM_MAD_SYSTEM',
  'SECURITY_GROUP_RULE',
  'ERROR',
];

/** Context of network interfaces, as in ETH0_IP or PCI1_ADDRESS; METHOD and ETHERNET are other names. */
const INTERFACE_CONTEXT = /^(ETH|PCI)(\d|_|$)/;
const ADDRESSES = ['IP', 'IP6', 'IP6_ULA', 'IP6_GLOBAL', 'MAC'];
/** What makes a volatile disk again, and what names an image that is not in the backup. */
const VOLATILE_KEEPS = ['TYPE', 'SIZE', 'FORMAT'];
const IMAGE_BY_ID = ['IMAGE_ID'];
const IMAGE_BY_NAME = ['IMAGE', 'IMAGE_UNAME', 'IMAGE_UID'];

export interface StripOptions {
  /** Image that each restored disk becomes, by disk id. */
  imageIds: ReadonlyMap<number, number>;
  /** Drop the addresses of NICs. */
  noIp: boolean;
  /** Drop all NICs. */
  noNic: boolean;
  /** Drop what the VM's backups were to be like. */
  noBackupConfig?: boolean;
}

/** The template a restored VM gets, from the VM's TEMPLATE with its USER_TEMPLATE over it. */
export function stripTemplate(template: Attributes, options: StripOptions): Attributes {
  return template
    .filter(([name]) => !STRIPPED.includes(name) && !(options.noNic && isNic(name)))
    .filter(([name]) => !(options.noBackupConfig === true && name === 'BACKUP_CONFIG'))
    .map((attribute) => stripAttribute(attribute, options))
    .filter(([, value]) => value.length > 0);
}

function stripAttribute([name, value]: Attribute, options: StripOptions): Attribute {
  if (typeof value === 'string') return [name, value];
  return [name, stripVector(name, value, options).filter(([, text]) => text !== '')];
}

function stripVector(name: string, vector: Vector, options: StripOptions): Vector {
  if (name === 'DISK') return stripDisk(vector, options.imageIds);
  if (isNic(name)) return without(vector, [...fieldsOf('NIC'), ...(options.noIp ? ADDRESSES : [])]);
  if (name === 'CONTEXT') return without(vector, fieldsOf(name)).filter(([key]) => !INTERFACE_CONTEXT.test(key));
  return without(vector, fieldsOf(name));
}

function stripDisk(disk: Vector, imageIds: ReadonlyMap<number, number>): Vector {
  const imageId = imageIds.get(Number(field(disk, 'DISK_ID') ?? NaN));
  const keeps = imageId === undefined ? neededAgain(disk) : [];
  const rest = without(disk, ['DISK_ID', ...fieldsOf('DISK').filter((name) => !keeps.includes(name))]);
  return imageId === undefined ? rest : [['IMAGE_ID', String(imageId)], ...rest];
}

/** Swap and other volatile disks are made anew; a CD-ROM, or an image that was not backed up, is used again. */
function neededAgain(disk: Vector): readonly string[] {
  if (field(disk, 'IMAGE_ID')) return IMAGE_BY_ID;
  return field(disk, 'IMAGE') ? IMAGE_BY_NAME : VOLATILE_KEEPS;
}

function without(vector: Vector, names: readonly string[]): Vector {
  return vector.filter(([key]) => !names.includes(key));
}

function fieldsOf(name: string): readonly string[] {
  return STRIPPED_FIELDS[name] ?? [];
}

function isNic(name: string): boolean {
  return name === 'NIC' || name === 'NIC_ALIAS';
}
