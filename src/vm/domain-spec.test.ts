import { expect, it } from 'vitest';
import { diskImage, vm } from '../../tests/golden/objects.ts';
import type { Attributes, Vector } from '../model/attributes.ts';
import type { Image } from '../model/image.ts';
import { makeDisk } from './disks.ts';
import { domainSpec } from './domain-spec.ts';

const image = (change: Partial<Image>): Image => ({ ...diskImage, state: 1, ...change });
const disk = (id: number, of: Image | undefined, extra: Vector = []): Attributes[number] => [
  'DISK',
  makeDisk([...(of ? [['IMAGE_ID', String(of.id)] as [string, string]] : []), ...extra], id, of, new Set()),
];

it('puts each disk where its data is, with the format that is known and never another', () => {
  const shared = image({ id: 1, format: 'raw', source: '/ds/shared' });
  const chained = image({ id: 2, format: 'qcow2', source: '/ds/chained' });
  const own = image({ id: 3, format: 'raw', persistent: true, source: '/ds/own' });
  const cdrom = image({ id: 4, format: 'raw', type: 1, source: '/ds/cd' });
  const template: Attributes = [
    ['MEMORY', '64'],
    ['CPU', '0.5'],
    disk(0, shared),
    disk(1, chained, [['CACHE', 'none']]),
    disk(2, own, [['READONLY', 'YES']]),
    disk(3, cdrom),
    disk(4, undefined, [
      ['TYPE', 'fs'],
      ['SIZE', '1'],
      ['READONLY', 'YES'],
    ]),
  ];
  const images = new Map([shared, chained, own, cdrom].map((one) => [one.id, one]));
  const spec = domainSpec({ ...vm, id: 7, deployId: 'one-7', template }, images, '/vms/7', true);
  expect(spec).toMatchObject({
    name: 'one-7',
    vmId: 7,
    memoryMb: 64,
    vcpu: 1,
    cpu: 0.5,
    kvm: true,
    vmDirectory: '/vms/7',
  });
  expect(spec.disks.map(({ path, format, backing }) => [path, format, backing])).toEqual([
    ['/vms/7/disk.0', 'qcow2', [{ path: '/ds/shared', format: 'raw' }]],
    ['/vms/7/disk.1', 'qcow2', [{ path: '/ds/chained', format: 'qcow2' }]],
    ['/ds/own', 'raw', []],
    ['/ds/cd', 'raw', []],
    ['/vms/7/disk.4', 'qcow2', []],
  ]);
  expect(spec.disks.map(({ cdrom: isCdrom, readonly }) => [isCdrom, readonly])).toEqual([
    [false, false],
    [false, false],
    [false, false],
    [true, true],
    [false, true],
  ]);
  expect(spec.disks[1]?.options['CACHE']).toBe('none');
});

it('connects each NIC to its bridge, or to the network of an imported one, and an unconnected one to nothing', () => {
  const template: Attributes = [
    ['MEMORY', '64'],
    ['CPU', '1'],
    [
      'NIC',
      [
        ['NIC_ID', '0'],
        ['NETWORK', 'lan'],
        ['NETWORK_ID', '3'],
        ['BRIDGE', 'br0'],
        ['MAC', '02:00:c0:a8:00:01'],
        ['IP', '192.168.0.1'],
        ['TARGET', 'one-7-0'],
      ],
    ],
    [
      'NIC',
      [
        ['NIC_ID', '4'],
        ['NETWORK', 'default'],
        ['MAC', '52:54:00:00:00:01'],
        ['MODEL', 'e1000'],
      ],
    ],
    [
      'NIC',
      [
        ['NIC_ID', '5'],
        ['NETWORK_MODE', 'auto'],
      ],
    ],
    [
      'NIC',
      [
        ['NIC_ID', '6'],
        ['NETWORK', 'lan'],
        ['NETWORK_ID', '3'],
      ],
    ],
  ];
  expect(domainSpec({ ...vm, template }, new Map(), '/vms/7', true).nics).toEqual([
    {
      nicId: 0,
      mac: '02:00:c0:a8:00:01',
      kind: 'bridge',
      source: 'br0',
      model: '',
      ip: '192.168.0.1',
      target: 'one-7-0',
    },
    { nicId: 4, mac: '52:54:00:00:00:01', kind: 'network', source: 'default', model: 'e1000', ip: '' },
  ]);
});

it('knows a VM by the name of its domain, which for an imported one is what it was', () => {
  const template: Attributes = [
    ['MEMORY', '64'],
    ['CPU', '1'],
  ];
  const named = (deployId: string): string =>
    domainSpec({ ...vm, id: 7, template, deployId }, new Map(), '/vms/7', true).name;
  expect([named('web'), named('one-7')]).toEqual(['web', 'one-7']);
});

it('uses the file of an imported disk where it lies', () => {
  const imported: Vector = [
    ['DISK_ID', '0'],
    ['SOURCE', '/srv/web.img'],
    ['FORMAT', 'qcow2'],
    ['TYPE', 'FILE'],
    ['TARGET', 'vda'],
  ];
  const template: Attributes = [
    ['MEMORY', '64'],
    ['CPU', '1'],
    ['DISK', imported],
  ];
  const [disk0] = domainSpec({ ...vm, template }, new Map(), '/vms/7', true).disks;
  expect(disk0).toMatchObject({ path: '/srv/web.img', format: 'qcow2', backing: [] });
});

it('a disk whose image is being restored is read from its server, and will stand on that image', () => {
  const coming = image({ id: 1, format: 'raw', source: '/ds/coming' });
  const template: Attributes = [
    disk(0, coming),
    disk(1, undefined, [
      ['TYPE', 'fs'],
      ['SIZE', '1'],
    ]),
  ];
  const server = { diskId: 0, socket: '/run/ab/disk.3.sock', exportName: 'disk.3', virtualBytes: 512 };
  const restored = { ...vm, template, instant: { operationId: 'ab', disks: [server] } };
  const [first, second] = domainSpec(restored, new Map([[1, coming]]), '/vms/7', false).disks;
  expect(first).toMatchObject({ served: server, backing: [{ path: '/ds/coming', format: 'raw' }] });
  expect(second).not.toHaveProperty('served');
});
