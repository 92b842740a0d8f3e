// The DATASTORE and DATASTORE_POOL documents. Secrets in the template are the caller's to leave out.
import type { Attribute, Attributes } from '../../model/attributes.ts';
import type { Datastore } from '../../model/datastore.ts';
import { alphabetical, templateXml } from '../template-xml.ts';
import { branch, cdataLeaf, idList, leaf } from '../xml-write.ts';
import { headXml, permissionsXml } from './owned.ts';

export const DATASTORE_POOL = 'DATASTORE_POOL';

/** `images` are those that lie in it. */
export function datastoreXml(datastore: Datastore, images: readonly number[] = []): string {
  return branch(
    'DATASTORE',
    headXml(datastore),
    permissionsXml(datastore.permissions),
    cdataLeaf('DS_MAD', datastore.dsMad),
    cdataLeaf('TM_MAD', datastore.tmMad),
    cdataLeaf('BASE_PATH', datastore.basePath),
    leaf('TYPE', datastore.type),
    leaf('DISK_TYPE', datastore.diskType),
    leaf('STATE', datastore.state),
    idList('CLUSTERS', datastore.clusters),
    leaf('TOTAL_MB', datastore.totalMb),
    leaf('FREE_MB', datastore.freeMb),
    leaf('USED_MB', datastore.usedMb),
    idList('IMAGES', images),
    templateXml(alphabetical([...datastore.template, ...readingOf(datastore)])),
  );
}

/** When its capacity was last read, and why not since. */
function readingOf({ lastMonitored, monitorError }: Datastore): Attributes {
  return [
    ...(!lastMonitored ? [] : [['LAST_MON_TIME', String(lastMonitored)] as Attribute]),
    ...(monitorError === undefined ? [] : [['MONITOR_ERROR', monitorError] as Attribute]),
  ];
}

/** DATASTORE_POOL in the order given. */
export function datastorePoolXml(
  datastores: readonly Datastore[],
  images: ReadonlyMap<number, readonly number[]> = new Map(),
): string {
  return branch(DATASTORE_POOL, ...datastores.map((datastore) => datastoreXml(datastore, images.get(datastore.id))));
}
