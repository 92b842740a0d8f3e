// A network with one range of each kind of address, for tests.
import { permissionsFromOctet } from '../../src/model/permissions.ts';
import type { VirtualNetwork } from '../../src/model/vnet.ts';

export const network: VirtualNetwork = {
  ...{ id: 3, uid: 0, gid: 0, uname: 'oneadmin', gname: 'oneadmin', name: 'private' },
  permissions: permissionsFromOctet(0o640),
  clusters: [0, 100],
  bridge: 'br0',
  bridgeType: 'linux',
  state: 1,
  prevState: 0,
  vnMad: 'bridge',
  phydev: '',
  vlanId: '',
  automaticVlanId: false,
  ranges: [
    {
      ...{ id: 0, type: 'IP4', size: 3, mac: '02:00:c0:a8:00:0a', ip: '192.168.0.10' },
      ...{ globalPrefix: '', ulaPrefix: '', attributes: [] },
    },
    {
      ...{ id: 2, type: 'IP6', size: 2, mac: '02:00:00:00:00:01', ip: '' },
      ...{ globalPrefix: '2001:db8::', ulaPrefix: '', attributes: [] },
    },
  ],
  nextRangeId: 3,
  template: [
    ['BRIDGE', 'br0'],
    ['VN_MAD', 'bridge'],
  ],
};
