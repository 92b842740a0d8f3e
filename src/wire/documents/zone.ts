// The ZONE document; entries of ZONE_POOL are full documents. A zone of one server lists no servers.
import { branch, cdataLeaf, leaf } from '../xml-write.ts';

export const ZONE_POOL = 'ZONE_POOL';

export interface Zone {
  id: number;
  name: string;
  /** Where its API answers: `http://host:2633/RPC2`. */
  endpoint: string;
}

export function zoneXml(zone: Zone): string {
  const enabled = 0;
  return branch(
    'ZONE',
    leaf('ID', zone.id),
    leaf('NAME', zone.name),
    leaf('STATE', enabled),
    branch('TEMPLATE', cdataLeaf('ENDPOINT', zone.endpoint)),
    branch('SERVER_POOL'),
  );
}
