// The VDC document; entries of VDC_POOL are full documents. There is one virtual data centre, and it has everything.
import type { Attributes } from '../../model/attributes.ts';
import { USERS_GROUP } from '../../model/user.ts';
import { alphabetical, templateXml } from '../template-xml.ts';
import { branch, idList, leaf } from '../xml-write.ts';

export const VDC_POOL = 'VDC_POOL';

/** In place of an id: all of the zone. */
export const ALL_OF_ZONE = -10;

export interface Vdc {
  id: number;
  name: string;
  groups: readonly number[];
  /** Ids in zone 0, or ALL_OF_ZONE. */
  clusters: readonly number[];
  hosts: readonly number[];
  datastores: readonly number[];
  vnets: readonly number[];
  template: Attributes;
}

export const DEFAULT_VDC: Vdc = {
  id: 0,
  name: 'default',
  groups: [USERS_GROUP],
  clusters: [ALL_OF_ZONE],
  hosts: [ALL_OF_ZONE],
  datastores: [ALL_OF_ZONE],
  vnets: [ALL_OF_ZONE],
  template: [],
};

export function vdcXml(vdc: Vdc): string {
  return branch(
    'VDC',
    leaf('ID', vdc.id),
    leaf('NAME', vdc.name),
    idList('GROUPS', vdc.groups),
    resourcesXml('CLUSTER', vdc.clusters),
    resourcesXml('HOST', vdc.hosts),
    resourcesXml('DATASTORE', vdc.datastores),
    resourcesXml('VNET', vdc.vnets),
    templateXml(alphabetical(vdc.template)),
  );
}

function resourcesXml(noun: string, ids: readonly number[]): string {
  return branch(`${noun}S`, ...ids.map((id) => branch(noun, leaf('ZONE_ID', 0), leaf(`${noun}_ID`, id))));
}
