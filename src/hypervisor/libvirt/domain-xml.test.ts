import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { DOMParser, onErrorStopParsing } from '@xmldom/xmldom';
import type { Attributes } from '../../model/attributes.ts';
import type { DomainDisk, DomainNic, DomainSpec } from '../hypervisor.ts';
import { nicXml } from './device-xml.ts';
import { domainXml } from './domain-xml.ts';

const GOLDEN = '../../../tests/golden/domain';

function disk(diskId: number, target: string, change: Partial<DomainDisk> = {}): DomainDisk {
  const path = `/var/lib/one/datastores/0/7/disk.${diskId}`;
  return { diskId, target, path, format: 'qcow2', backing: [], cdrom: false, readonly: false, options: {}, ...change };
}

function spec(disks: DomainDisk[], template: Attributes = [], change: Partial<DomainSpec> = {}): DomainSpec {
  const size = { memoryMb: 512, vcpu: 2, cpu: 1.5, kvm: true };
  return {
    name: 'one-7',
    vmId: 7,
    ...size,
    disks,
    nics: [],
    template,
    vmDirectory: '/var/lib/one/datastores/0/7',
    ...change,
  };
}

const xmlOf = (one: DomainSpec, uuid?: string): string => domainXml(one, '0123456789abcdef', uuid);

describe('domainXml', () => {
  it('writes a small VM', async () => {
    await expect(xmlOf(spec([disk(0, 'vda')]))).toMatchFileSnapshot(`${GOLDEN}/small.xml`);
  });

  it('lets a disk read from a server, and stops the machine when that fails', () => {
    const backing = [{ path: '/ds/coming', format: 'raw' as const }];
    const served = { socket: '/run/ab/disk.0.sock', exportName: 'disk.0' };
    const xml = xmlOf(spec([disk(0, 'vda', { backing, served })]));
    expect(xml).toMatch(/<driver [^>]*error_policy='stop' rerror_policy='stop'/);
    expect(xml).toMatch(
      /<backingStore type='network'>\s*<format type='raw'\/>\s*<source protocol='nbd' name='disk.0'>/,
    );
    expect(xml).toContain("<host transport='unix' socket='/run/ab/disk.0.sock'/>");
    expect(xml).not.toContain('/ds/coming');
  });

  it('writes every part of a large one', async () => {
    const base = { path: '/var/lib/one/datastores/1/base', format: 'raw' as const };
    const middle = { path: '/var/lib/one/datastores/1/middle', format: 'qcow2' as const };
    const disks = [
      disk(0, 'vda', { backing: [middle, base], options: { CACHE: 'none', IO: 'native', DISCARD: 'unmap' } }),
      disk(1, 'sda', { format: 'raw', options: { TOTAL_IOPS_SEC: '500' } }),
      disk(2, 'hda', { format: 'raw', cdrom: true }),
    ];
    const template: Attributes = [
      [
        'OS',
        [
          ['BOOT', 'disk2, disk0,nic0'],
          ['ARCH', 'x86_64'],
          ['FIRMWARE', 'UEFI'],
        ],
      ],
      ['CPU_MODEL', [['MODEL', 'host-passthrough']]],
      [
        'FEATURES',
        [
          ['GUEST_AGENT', 'yes'],
          ['PAE', 'yes'],
          ['APIC', 'no'],
          ['LOCALTIME', 'yes'],
        ],
      ],
      [
        'GRAPHICS',
        [
          ['TYPE', 'VNC'],
          ['LISTEN', '0.0.0.0'],
          ['PORT', '5907'],
          ['PASSWD', `a'<&"b`],
        ],
      ],
      [
        'RAW',
        [
          ['TYPE', 'kvm'],
          ['DATA', "<devices><serial type='null'/></devices>"],
        ],
      ],
      [
        'RAW',
        [
          ['TYPE', 'lxc'],
          ['DATA', '<never/>'],
        ],
      ],
    ];
    const nic = { mac: '02:00:c0:a8:00:07', ip: '192.168.0.7', model: '' };
    const nics: DomainNic[] = [
      { ...nic, nicId: 0, kind: 'bridge', source: 'br0' },
      { ...nic, nicId: 1, kind: 'network', source: 'private', model: 'e1000', target: 'tap-7' },
    ];
    const xml = xmlOf(spec(disks, template, { nics }), '1b1f0a3e-0000-4000-8000-000000000007');
    await expect(xml).toMatchFileSnapshot(`${GOLDEN}/large.xml`);
  });

  it('boots a kernel that is given, on a host without KVM', async () => {
    const os: Attributes = [
      [
        'OS',
        [
          ['KERNEL', '/k'],
          ['INITRD', '/i'],
          ['ROOT', 'vda1'],
          ['KERNEL_CMD', 'console=ttyS0 quiet'],
        ],
      ],
      ['CPU_MODEL', [['MODEL', 'host-passthrough']]],
    ];
    const xml = xmlOf(spec([disk(0, 'vda', { format: 'raw' })], os, { kvm: false }));
    await expect(xml).toMatchFileSnapshot(`${GOLDEN}/kernel.xml`);
  });

  it('gives the CD drive of a q35 machine a SATA bus', () => {
    const xml = xmlOf(spec([disk(0, 'hda', { cdrom: true })], [['OS', [['MACHINE', 'q35']]]]));
    expect(xml).toContain(`<target dev='hda' bus='sata'/>`);
  });

  it('leaves the name of an interface to libvirt where the kernel takes none so long', () => {
    const nic: DomainNic = { nicId: 1000, mac: '', kind: 'bridge', source: 'br0', model: 'virtio', ip: '' };
    expect(nicXml(nic, 1_234_567)).toBe(
      `<interface type='bridge'><source bridge='br0'/><model type='virtio'/></interface>`,
    );
    expect(nicXml({ ...nic, nicId: 0 }, 1234)).toContain(`<target dev='one-1234-0'/>`);
    expect(nicXml({ ...nic, nicId: 0 }, undefined)).not.toContain('target');
  });

  it.each([
    [disk(3, 'xvda'), /Disk 3 cannot be attached as "xvda"/],
    [disk(3, 'vdb', { cdrom: true }), /a CD drive cannot be a virtio disk/],
  ])('refuses a device that cannot be', (wrong, message) => {
    expect(() => xmlOf(spec([wrong]))).toThrow(message);
  });

  it('keeps any text of a template inside its attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (path, command) => {
        const os: Attributes = [
          [
            'OS',
            [
              ['KERNEL', '/k'],
              ['KERNEL_CMD', command],
            ],
          ],
        ];
        const document = new DOMParser({ onError: onErrorStopParsing }).parseFromString(
          xmlOf(spec([disk(0, 'vda', { path })], os)),
          'text/xml',
        );
        expect(document.getElementsByTagName('disk')).toHaveLength(1);
        expect(document.documentElement?.childNodes.length).toBeGreaterThan(5);
      }),
      { numRuns: 50 },
    );
  });

  it('writes the whole chain of backing files, formats included', () => {
    const link = fc.record({
      path: fc.constantFrom('/a', '/b'),
      format: fc.constantFrom('raw' as const, 'qcow2' as const),
    });
    fc.assert(
      fc.property(fc.array(link, { maxLength: 6 }), (backing) => {
        const xml = xmlOf(spec([disk(0, 'vda', { backing })]));
        const written = [...xml.matchAll(/<format type='(\w+)'\/>\n<source file='([^']+)'\/>/g)];
        expect(written.map(([, format, path]) => ({ path, format }))).toEqual(backing);
        expect(xml.match(/<backingStore\/>/g)).toHaveLength(1);
      }),
    );
  });
});
