import { expect, it } from 'vitest';
import { permissionsFromOctet } from '../../model/permissions.ts';
import type { AddressRange, Lease, VirtualNetwork } from '../../model/vnet.ts';
import { readXml, type XmlElement } from '../xml-read.ts';
import { vnetEntryXml, vnetXml } from './vnet.ts';

const range: AddressRange = {
  id: 0,
  type: 'IP4',
  size: 20,
  mac: '02:00:c0:a8:00:0a',
  ip: '192.168.0.10',
  globalPrefix: '',
  ulaPrefix: '',
  attributes: [['LABEL', 'desks']],
};

const vnet: VirtualNetwork = {
  id: 3,
  uid: 0,
  gid: 0,
  uname: 'oneadmin',
  gname: 'oneadmin',
  name: 'private',
  permissions: permissionsFromOctet(0o640),
  clusters: [0],
  bridge: 'br0',
  bridgeType: 'linux',
  state: 1,
  prevState: 1,
  vnMad: 'bridge',
  phydev: '',
  vlanId: '',
  automaticVlanId: false,
  ranges: [range, { ...range, id: 1, type: 'IP6', ip: '', mac: '02:00:00:00:00:01', globalPrefix: '2001:db8::' }],
  nextRangeId: 2,
  template: [['DNS', '192.168.0.1']],
};

const lease = (arId: number, index: number, vm: number): Lease => ({ vnetId: 3, arId, index, vm, nicId: 0 });
const fields = (element: XmlElement | undefined): string[] =>
  (element?.elements ?? []).map(({ name, text }) => `${name}=${text}`);

it('shows each range with its end and its leases, in the order of their addresses', () => {
  const xml = readXml(vnetXml(vnet, [lease(0, 1, -1), lease(1, 0, 8), lease(0, 0, 12), lease(0, 2, 8)]));
  expect(xml.textOf('USED_LEASES')).toBe('4');
  expect(xml.children('UPDATED_VMS/ID').map(({ text }) => text)).toEqual(['8', '12']);
  const [first, second] = xml.children('AR_POOL/AR');
  expect(fields(first)).toEqual([
    'AR_ID=0',
    'IP=192.168.0.10',
    'LABEL=desks',
    'MAC=02:00:c0:a8:00:0a',
    'SIZE=20',
    'TYPE=IP4',
    'MAC_END=02:00:c0:a8:00:1d',
    'IP_END=192.168.0.29',
    'USED_LEASES=3',
    'LEASES=',
  ]);
  expect(first?.children('LEASES/LEASE').map(fields)).toEqual([
    ['IP=192.168.0.10', 'MAC=02:00:c0:a8:00:0a', 'VM=12'],
    ['IP=192.168.0.11', 'MAC=02:00:c0:a8:00:0b', 'VM=-1'],
    ['IP=192.168.0.12', 'MAC=02:00:c0:a8:00:0c', 'VM=8'],
  ]);
  expect(fields(second?.child('LEASES/LEASE'))).toEqual([
    'IP6_GLOBAL=2001:db8::ff:fe00:1',
    'IP6_LINK=fe80::ff:fe00:1',
    'MAC=02:00:00:00:00:01',
    'VM=8',
  ]);
});

it('a pool entry counts the leases and names none', () => {
  const entry = readXml(vnetEntryXml(vnet, 4));
  expect(entry.textOf('USED_LEASES')).toBe('4');
  expect(fields(entry.child('AR_POOL/AR'))).toEqual([
    'AR_ID=0',
    'IP=192.168.0.10',
    'LABEL=desks',
    'MAC=02:00:c0:a8:00:0a',
    'SIZE=20',
    'TYPE=IP4',
  ]);
});
