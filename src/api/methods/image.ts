// one.image.* and one.imagepool.*
import { requireRight } from '../../access/authorize.ts';
import { refuseRestricted } from '../../access/restricted.ts';
import { ownedBy } from '../../access/umask.ts';
import { removeBackup } from '../../backup/remove.ts';
import { requireCopyable } from '../../backup/copied-image.ts';
import { retentionOf } from '../../backup/retention-of.ts';
import { wantedPoint } from '../../backup/wanted-point.ts';
import { text, type Vector } from '../../model/attributes.ts';
import { readBackupPolicy } from '../../model/backup-policy.ts';
import { KEEP_RULES } from '../../model/backup-config.ts';
import { readDrill, readDrillVector } from '../../model/drill.ts';
import { DATASTORE_TYPE, type Datastore } from '../../model/datastore.ts';
import { CODE, OneError } from '../../model/errors.ts';
import { IMAGE_STATE, IMAGE_TYPE, type BackupPoint, type Image } from '../../model/image.ts';
import { readOrigin } from '../../model/image-origin.ts';
import { isPinned, pinText, readPin, type Pin } from '../../model/pin.ts';
import { checkName } from '../../model/names.ts';
import { NOUNS } from '../../store/nouns.ts';
import type { Store } from '../../store/store.ts';
import type { Asker } from '../../vm/images.ts';
import { newImage, typeOf, type ImagePlace } from '../../vm/new-image.ts';
import { nowSec } from '../../vm/parts.ts';
import { keepWithinQuota } from '../../vm/quota.ts';
import { retentionXml } from '../../wire/documents/retention.ts';
import { parseTemplate } from '../../wire/template-text.ts';
import { allocating } from '../allocating.ts';
import { method, type Call, type MethodTable } from '../method.ts';
import { authorized, requireCreate } from '../noun.ts';
import { DATASTORE, IMAGE } from '../nouns/stored.ts';
import { infoMethod, ownedMethods, renameMethod, updateMethod } from '../owned.ts';
import { poolDocument, poolFilter } from '../pool.ts';
import { forgetRules } from '../rules.ts';

