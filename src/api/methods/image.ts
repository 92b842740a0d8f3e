// one.image.* and one.imagepool.*
import { need, needAdmin } from '../../access/permissions.ts';
import { removeBackup } from '../../backup/remove.ts';
import { text, type Attributes } from '../../model/attributes.ts';
import { DATASTORE_TYPE, type Datastore } from '../../model/datastore.ts';
import { CODE, OneError } from '../../model/errors.ts';
import { isDiskFormat } from '../../model/ids.ts';
import { FILE_SYSTEMS, IMAGE_STATE, IMAGE_TYPE, type Image, type ImageType } from '../../model/image.ts';
import { checkName } from '../../model/names.ts';
import { permissionsFromOctet } from '../../model/permissions.ts';
import type { User } from '../../model/user.ts';
import { MAX_SIZE_MB } from '../../vm/disks.ts';
import { nowSec } from '../../vm/parts.ts';
import { parseTemplate } from '../../wire/template-text.ts';
import { imagePoolXml, imageXml } from '../../wire/documents/image.ts';
import { method, type Call, type MethodTable } from '../method.ts';
import { visible } from '../pool.ts';

export const imageMethods: MethodTable = {
  'one.image.allocate': method(['string', 'int', ['boolean', false]], async (call, given, datastoreId) => {
    const datastore = await call.parts.store.datastores.get(datastoreId);
    need(call.user, datastore, 'USE', 'DATASTORE');
    if (datastore.type !== DATASTORE_TYPE.IMAGE_DS) {
      throw new OneError(CODE.ALLOCATE, `Datastore ${datastoreId} (${datastore.name}) is not an image datastore.`);
    }
    return createImage(call, parseTemplate(given), datastore);
  }),
  'one.image.info': method(['int', ['boolean', false]], async ({ parts, user }, id) => {
    const image = await parts.store.images.get(id);
    need(user, image, 'USE', 'IMAGE');
    return imageXml(image);
  }),
  'one.image.delete': method(['int', ['boolean', false]], async ({ parts, user, operations, images }, id) => {
    const image = await parts.store.images.get(id);
    need(user, image, 'MANAGE', 'IMAGE');
    const busy = operations.running((running) => running.imageIds.includes(id) || image.vms.includes(running.vmId));
    if (image.type === IMAGE_TYPE.BACKUP) {
      if (busy)
        throw new OneError(CODE.ACTION, `A ${busy.kind} of VM ${busy.vmId} is running; delete image ${id} after it.`);
      await removeBackup(parts, image);
    } else await images.remove(image);
    return id;
  }),
  'one.image.restore': method(['int', 'int', ['string', '']], async ({ restores, user }, id, datastoreId, options) =>
    restores.start(user, id, datastoreId, options.trim() === '' ? [] : parseTemplate(options)),
  ),
  'one.imagepool.info': method(['int', 'int', 'int'], async ({ parts, user }, flag, start, end) =>
    imagePoolXml(await visible(parts.store.images, user, flag, start, end)),
  ),
};

/** Makes the record at once, LOCKED; the data follows in the background and the image becomes READY, or ERROR with why. */
async function createImage({ parts, user, images }: Call, template: Attributes, datastore: Datastore): Promise<number> {
  const path = text(template, 'PATH') ?? '';
  const sizeMb = sizeOf(text(template, 'SIZE'), path);
  const format = (text(template, 'FORMAT') ?? text(template, 'DRIVER') ?? '').toLowerCase();
  const type = typeOf(text(template, 'TYPE') ?? 'OS');
  const persistent = yesOf('PERSISTENT', text(template, 'PERSISTENT'));
  const fs = text(template, 'FS') ?? '';
  refuseBadData(user, path, format);
  if (path === '' && fs !== '') refuseUnknownFs(fs);
  const image = await parts.store.transaction(async (tx) => {
    const created = await tx.images.allocate((id): Image => ({
      id,
      uid: user.id,
      gid: user.gid,
      uname: user.name,
      gname: user.gname,
      name: checkName(text(template, 'NAME') ?? ''),
      permissions: permissionsFromOctet(0o600),
      type,
      diskType: type === IMAGE_TYPE.CDROM ? 1 : 0,
      persistent,
      regtime: nowSec(parts.clock),
      source: parts.imageStoreOf(datastore).newSource(),
      path,
      format,
      fs,
      sizeMb,
      state: IMAGE_STATE.LOCKED,
      prevState: IMAGE_STATE.INIT,
      runningVms: 0,
      vms: [],
      datastoreId: datastore.id,
      datastore: datastore.name,
      template: template.filter(([name]) => !READ.has(name)),
      points: [],
      isChain: false,
    }));
    await tx.datastores.update(datastore.id, (record) => void record.images.push(created.id));
    return created;
  });
  images.fill(image, datastore);
  return image.id;
}

const READ = new Set(['NAME', 'PATH', 'SIZE', 'FORMAT', 'TYPE', 'PERSISTENT', 'FS']);

function refuse(why: string): never {
  throw new OneError(CODE.ALLOCATE, `Error allocating a new image. ${why}`);
}

function refuseBadData(user: User, path: string, format: string): void {
  if (path !== '' && !path.startsWith('/'))
    refuse(`PATH="${path}" must be an absolute path of a file on this machine.`);
  if (path !== '') needAdmin(user, 'CREATE IMAGE from a file of this machine');
  if (format !== '' && !isDiskFormat(format)) refuse(`FORMAT="${format}" is not known; it must be qcow2 or raw.`);
}

function refuseUnknownFs(fs: string): void {
  if (!FILE_SYSTEMS.includes(fs.toLowerCase()))
    refuse(`FS="${fs}" is not known; it must be one of ${FILE_SYSTEMS.join(', ')}, or empty for none.`);
}

/** SIZE in MB; 0 when there is none and a file tells. */
function sizeOf(given: string | undefined, path: string): number {
  if (given === undefined || given === '') return path === '' ? refuse('It needs PATH, or SIZE in MB.') : 0;
  if (/^\d{1,9}$/.test(given) && Number(given) > 0 && Number(given) <= MAX_SIZE_MB) return Number(given);
  return refuse(`SIZE="${given}" is not right; it must be a number of MB from 1 to ${MAX_SIZE_MB}.`);
}

function yesOf(name: string, given = 'NO'): boolean {
  const value = given.toUpperCase();
  return value === 'YES' || (value !== 'NO' && refuse(`${name}="${given}" is not known; it must be YES or NO.`));
}

function typeOf(name: string): ImageType {
  const found = Object.entries(IMAGE_TYPE).find(([known]) => known === name.toUpperCase());
  if (found && found[1] !== IMAGE_TYPE.BACKUP) return found[1];
  const known = Object.keys(IMAGE_TYPE).filter((type) => type !== 'BACKUP');
  return refuse(`TYPE="${name}" is not known; it must be one of ${known.join(', ')}.`);
}
