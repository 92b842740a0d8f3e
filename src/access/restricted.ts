// Attributes that only administrators may set, because they reach into the host, the network, the bill or the rights of others. Pure.
import { merge, type Attributes, type Vector } from '../model/attributes.ts';
import { CODE, OneError } from '../model/errors.ts';

const NIC_PLACE = ['MAC', 'VLAN_ID', 'BRIDGE'];
const NIC_RATES = ['INBOUND_AVG_BW', 'INBOUND_PEAK_BW', 'INBOUND_PEAK_KB'].flatMap((name) => [
  name,
  name.replace('INBOUND', 'OUTBOUND'),
]);
const NIC_ORIGIN = ['OPENNEBULA_MANAGED', 'EXTERNAL'];
const DISK_RATES = ['BYTES', 'IOPS'].flatMap((unit) =>
  ['TOTAL', 'READ', 'WRITE'].flatMap((way) => {
    const rate = `${way}_${unit}_SEC`;
    return [rate, `${rate}_MAX`, `${rate}_MAX_LENGTH`];
  }),
);
/** Where a disk comes from, past the rights over an image; and what the image had. */
const DISK_ORIGIN = ['SOURCE', 'OPENNEBULA_MANAGED', 'ORIGINAL_SIZE', 'SIZE_PREV'];
const within = (vector: string, names: readonly string[]): string[] => names.map((name) => `${vector}/${name}`);

/** `NAME` is an attribute as a whole, text or vector; `NAME/PART` one part of every such vector. RAW is XML for libvirt. */
export const VM_RESTRICTED: readonly string[] = [
  'CONTEXT/FILES',
  ...within('NIC', [...NIC_PLACE, 'FILTER', ...NIC_RATES, ...NIC_ORIGIN]),
  ...within('NIC_ALIAS', [...NIC_PLACE, ...NIC_RATES, ...NIC_ORIGIN]),
  ...within('NIC_DEFAULT', [...NIC_PLACE, 'FILTER', ...NIC_RATES, 'EXTERNAL']),
  ...within('DISK', [...DISK_RATES, ...DISK_ORIGIN]),
  ...within('USER_INPUTS', ['CPU', 'MEMORY', 'VCPU']),
  // files of the host, which the guest would read
  ...within('OS', ['KERNEL', 'INITRD', 'FIRMWARE']),
  ...within('TOPOLOGY', ['PIN_POLICY', 'HUGEPAGE_SIZE']),
  ...['DEPLOY_ID', 'CPU_COST', 'MEMORY_COST', 'DISK_COST', 'PCI', 'EMULATOR', 'RAW', 'USER_PRIORITY'],
];
/** BACKUP_JOB_ID says in which repository a backup lies. */
export const IMAGE_RESTRICTED: readonly string[] = ['SOURCE', 'BACKUP_JOB_ID'];
export const USER_RESTRICTED: readonly string[] = ['VM_USE_OPERATIONS', 'VM_MANAGE_OPERATIONS', 'VM_ADMIN_OPERATIONS'];
export const GROUP_RESTRICTED: readonly string[] = USER_RESTRICTED;

const RESTRICTED = {
  VM: VM_RESTRICTED,
  IMAGE: IMAGE_RESTRICTED,
  USER: USER_RESTRICTED,
  GROUP: GROUP_RESTRICTED,
} as const;
export type RestrictedKind = keyof typeof RESTRICTED;

/**
 * For callers who are no administrators: throws when `template`, as the whole would be afterwards, has other restricted values
 * than `before`, which is empty for a new object. So what an administrator has set can be kept, but not changed or dropped.
 */
export function refuseRestricted(kind: RestrictedKind, template: Attributes, before: Attributes = []): void {
  for (const name of RESTRICTED[kind]) {
    if (sameValues(valuesOf(template, name), valuesOf(before, name))) continue;
    throw forAdministrators(kind, name);
  }
}

function forAdministrators(kind: RestrictedKind, name: string): OneError {
  return new OneError(
    CODE.AUTHORIZATION,
    `The restricted attribute ${name} of the ${kind} template can be set, changed and removed by administrators only.`,
    { hint: 'Leave it as it is, or ask a member of the group oneadmin.' },
  );
}

/** For a new object: every restricted value must be among those `granted`, which an administrator has set elsewhere. */
export function refuseUngranted(kind: RestrictedKind, template: Attributes, granted: Attributes): void {
  for (const name of RESTRICTED[kind]) {
    const known = new Set(valuesOf(granted, name));
    if (valuesOf(template, name).some((value) => !known.has(value))) throw forAdministrators(kind, name);
  }
}

/** The same for an update that leaves alone what it does not mention; `given` is the update, not the whole. */
export function refuseRestrictedPart(kind: RestrictedKind, given: Attributes, before: Attributes): void {
  refuseRestricted(kind, merge(before, given), before);
}

/** Every value of the attribute, in an order of their own. */
function valuesOf(template: Attributes, path: string): string[] {
  const [name = '', part] = path.split('/');
  const named = template.filter(([key]) => key === name).map(([, value]) => value);
  const values =
    part === undefined ? named.map((value) => JSON.stringify(value)) : named.flatMap((v) => parts(v, part));
  return values.sort();
}

function parts(value: string | Vector, part: string): string[] {
  if (typeof value === 'string') return [];
  // UEFI is a wish, a path is a file of the host
  const counts = ([name, text]: Vector[number]): boolean =>
    name === part && (part !== 'FIRMWARE' || text.includes('/'));
  return value.filter(counts).map(([, text]) => text);
}

function sameValues(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((value, index) => value === other[index]);
}