export const imageMethods: MethodTable = {
  ...infoMethod(IMAGE),
  ...renameMethod(IMAGE),
  ...updateMethod(IMAGE, (call, before, template) => {
    if (!call.caller.admin) refuseRestricted('IMAGE', template, before.template);
    readDrill(template);
  }),
  ...ownedMethods(IMAGE, NOUNS.images, { lockable: true }),
  'one.image.allocate': method(['string', 'int', ['boolean', false]], async (call, given, datastoreId) => {
    requireCreate(call, 'IMAGE');
    const template = parseTemplate(given);
    if (!call.caller.admin) refuseRestricted('IMAGE', template);
    const datastore = await imageDatastore(call, datastoreId);
    mayRead(call, text(template, 'PATH') ?? '');
    const { admin } = call.caller;
    return (await addImage(call, datastore, (place) => allocating(() => newImage(place, template)), { admin })).id;
  }),
  'one.image.delete': method(['int', ['boolean', false]], async (call, id, force) => {
    await deleteImage(call, id, force);
    return id;
  }),
  'one.image.clone': method(['int', 'string', ['int', -1]], cloneImage),
  'one.image.enable': method(['int', 'boolean'], async (call, id, enable) => {
    const image = await authorized(call, IMAGE, id, 'MANAGE');
    refuseBackup(image, enable ? 'enabled' : 'disabled', CODE.INTERNAL);
    const { READY, DISABLED, ERROR } = IMAGE_STATE;
    await change(call, id, enable ? [DISABLED, ERROR, READY] : [READY, DISABLED], CODE.INTERNAL, (record) => {
      record.prevState = record.state;
      record.state = enable ? READY : DISABLED;
    });
    return id;
  }),
  'one.image.persistent': method(['int', 'boolean'], async (call, id, persistent) => {
    const image = await authorized(call, IMAGE, id, 'MANAGE');
    refuseBackup(image, 'made persistent or not', CODE.ACTION);
    await change(call, id, [IMAGE_STATE.READY], CODE.ACTION, (record) => void (record.persistent = persistent));
    return id;
  }),
  'one.image.chtype': method(['int', 'string'], async (call, id, name) => {
    const image = await authorized(call, IMAGE, id, 'MANAGE');
    refuseBackup(image, 'given another type', CODE.ACTION);
    const type = typeOf(name);
    await change(call, id, [IMAGE_STATE.READY], CODE.ACTION, (record) => void (record.type = type));
    return id;
  }),
  'one.image.restore': method(['int', 'int', ['string', '']], async (call, id, datastoreId, options) => {
    const backup = await authorized(call, IMAGE, id, 'USE');
    await authorized(call, DATASTORE, backup.datastoreId, 'USE');
    const destination = await authorized(call, DATASTORE, datastoreId, 'USE');
    requireCreate(call, 'IMAGE');
    const wanted = options.trim() === '' ? [] : parseTemplate(options);
    if (text(wanted, 'DISK_ID') === undefined) requireCreate(call, 'TEMPLATE');
    return call.restores.start(call.user, backup, destination, wanted);
  }),
  'one.image.verify': method(['int', ['int', -1]], async (call, id, increment) => {
    const image = await authorized(call, IMAGE, id, 'MANAGE');
    await call.upkeep.verify(id, wantedPoint(image, increment, 'verified'));
    return id;
  }),
  'one.image.drill': method(['int', ['int', -1], ['string', '']], async (call, id, increment, options) => {
    const image = await authorized(call, IMAGE, id, 'MANAGE');
    const wish = readDrillVector(plainOptions(options), 'The drill option ');
    const asked = { by: 'user' as const, uid: call.user.id };
    await call.drills.start(image, wantedPoint(image, increment, 'drilled'), { wish, asked });
    return id;
  }),
  'one.image.pin': method(['int', 'int', 'string'], async (call, id, increment, options) => {
    const image = await authorized(call, IMAGE, id, 'MANAGE');
    const pin = readPin(parseTemplate(options), nowSec(call.parts.clock));
    await setPin(call, id, wantedPoint(image, increment, 'pinned'), pin);
    return id;
  }),
  'one.image.unpin': method(['int', 'int'], async (call, id, increment) => {
    const image = await authorized(call, IMAGE, id, 'MANAGE');
    await setPin(call, id, wantedPoint(image, increment, 'unpinned'));
    return id;
  }),
  'one.image.retention': method(['int', ['string', '']], async (call, id, template) => {
    const image = await authorized(call, IMAGE, id, 'USE');
    wantedPoint(image, -1, 'looked at');
    return retentionXml(await retentionOf(call.parts, image, keepRules(template)));
  }),
  'one.image.copy': method(['int', 'int'], async (call, id, datastoreId) => {
    const image = await authorized(call, IMAGE, id, 'USE');
    const datastore = await authorized(call, DATASTORE, datastoreId, 'USE');
    requireCopyable(image, datastore);
    await call.upkeep.copy(image, datastoreId, { by: 'user', uid: call.user.id });
    return id;
  }),
  'one.image.cancel': method(['int'], async (call, id) => {
    await cancelWork(call, await authorized(call, IMAGE, id, 'MANAGE'));
    return id;
  }),
  'one.image.snapshotdelete': snapshotMethod(),
  'one.image.snapshotrevert': snapshotMethod(),
  'one.image.snapshotflatten': snapshotMethod(),
  'one.imagepool.info': method(['int', 'int', 'int'], (call, flag, start, end) =>
    poolDocument(call, IMAGE, 'IMAGE_POOL', poolFilter(call.user, flag, start, end)),
  ),
};

