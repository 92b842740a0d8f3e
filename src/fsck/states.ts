// Whether states agree with what they stand for: images with their users, VMs with the runs that own them. Pure.
import { field, vectors } from '../model/attributes.ts';
import { IMAGE_STATE, IMAGE_TYPE, type Image } from '../model/image.ts';
import { LCM, VM_STATE } from '../model/vm.ts';
import { finding, type Finding } from './finding.ts';
import type { Records } from './records.ts';

const say = finding('state');
const OWNED_LCM = new Set<number>([LCM.BACKUP, LCM.BACKUP_POWEROFF, LCM.RESTORE]);
const USED = new Set<number>([IMAGE_STATE.USED, IMAGE_STATE.USED_PERS]);

export function checkStates(records: Records): Finding[] {
  const users = imageUsers(records);
  return [
    ...[...records.images.values()].flatMap((image) => checkImage(image, users.get(image.id) ?? [])),
    ...checkRuns(records),
  ];
}

/** VMs by the image that their disks use. */
function imageUsers({ vms }: Records): Map<number, number[]> {
  const users = new Map<number, number[]>();
  for (const { id, state, template } of vms.values()) {
    if (state === VM_STATE.DONE) continue;
    const images = vectors(template, 'DISK').map((disk) => field(disk, 'IMAGE_ID') ?? '');
    for (const image of new Set(images.filter((one) => one !== '').map(Number))) {
      users.set(image, [...(users.get(image) ?? []), id]);
    }
  }
  return users;
}

function checkImage({ id, type, state, persistent }: Image, users: readonly number[]): Finding[] {
  const who = `image [${id}]`;
  if (type === IMAGE_TYPE.BACKUP)
    return users.length === 0 ? [] : [say(`${who} is a backup, but a disk of VM ${users.join(', ')}.`)];
  const found: Finding[] = [];
  if (USED.has(state) && users.length === 0) found.push(say(`${who} is marked as used, but no VM uses it.`));
  if (state === IMAGE_STATE.READY && users.length > 0) {
    found.push(say(`${who} is marked as free, but VM ${users.join(', ')} uses it.`));
  }
  if (persistent && users.length > 1) found.push(say(`${who} is persistent, but VMs ${users.join(', ')} use it.`));
  const marked = persistent ? IMAGE_STATE.USED_PERS : IMAGE_STATE.USED;
  if (USED.has(state) && users.length > 0 && state !== marked) {
    found.push(say(`${who} is ${persistent ? '' : 'not '}persistent, but its state ${state} says otherwise.`));
  }
  return found;
}

function checkRuns({ vms, images, running }: Records): Finding[] {
  const found: Finding[] = [];
  const runs = new Map(running.map((operation) => [operation.id, operation]));
  for (const { id, operationId, state, lcmState } of vms.values()) {
    const owned = state === VM_STATE.ACTIVE && OWNED_LCM.has(lcmState);
    const work = lcmState === LCM.RESTORE ? 'restore' : 'backup';
    if (owned && operationId === null) found.push(say(`VM [${id}] is in a ${work}, but no run owns it.`));
    if (operationId === null) continue;
    if (!owned) found.push(say(`VM [${id}] belongs to run ${operationId}, but its state is ${state}/${lcmState}.`));
    if (runs.get(operationId)?.vmId !== id)
      found.push(say(`VM [${id}] belongs to run ${operationId}, which does not go on.`));
  }
  for (const { id, kind, vmId, imageIds } of running) {
    if (kind === 'backup' && vms.get(vmId)?.operationId !== id) {
      found.push(say(`Run ${id} is a backup of VM ${vmId}, which does not belong to it.`));
    }
    for (const image of kind === 'restore' ? imageIds : []) {
      if (images.get(image)?.state !== IMAGE_STATE.LOCKED) {
        found.push(say(`Run ${id} fills image ${image}, which does not wait for it.`));
      }
    }
  }
  return found;
}
