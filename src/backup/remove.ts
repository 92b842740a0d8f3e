// Deletes backups: their data first, their record after. A failure is shown on the image, which can then be deleted again.
import { withText } from '../model/attributes.ts';
import type { KeepRules } from '../model/backup-config.ts';
import { readBackupPolicy } from '../model/backup-policy.ts';
import { sizeOf, sourcesOf } from '../model/chain.ts';
import { reasonOf } from '../model/errors.ts';
import { IMAGE_STATE, type BackupPoint, type Image } from '../model/image.ts';
import { isPinned } from '../model/pin.ts';
import type { Vm } from '../model/vm.ts';
import type { Store } from '../store/store.ts';
import { endChain } from '../vm/increment-ability.ts';
import { nowSec, type Parts } from '../vm/parts.ts';
import { removeScreens } from '../vm/screens.ts';
import { fold } from './fold.ts';
import { copyOf } from './copied-image.ts';
import { retain, type RetentionContext, type Verdict } from './retention.ts';

/** Returns whether it is gone. */
export async function removeBackup(parts: Parts, image: Image, signal?: AbortSignal): Promise<boolean> {
  const { store } = parts;
  let before = image.state;
  let sources: string[] = [];
  await store.transaction(async (tx) => {
    const record = await tx.images.update(image.id, (one) => {
      before = one.state;
      if (before !== IMAGE_STATE.DELETE) one.prevState = before;
      one.state = IMAGE_STATE.DELETE;
    });
    sources = sourcesOf(record);
    await closeChain(tx, record);
  });
  if (before === IMAGE_STATE.DELETE) return false; // somebody else is at it
  try {
    const datastore = await store.datastores.get(image.datastoreId);
    await (await parts.backupStoreOf(datastore)).remove(sources, signal);
  } catch (error) {
    parts.log.warn({ image: image.id, err: error }, 'a backup could not be deleted');
    await store.images.update(image.id, (record) => {
      record.prevState = record.state;
      record.state = IMAGE_STATE.ERROR;
      record.template = withText(record.template, 'ERROR', `The backup could not be deleted: ${reasonOf(error)}`);
    });
    return false;
  }
  await removeScreens(parts.screenDirectory, image.id);
  await store.transaction(async (tx) => {
    await tx.images.remove(image.id);
    for (const vmId of image.vms) {
      if (!(await tx.vms.find(vmId))) continue;
      await tx.vms.update(vmId, (vm) => void (vm.backups.ids = vm.backups.ids.filter((id) => id !== image.id)));
    }
  });
  return true;
}

/** A chain that is being deleted is gone on with by nobody. */
async function closeChain(tx: Store, image: Image): Promise<void> {
  for (const vmId of image.vms) {
    const vm = await tx.vms.find(vmId);
    if (vm?.backups.config.incrementalBackupId !== image.id) continue;
    await tx.vms.update(vmId, (record) => endChain(record, `image ${image.id}, which held the chain, was deleted`));
  }
}

/** What retention has changed: images that points were folded in, and datastores that images went from. */
export interface Dropped {
  folded: number[];
  freed: number[];
}

/** Drops what retention does not keep of a VM's backups, until the signal aborts: the rest goes with the next backup. */
export async function dropSurplus(parts: Parts, vmId: number, rules: KeepRules, signal: AbortSignal): Promise<Dropped> {
  const vm = await parts.store.vms.get(vmId);
  const images = (await backupsOf(parts.store, vm)).filter((image) => copyOf(image) === undefined);
  const context = contextOf(parts, vm.backups.config.incrementalBackupId);
  return dropOf(parts, vmId, retain(images, rules, context), signal);
}

/** The same for the copies of a VM's backups that a datastore holds. */
export async function dropCopies(
  parts: Parts,
  { vmId, datastoreId }: { vmId: number; datastoreId: number },
  keepLast: number,
  signal: AbortSignal,
): Promise<Dropped> {
  const images: Image[] = [];
  for await (const some of parts.store.images.each({ link: { kind: 'image-datastore', target: datastoreId } })) {
    images.push(...some.filter((image) => image.vms.includes(vmId) && copyOf(image) !== undefined));
  }
  return dropOf(parts, vmId, retain(images, { keepLast }, contextOf(parts, NO_CHAIN)), signal);
}