/** Deletes an image: one that is locked by work takes ADMIN and `force`. */
async function deleteImage(call: Call, id: number, force = false): Promise<void> {
  const { parts, runs, images } = call;
  const image = await authorized(call, IMAGE, id, 'MANAGE');
  if (image.state === IMAGE_STATE.LOCKED) {
    requireRight(call.caller, 'ADMIN', IMAGE.target(image));
    if (!force) {
      throw new OneError(
        CODE.INTERNAL,
        `Image ${id} (${image.name}) is locked by work that goes on; wait, or use --force.`,
        {
          objectId: id,
        },
      );
    }
    await images.cancel(image);
  }
  const busy = await runs.find((running) => running.imageIds.includes(id) || image.vms.includes(running.vmId));
  if (busy)
    throw new OneError(CODE.ACTION, `A ${busy.kind} of VM ${busy.vmId} is running; delete image ${id} after it.`);
  refusePinned(image, nowSec(parts.clock));
  if (image.type === IMAGE_TYPE.BACKUP) await refuseAppendOnly(parts.store, image);
  if (image.type !== IMAGE_TYPE.BACKUP) await images.remove(image);
  else if (await removeBackup(parts, image)) call.upkeep.freed(image.datastoreId);
  if (!(await parts.store.images.find(id))) await forgetRules(parts.store, 'IMAGE', id);
}

async function refuseAppendOnly(store: Store, { id, name, datastoreId }: Image): Promise<void> {
  const datastore = await store.datastores.find(datastoreId);
  if (!readBackupPolicy(datastore?.template ?? []).appendOnly) return;
  throw new OneError(
    CODE.ACTION,
    `Image ${id} (${name}) cannot be deleted: datastore ${datastoreId} (${datastore?.name}) lets nobody remove what it has (APPEND_ONLY="YES").`,
    { objectId: id, hint: 'If its server removes again, set APPEND_ONLY="NO" of the datastore.' },
  );
}

function refusePinned({ id, name, points }: Image, now: number): void {
  const point = points.find((one) => isPinned(one, now));
  if (!point?.pin) return;
  throw new OneError(
    CODE.ACTION,
    `Image ${id} (${name}) cannot be deleted: increment ${point.id} is pinned ${pinText(point.pin)}.`,
    { objectId: id, hint: `Take the pin off first: oneimage unpin ${id} --increment ${point.id}` },
  );
}

async function setPin({ parts }: Call, id: number, pointId: number, pin?: Pin): Promise<void> {
  await parts.store.images.update(id, (record) => {
    const { pin: _, ...point } = pointOf(record, pointId);
    const pinned = pin ? { ...point, pin } : point;
    record.points = record.points.map((one) => (one.id === pointId ? pinned : one));
  });
}

function pointOf({ id, points }: Image, pointId: number): BackupPoint {
  const point = points.find((one) => one.id === pointId);
  if (point) return point;
  throw new OneError(CODE.ACTION, `Increment ${pointId} of image ${id} was removed just now.`, { objectId: id });
}

/** The rules that are tried, which may be none. */
function keepRules(template: string): Vector {
  const given = template.trim() === '' ? [] : parseTemplate(template);
  return given.map(([name, value]) => {
    if (typeof value === 'string' && Object.hasOwn(KEEP_RULES, name)) return [name, value];
    const known = Object.keys(KEEP_RULES).join(', ');
    throw new OneError(CODE.INTERNAL, `${name} is no rule of retention that could be tried; those are ${known}.`);
  });
}

/** The options of a drill, which are what DRILL=[ ... ] has inside. */
function plainOptions(options: string): Vector {
  const given = options.trim() === '' ? [] : parseTemplate(options);
  return given.map(([name, value]) => {
    if (typeof value === 'string') return [name, value];
    throw new OneError(CODE.INTERNAL, `The drill option ${name}=[ ... ] is not right; it must be a plain value.`);
  });
}

/** Asks what is done with an image to end: its download or restore, or merges, verifications and drills of it. */
async function cancelWork({ runs, images, restores, upkeep, drills }: Call, image: Image): Promise<void> {
  const { id, name } = image;
  if ((await images.cancel(image)) || (await restores.cancel(id))) return;
  const [tended, drilled] = [await upkeep.cancel(id), await drills.cancel(id)];
  if (tended || drilled) return;
  const backup = await runs.find((one) => one.kind === 'backup' && one.imageIds.includes(id));
  throw new OneError(CODE.ACTION, `Nothing that could be cancelled is done with image ${id} (${name}) now.`, {
    objectId: id,
    hint: backup ? `A backup is cancelled with onevm backup-cancel ${backup.vmId}.` : '',
  });
}

