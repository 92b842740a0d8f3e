// The IMAGE and IMAGE_POOL documents; pool entries are full documents. Only chain images list their points; the one of a full backup
// has an element of OneVault's own.
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
    diskIdsXml(image),
    pointXml(image),
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
    toldOf(point),
  );
}

/** Disks of the newest point. */
function diskIdsXml({ points }: Image): string {
  const disks = points.at(-1)?.layers.at(-1)?.disks;
  return disks === undefined
    ? ''
    : idList(
        'BACKUP_DISK_IDS',
        disks.map(({ diskId }) => diskId),
      );
}

function pointXml({ points, isChain }: Image): string {
  const [point] = points;
  if (isChain || point === undefined) return '';
  return branch(
    'BACKUP_POINT',
    cdataLeaf('DATE', String(point.date)),
    cdataLeaf('ID', String(point.id)),
    toldOf(point),
  );
}

/**
 * What OpenNebula does not know of a point. VERIFIED is the time at which it was found good, 0 for never; PIN_UNTIL of a pin
 * without an end is 0.
 */
function toldOf({ reason, consistency, verified, drill, pin }: BackupPoint): string {
  return (
    cdataLeaf('REASON', reason) +
    cdataLeaf('CONSISTENCY', consistency) +
    cdataLeaf('VERIFIED', String(verified?.good === true ? verified.date : 0)) +
    (verified?.good === false ? cdataLeaf('VERIFY_ERROR', verified.reason) : '') +
    drillOf(drill) +
    leaves({ PIN_REASON: pin?.reason, PIN_UNTIL: pin && (pin.untilSec ?? 0) })
  );
}

/** PROVEN is the time at which it was last seen to boot, and PROVEN_TIME how many milliseconds that took. */
function drillOf(drill: BackupPoint['drill']): string {
  const { proven, failed, screen = false } = drill ?? {};
  return (
    leaves({ PROVEN: proven?.date, PROVEN_TIME: proven?.tookMs, PROVEN_BY: proven?.by }) +
    leaves({ DRILL_FAILED: failed?.date, DRILL_ERROR: failed?.reason, DRILL_SCREEN: screen ? 'YES' : undefined })
  );
}

function leaves(values: Record<string, string | number | undefined>): string {
  return Object.entries(values)
    .map(([name, value]) => (value === undefined ? '' : cdataLeaf(name, String(value))))
    .join('');
}
