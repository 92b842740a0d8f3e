// BACKUP_VMS_SELECT of a backup job: which VMs are backed up because of what they are, beside those that BACKUP_VMS lists. Pure.
import { field, text, vectors, type Attributes, type Vector } from '../model/attributes.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { Vm } from '../model/vm.ts';

export const SELECT = 'BACKUP_VMS_SELECT';
const FIELDS = ['LABEL', 'OWNER', 'GROUP'] as const;
const FORM = `${SELECT}=[ LABEL="prod", OWNER="alice", GROUP="users" ], with one of these at least`;

/** All that is said must be true of a VM. */
export interface VmSelection {
  /** One of the labels of the VM, or what they are below: `prod` is also `prod/web`. */
  label?: string;
  /** Name, or id when it is a number. */
  owner?: string;
  group?: string;
}

/** What a job's template selects: a VM is chosen by any of them. Throws when one cannot be understood. */
export function readSelections(template: Attributes): VmSelection[] {
  const loose = text(template, SELECT) ?? '';
  if (loose !== '') throw wrong(`${SELECT}="${loose}" is a text; it must be ${FORM}.`);
  return vectors(template, SELECT).map(readSelection);
}

function readSelection(vector: Vector): VmSelection {
  const unknown = vector.find(([name]) => !FIELDS.some((known) => known === name));
  if (unknown) throw wrong(`${SELECT}/${unknown[0]}="${unknown[1]}" is not known; it must be ${FORM}.`);
  const twice = FIELDS.find((name) => vector.filter(([key]) => key === name).length > 1);
  if (twice) throw wrong(`${SELECT}/${twice} is there twice; several ${SELECT} add up.`);
  const [label, owner, group] = FIELDS.map((name) => valueOf(vector, name));
  if (label === undefined && owner === undefined && group === undefined) {
    throw wrong(`${SELECT} selects nothing; it must be ${FORM}.`);
  }
  if (label?.includes(','))
    throw wrong(`${SELECT}/LABEL="${label}" is not right; it must be one label, without comma.`);
  return {
    ...(label !== undefined && { label: label.replace(/\/+$/, '') }),
    ...(owner !== undefined && { owner }),
    ...(group !== undefined && { group }),
  };
}

/** An empty value would select everything or nothing, and nobody could tell which. */
function valueOf(vector: Vector, name: string): string | undefined {
  const value = field(vector, name)?.trim();
  if (value !== undefined && value.replaceAll('/', '') === '')
    throw wrong(`${SELECT}/${name}="${value}" is empty; leave it out, or say which.`);
  return value;
}

export function selects(
  { label, owner, group }: VmSelection,
  vm: Pick<Vm, 'uid' | 'uname' | 'gid' | 'gname' | 'userTemplate'>,
): boolean {
  return (
    (label === undefined || labelsOf(vm).some((one) => one === label || one.startsWith(`${label}/`))) &&
    (owner === undefined || isNamed(owner, vm.uid, vm.uname)) &&
    (group === undefined || isNamed(group, vm.gid, vm.gname))
  );
}

/** The id that stands for a user or group; undefined when it is named. */
export function idIn(given: string): number | undefined {
  return /^\d{1,10}$/.test(given) ? Number(given) : undefined;
}

function isNamed(given: string, id: number, name: string): boolean {
  const wanted = idIn(given);
  return wanted === undefined ? given === name : wanted === id;
}

function labelsOf({ userTemplate }: Pick<Vm, 'userTemplate'>): string[] {
  return (text(userTemplate, 'LABELS') ?? '').split(',').map((label) => label.trim());
}

function wrong(message: string): OneError {
  return new OneError(CODE.INTERNAL, message);
}