/** Copies an image; the copy is LOCKED until its data is there. Returns its id. */
async function cloneImage(call: Call, id: number, name: string, datastoreId: number): Promise<number> {
  const image = await authorized(call, IMAGE, id, 'USE');
  requireCreate(call, 'IMAGE');
  refuseBackup(image, 'cloned', CODE.ACTION);
  const datastore = await imageDatastore(call, datastoreId < 0 ? image.datastoreId : datastoreId);
  if (image.state !== IMAGE_STATE.READY && image.state !== IMAGE_STATE.USED) {
    throw new OneError(CODE.ACTION, `Image ${id} (${image.name}) is not ready, so it cannot be cloned now.`, {
      objectId: id,
    });
  }
  checkName(name);
  const copy = await addImage(call, datastore, (place) => ({
    ...image,
    ...place,
    lock: undefined,
    name,
    path: image.source,
    state: IMAGE_STATE.LOCKED,
    prevState: IMAGE_STATE.INIT,
  }));
  return copy.id;
}

async function imageDatastore(call: Call, id: number): Promise<Datastore> {
  const datastore = await authorized(call, DATASTORE, id, 'USE');
  if (datastore.type === DATASTORE_TYPE.IMAGE_DS || datastore.type === DATASTORE_TYPE.FILE_DS) return datastore;
  throw new OneError(CODE.ALLOCATE, `Datastore ${id} (${datastore.name}) is not an image datastore.`);
}

/** Files of this machine may hold anybody's secrets, so only administrators make images of them. What is at a URL may be anybody's. */
function mayRead(call: Call, path: string): void {
  if (call.caller.admin || path === '') return;
  const origin = readOrigin(path);
  if ('kind' in origin && origin.kind === 'url') return;
  throw new OneError(
    CODE.AUTHORIZATION,
    `User [${call.user.id}] : Not authorized to perform CREATE IMAGE from a file of this machine.`,
  );
}

/** Records an image and starts making its data. */
async function addImage(
  call: Call,
  datastore: Datastore,
  make: (place: ImagePlace) => Image,
  asker?: Asker,
): Promise<Image> {
  const { parts, user, images } = call;
  const image = await parts.store.transaction(async (tx) => {
    const created = await tx.images.allocate((id) =>
      make({
        id,
        ...ownedBy(user),
        regtime: nowSec(parts.clock),
        source: parts.imageStoreOf(datastore).newSource(),
        datastoreId: datastore.id,
        datastore: datastore.name,
      }),
    );
    await keepWithinQuota(tx, created, NOUNS.images.charges(created));
    return created;
  });
  images.fill(image, datastore, asker);
  return image;
}

function refuseBackup(image: Image, what: string, code: typeof CODE.ACTION | typeof CODE.INTERNAL): void {
  if (image.type !== IMAGE_TYPE.BACKUP) return;
  throw new OneError(code, `Image ${image.id} (${image.name}) is a backup; backups cannot be ${what}.`, {
    objectId: image.id,
  });
}

/** Changes an image that is in one of `states`. */
async function change(
  call: Call,
  id: number,
  states: readonly number[],
  code: typeof CODE.ACTION | typeof CODE.INTERNAL,
  how: (image: Image) => void,
): Promise<void> {
  await call.parts.store.images.update(id, (image) => {
    if (!states.includes(image.state)) {
      const name = Object.entries(IMAGE_STATE).find(([, number]) => number === image.state)?.[0] ?? image.state;
      throw new OneError(code, `Image ${id} (${image.name}) is in state ${name}; that is not possible now.`, {
        objectId: id,
      });
    }
    how(image);
  });
}

/** Images have no snapshots of their own here; VMs' disks have. */
function snapshotMethod(): MethodTable[string] {
  return method(['int', 'int'], async (call, id, snapshot) => {
    const image = await authorized(call, IMAGE, id, 'MANAGE');
    refuseBackup(image, 'changed by snapshots', CODE.ACTION);
    throw new OneError(CODE.ACTION, `Image ${id} (${image.name}) has no snapshot ${snapshot}.`, { objectId: id });
  });
}
