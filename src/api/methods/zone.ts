// one.zone.* and one.zonepool.*: there is one zone, this OneVault.
import { zoneTarget } from '../../access/targets.ts';
import { zoneXml } from '../../wire/documents/zone.ts';
import { soleMethods } from '../sole.ts';

export const zoneMethods = soleMethods({
  word: 'zone',
  label: 'zone',
  root: 'ZONE_POOL',
  target: zoneTarget(0),
  xml: ({ endpoint }) => Promise.resolve(zoneXml({ id: 0, name: 'OpenNebula', endpoint })),
});
