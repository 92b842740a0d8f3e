// The IMAGE and IMAGE_POOL documents; pool entries are full documents. Only chain images list their points.
import type { BackupPoint, Image } from '../../model/image.ts';
import { alphabetical, templateXml } from '../template-xml.ts';
import { branch, cdataLeaf, idList, leaf } from '../xml-write.ts';
import { headXml, lockXml, permissionsXml } from './owned.ts';

export const IMAGE_POOL = 'IMAGE_POOL';

/** `vms` use it; of a BACKUP image, the VM it holds. */
export function imageXml(image: Image, vms: readonly number[] = image.vms): string {
  return branch(
    'IMAGE',
    headXml(image),
    lockXml(image.lock),
    permissionsXml(image.permissions),
    leaf('TYPE', image.type),
    leaf('DISK_TYPE', image.diskType),
    leaf('PERSISTENT', image.persistent),
    leaf('REGTIME', image.regtime),
    cdataLeaf('SOURCE', image.source),
    cdataLeaf('PATH', image.path),
    cdataLeaf('FORMAT', image.format),
    cdataLeaf('FS', image.fs),
    leaf('SIZE', image.sizeMb),
    leaf('STATE', image.state),
    leaf('PREV_STATE', image.prevState),
    leaf('RUNNING_VMS', vms.length),
    neverCloned,
    leaf('DATASTORE_ID', image.datastoreId),
    leaf('DATASTORE', image.datastore),
    idList('VMS', vms),
    branch('CLONES'),
    branch('APP_CLONES'),
    templateXml(alphabetical(image.template)),
    noSnapshots,
    incrementsXml(image),
  );
}

/** IMAGE_POOL in the order given. */
export function imagePoolXml(images: readonly Image[]): string {
  return branch(IMAGE_POOL, ...images.map((image) => imageXml(image)));
}

// Images are neither cloned into one another nor given snapshots here, yet the schema wants the elements.
const neverCloned = leaf('CLONING_OPS', 0) + leaf('CLONING_ID', -1) + leaf('TARGET_SNAPSHOT', -1);
const noSnapshots = branch(
  'SNAPSHOTS',
  cdataLeaf('ALLOW_ORPHANS', 'NO'),
  cdataLeaf('CURRENT_BASE', '-1'),
  cdataLeaf('NEXT_SNAPSHOT', '0'),
);

function incrementsXml(image: Image): string {
  return branch('BACKUP_INCREMENTS', ...(image.isChain ? image.points.map(incrementXml) : []));
}

function incrementXml(point: BackupPoint): string {
  return branch(
    'INCREMENT',
    cdataLeaf('DATE', String(point.date)),
    cdataLeaf('ID', String(point.id)),
    cdataLeaf('PARENT_ID', String(point.parentId)),
    cdataLeaf('SIZE', String(point.sizeMb)),
    cdataLeaf('SOURCE', point.source),
    cdataLeaf('TYPE', point.type),
  );
}
