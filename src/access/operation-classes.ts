// Which right over a VM an operation takes. Administrators move operations between the classes with VM_USE_OPERATIONS,
// VM_MANAGE_OPERATIONS and VM_ADMIN_OPERATIONS of a user or a group. Pure.
import type { Right } from '../model/acl.ts';
import { text, type Attributes } from '../model/attributes.ts';
import { CODE, OneError } from '../model/errors.ts';

export type OperationClass = Exclude<Right, 'CREATE'>;

/** ADMIN comes first: an operation that one source puts into two classes is in the stricter one. */
const CLASSES: readonly OperationClass[] = ['ADMIN', 'MANAGE', 'USE'];

const DEFAULTS = new Map<string, OperationClass>([
  ...classed('ADMIN', 'migrate delete recover retry deploy resched backup restore'),
  ...classed(
    'MANAGE',
    'undeploy hold release stop suspend resume reboot poweroff disk-attach nic-attach disk-snapshot terminate disk-resize ' +
      'snapshot updateconf rename resize update disk-saveas sched-action sg-attach pci-attach vmgroup exec',
  ),
]);

/** Words that clients have for the operations of a class's one word: attaching a disk and detaching it are one operation. */
const SAME_AS = new Map([
  ['live-migrate', 'migrate'],
  ['delete-recreate', 'delete'],
  ['unresched', 'resched'],
  ['backup-cancel', 'backup'],
  ['terminate-hard', 'terminate'],
  ['undeploy-hard', 'undeploy'],
  ['poweroff-hard', 'poweroff'],
  ['reboot-hard', 'reboot'],
  ['disk-detach', 'disk-attach'],
  ['nic-detach', 'nic-attach'],
  ['nic-update', 'nic-attach'],
  ['pci-detach', 'pci-attach'],
  ['sg-detach', 'sg-attach'],
  ['exec-cancel', 'exec'],
  ['exec-retry', 'exec'],
  ['sched-add', 'sched-action'],
  ['sched-update', 'sched-action'],
  ['sched-delete', 'sched-action'],
]);
const FAMILY = /^(disk-snapshot|snapshot)-(create|delete|revert|rename)$/;

/** The first of the user's, the group's and OpenNebula's lists that names the operation says which right it takes. */
export function rightOf(action: string, templates: { user: Attributes; group: Attributes }): OperationClass {
  const operation = SAME_AS.get(action) ?? FAMILY.exec(action)?.[1] ?? action;
  const usual = DEFAULTS.get(operation);
  if (usual === undefined) {
    throw new OneError(CODE.ACTION, `"${action}" is no operation of a virtual machine; there are ${known()}.`);
  }
  return classIn(templates.user, operation) ?? classIn(templates.group, operation) ?? usual;
}

/** The operations that take a right when nobody has said otherwise, as a list. */
export function usualOperations(right: OperationClass): string {
  return [...DEFAULTS].flatMap(([operation, each]) => (each === right ? [operation] : [])).join(', ');
}

/** Throws when a list names an operation that does not exist: it would silently give or take nothing. */
export function checkOperationLists(template: Attributes): void {
  for (const [name, value] of template) {
    if (!CLASSES.some((each) => name === listName(each))) continue;
    if (typeof value !== 'string') {
      throw new OneError(
        CODE.INTERNAL,
        `${name} is a list of operations with commas between, such as "backup, restore".`,
      );
    }
    const unknown = words(value).find((word) => !DEFAULTS.has(word));
    if (unknown === undefined) continue;
    throw new OneError(CODE.INTERNAL, `${name} names "${unknown}", which is no operation; there are ${known()}.`);
  }
}

function classIn(template: Attributes, operation: string): OperationClass | undefined {
  return CLASSES.find((each) => words(text(template, listName(each)) ?? '').includes(operation));
}

function listName(each: OperationClass): string {
  return `VM_${each}_OPERATIONS`;
}

function words(list: string): string[] {
  return list
    .split(',')
    .map((word) => word.trim().toLowerCase())
    .filter((word) => word !== '');
}

function classed(right: OperationClass, operations: string): Array<[string, OperationClass]> {
  return operations.split(' ').map((operation) => [operation, right]);
}

function known(): string {
  return [...DEFAULTS.keys()].join(', ');
}