/** Copies end no chain that a backup goes on with. */
const NO_CHAIN = -1;

function contextOf(parts: Parts, chainImageId: number): RetentionContext {
  return { nowSec: nowSec(parts.clock), zone: parts.timeZone, chainImageId };
}

async function dropOf(parts: Parts, vmId: number, verdicts: readonly Verdict[], signal: AbortSignal): Promise<Dropped> {
  const dropped: Dropped = { folded: [], freed: [] };
  const keeping = await appendOnly(parts.store, verdicts);
  const read = await readNow(parts.store);
  const now = nowSec(parts.clock);
  for (const { image, drop, gone, reason } of verdicts) {
    if (drop === 'nothing' || (drop === 'image' && read.has(image.id))) continue; // what is read goes with the next backup
    if (signal.aborted) break;
    if (keeping.has(image.datastoreId)) {
      parts.log.info(
        { vm: vmId, image: image.id, gone, reason },
        'retention leaves what its datastore lets nobody remove',
      );
      continue;
    }
    parts.log.info({ vm: vmId, image: image.id, drop, gone, reason }, 'retention drops a backup');
    if (drop === 'points') {
      const { points } = await parts.store.images.update(image.id, (record) => foldRecord(record, new Set(gone), now));
      await removeScreens(
        parts.screenDirectory,
        image.id,
        points.map(({ id }) => id),
      );
      await forgetProof(parts.store, vmId, image.id, points);
      dropped.folded.push(image.id);
    } else if (await removeBackup(parts, image, signal)) dropped.freed.push(image.datastoreId);
  }
  return dropped;
}

/** Those of the datastores that let nobody remove what they have. */
async function appendOnly(store: Store, verdicts: readonly Verdict[]): Promise<Set<number>> {
  const found = new Set<number>();
  for (const id of new Set(verdicts.map(({ image }) => image.datastoreId))) {
    if (readBackupPolicy((await store.datastores.find(id))?.template ?? []).appendOnly) found.add(id);
  }
  return found;
}

/** The proof of a point that is gone says nothing any more. */
async function forgetProof(store: Store, vmId: number, imageId: number, points: readonly BackupPoint[]): Promise<void> {
  const proven = (await store.vms.find(vmId))?.backups.proven;
  if (proven?.imageId !== imageId || points.some(({ id }) => id === proven.pointId)) return;
  await store.vms.update(vmId, ({ backups }) => {
    if (backups.proven?.imageId === imageId && backups.proven.pointId === proven.pointId) delete backups.proven;
  });
}

/** Images that restores, drills and copies read. */
async function readNow(store: Store): Promise<Set<number>> {
  const running = await store.operations.running();
  return new Set(
    running.flatMap(({ kind, reads }) =>
      (kind === 'restore' || kind === 'drill' || kind === 'copy') && reads ? [reads.imageId] : [],
    ),
  );
}

const AT_ONCE = 500;

/** The images that hold backups of a VM. */
export async function backupsOf(store: Store, { backups: { ids } }: Pick<Vm, 'backups'>): Promise<Image[]> {
  const images: Image[] = [];
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    images.push(...(await store.images.list({ ids: ids.slice(at, at + AT_ONCE) })));
  }
  return images;
}

/** What was decided of an image holds as long as it is still such an image. */
function foldRecord(image: Image, gone: ReadonlySet<number>, now: number): void {
  if (image.state !== IMAGE_STATE.READY || image.lock) return;
  const pinned = image.points.findIndex((point) => isPinned(point, now));
  if (pinned !== -1 && image.points.slice(pinned).some(({ id }) => gone.has(id))) return;
  const before = sourcesOf(image);
  image.points = fold(image, gone);
  const kept = new Set(sourcesOf(image));
  const needless = before.filter((source) => !kept.has(source));
  if (needless.length > 0) image.garbage = [...(image.garbage ?? []), ...needless];
  image.sizeMb = sizeOf(image);
}
