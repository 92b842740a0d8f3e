// What a restore makes: images, LOCKED until their data is there, and a template; and how all of that is taken back.
import { ownedBy } from '../access/umask.ts';
import type { Attributes } from '../model/attributes.ts';
import type { Datastore } from '../model/datastore.ts';
import { reasonOf } from '../model/errors.ts';
import { IMAGE_STATE, type Image } from '../model/image.ts';
import type { RestoreDisk } from '../model/tasks/restore.ts';
import type { Operation } from '../model/operation.ts';
import type { User } from '../model/user.ts';
import type { VirtualNetwork } from '../model/vnet.ts';
import { NOUNS } from '../store/nouns.ts';
import type { Store } from '../store/store.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import type { Parts } from '../vm/parts.ts';
import { keepWithinQuota } from '../vm/quota.ts';
import { nameOwners, networksToName } from './network-owners.ts';
import { withImageIds, type RestorePlan } from './plan.ts';
import { shownStore } from './shown-store.ts';

/** What a restore's record keeps: all that is needed to take it back. */
export interface KeptRestore {
  templateId: number;
  targets: string[];
}

export interface ObjectsToMake {
  user: User;
  plan: RestorePlan;
  disks: RestoreDisk[];
  destination: Datastore;
  operation: Operation;
}

/** What the mover is to write, in the order of the plan's disks. */
export function restoreDisks(parts: Parts, plan: RestorePlan, destination: Datastore): RestoreDisk[] {
  const files = parts.imageStoreOf(destination);
  return plan.disks.map(({ stored, members }) => ({
    ...{ stored, members },
    target: files.newSource(),
    targetFormat: stored.originalFormat,
  }));
}

/** Makes the template and the images, and the operation's record. Returns the template's id, -1 for none. */
export async function makeObjects(tx: Store, made: ObjectsToMake, nowSec: number): Promise<number> {
  const { user, plan, disks, operation } = made;
  for (const [index, disk] of plan.disks.entries()) {
    const to = disks[index];
    if (!to) continue;
    const image = await tx.images.allocate((id) => imageRecord(id, made, disk, to, nowSec));
    operation.imageIds.push(image.id);
    await keepWithinQuota(tx, image, NOUNS.images.charges(image));
  }
  let templateId = -1;
  if (plan.template) {
    const vmTemplate = await withNetworkOwners(tx, plan.template.vmTemplate);
    const template = withImageIds({ ...plan.template, vmTemplate }, plan, operation.imageIds);
    const record = { ...ownedBy(user), name: plan.name, regtime: nowSec, template };
    templateId = (await tx.templates.allocate((id) => ({ id, ...record }))).id;
  }
  operation.plan = { templateId, targets: disks.map(({ target }) => target) } satisfies KeptRestore;
  await tx.operations.add(operation);
  return templateId;
}

async function withNetworkOwners(tx: Store, vmTemplate: Attributes): Promise<Attributes> {
  const networks = new Map<number, VirtualNetwork>();
  for (const id of networksToName(vmTemplate)) {
    const network = await tx.vnets.find(id);
    if (network) networks.set(id, network);
  }
  return nameOwners(vmTemplate, networks);
}

function imageRecord(
  id: number,
  { user, destination }: ObjectsToMake,
  disk: RestorePlan['disks'][number],
  to: RestoreDisk,
  nowSec: number,
): Image {
  return {
    id,
    ...ownedBy(user),
    name: disk.name,
    type: disk.type,
    diskType: 0,
    persistent: false,
    regtime: nowSec,
    source: to.target,
    path: disk.path,
    format: to.targetFormat,
    fs: '',
    sizeMb: Math.ceil(disk.stored.virtualBytes / 2 ** 20),
    state: IMAGE_STATE.LOCKED,
    prevState: IMAGE_STATE.INIT,
    vms: [],
    datastoreId: destination.id,
    datastore: destination.name,
    template: [],
    points: [],
    isChain: false,
  };
}

/** Takes away what a mover that died shows where the restore ran. */
async function clearShown(parts: Parts, operation: Operation, destination: Datastore): Promise<void> {
  const host = await parts.bridgeOf(destination);
  await parts.filesOf(host).clearMount(shownStore(parts, operation, host));
}

/** Removes all that a restore has made, and ends its record as failed. Returns why it ended, with what could not be removed. */
export async function takeBack(parts: Parts, log: OperationLog, operation: Operation, why: string): Promise<string> {
  const { store } = parts;
  let reason = why;
  const { templateId, targets } = operation.plan as KeptRestore;
  const destination = await store.datastores.get(operation.datastoreId);
  const files = parts.imageStoreOf(destination);
  await clearShown(parts, operation, destination).catch((clearing: unknown) => {
    reason += ` The view of the backups could not be cleared: ${reasonOf(clearing)}.`;
  });
  for (const target of targets) {
    await files.remove(target).catch((removing: unknown) => {
      reason += ` ${target} could not be removed: ${reasonOf(removing)}.`;
    });
  }
  await store.transaction(async (tx) => {
    if (templateId >= 0) await tx.templates.remove(templateId);
    for (const id of operation.imageIds) await tx.images.remove(id);
    await log.end(tx, operation, 'failed', reason);
  });
  log.announce(operation);
  return reason;
}
