import { expect, it } from 'vitest';
import type { DomainDisk, DomainSpec } from '../hypervisor.ts';
import { domainXml } from './domain-xml.ts';
import { movedXml } from './moved-xml.ts';
import { readDevices } from './devices.ts';

const disk = (directory: string): DomainDisk => ({
  diskId: 0,
  target: 'vda',
  path: `${directory}/disk.0`,
  format: 'qcow2',
  backing: [{ path: `${directory}/base`, format: 'raw' }],
  cdrom: false,
  readonly: false,
  options: {},
});
const spec = (directory: string, bridge: string): DomainSpec => ({
  name: 'one-7',
  vmId: 7,
  memoryMb: 64,
  vcpu: 1,
  cpu: 1,
  kvm: false,
  disks: [disk(directory)],
  nics: [{ nicId: 0, mac: '02:00:00:00:00:07', kind: 'bridge', source: bridge, model: '', ip: '' }],
  template: [
    [
      'GRAPHICS',
      [
        ['TYPE', 'VNC'],
        ['PASSWD', 'a<b'],
      ],
    ],
  ],
  vmDirectory: directory,
});

it('changes nothing of a machine whose files are where they were', () => {
  expect(movedXml(domainXml(spec('/a', 'br0'), 'x'), spec('/a', 'br0'))).toBeNull();
});

it('tells a saved machine where its files are now, and keeps the rest', () => {
  const moved = movedXml(domainXml(spec('/a', 'br0'), 'x'), spec('/b', 'br1')) ?? '';
  expect(moved).not.toContain('/a/');
  expect(moved).not.toContain('br0');
  expect(moved).toContain('/b/console.log');
  expect(moved).toContain('/b/base');
  expect(moved).toContain('a&lt;b');
  expect(readDevices(moved).disks[0]?.path).toBe('/b/disk.0');
  expect(readDevices(moved).machine).toBe('pc');
});

it('leaves alone what the specification does not name', () => {
  const more = { ...spec('/a', 'br0'), disks: [disk('/a'), { ...disk('/x'), diskId: 1, target: 'vdb' }] };
  const moved = movedXml(domainXml(more, 'x'), spec('/b', 'br0')) ?? '';
  expect(readDevices(moved).disks.map(({ path }) => path)).toEqual(['/b/disk.0', '/x/disk.0']);
});

it('knows that layers between a disk and what it stands on have gone', () => {
  const layered = (...between: string[]): DomainSpec => {
    const backing = [...between.map((path) => ({ path, format: 'qcow2' as const })), ...disk('/a').backing];
    return { ...spec('/a', 'br0'), disks: [{ ...disk('/a'), backing }] };
  };
  const saved = domainXml(layered('/a/disk.0.snap/3', '/a/disk.0.snap/4'), 'x');
  expect(movedXml(saved, layered('/a/disk.0.snap/3', '/a/disk.0.snap/4'))).toBeNull();
  const moved = movedXml(saved, layered('/a/disk.0.snap/4')) ?? '';
  expect(moved).not.toContain('/a/disk.0.snap/3');
  expect(moved).toContain('/a/disk.0.snap/4');
  expect(moved).toContain('/a/base');
  expect(movedXml(saved, layered())).not.toContain('.snap');
});
