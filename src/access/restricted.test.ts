import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Attributes } from '../model/attributes.ts';
import { CODE } from '../model/errors.ts';
import {
  GROUP_RESTRICTED,
  IMAGE_RESTRICTED,
  refuseRestricted,
  refuseUngranted,
  refuseRestrictedPart,
  USER_RESTRICTED,
  VM_RESTRICTED,
  type RestrictedKind,
} from './restricted.ts';

const KINDS: Array<[RestrictedKind, readonly string[]]> = [
  ['VM', VM_RESTRICTED],
  ['IMAGE', IMAGE_RESTRICTED],
  ['USER', USER_RESTRICTED],
  ['GROUP', GROUP_RESTRICTED],
];
const valued = (path: string, value: string): Attributes => {
  const [name = '', part] = path.split('/');
  return [
    [
      name,
      part === undefined
        ? value
        : [
            ['OTHER', 'x'],
            [part, value],
          ],
    ],
  ];
};

it.each(KINDS)('nobody but administrators sets, changes or drops any of %s', (kind, names) => {
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) {
    const [one, other] = [valued(name, '/1'), valued(name, '/2')];
    const refused: Array<[Attributes, Attributes]> = [
      [one, []],
      [one, other],
      [[], one],
      [[...one, ...one], one],
    ];
    for (const [template, before] of refused) {
      expect(() => refuseRestricted(kind, template, before)).toThrow(
        expect.objectContaining({
          code: CODE.AUTHORIZATION,
          message: `The restricted attribute ${name} of the ${kind} template can be set, changed and removed by administrators only.`,
        }) as Error,
      );
    }
    expect(() => refuseRestricted(kind, [['NAME', 'x'], ...one], one)).not.toThrow();
  }
});

describe('of VMs', () => {
  it.each([
    [
      'CONTEXT/FILES',
      'NIC/MAC',
      'NIC/VLAN_ID',
      'NIC/BRIDGE',
      'NIC/FILTER',
      'NIC/INBOUND_AVG_BW',
      'NIC/OUTBOUND_PEAK_KB',
    ],
    ['NIC_ALIAS/MAC', 'NIC_DEFAULT/BRIDGE', 'DISK/TOTAL_BYTES_SEC', 'DISK/WRITE_IOPS_SEC_MAX_LENGTH', 'DISK/SOURCE'],
    ['CPU_COST', 'MEMORY_COST', 'DISK_COST', 'PCI', 'RAW', 'EMULATOR', 'USER_INPUTS/CPU', 'TOPOLOGY/PIN_POLICY'],
  ])('%s and others', (...names) => {
    for (const name of names) expect(VM_RESTRICTED).toContain(name);
  });

  it('a whole attribute is restricted whether it is a text or a vector', () => {
    expect(() => refuseRestricted('VM', [['RAW', [['DATA', '<x/>']]]])).toThrow('attribute RAW');
    expect(() => refuseRestricted('VM', [['PCI', [['VENDOR', '8086']]]])).toThrow('attribute PCI');
    expect(() =>
      refuseRestricted('VM', [
        ['NIC', 'MAC'],
        ['MAC', '02:00'],
        ['SOURCE', '/etc/passwd'],
      ]),
    ).not.toThrow();
  });

  it('the order of vectors means nothing, their number does', () => {
    const nic = (mac: string): Attributes => [
      [
        'NIC',
        [
          ['NETWORK_ID', '0'],
          ['MAC', mac],
        ],
      ],
    ];
    const before = [...nic('02:00:00:00:00:01'), ...nic('02:00:00:00:00:02')];
    expect(() => refuseRestricted('VM', [...before].reverse(), before)).not.toThrow();
    expect(() => refuseRestricted('VM', before.slice(1), before)).toThrow('NIC/MAC');
  });

  it('an update by parts speaks only of what it mentions', () => {
    const before: Attributes = [...valued('NIC/MAC', '02:00'), ...valued('CONTEXT/FILES', '/x'), ['RAW', 'x']];
    expect(() => refuseRestrictedPart('VM', [['MEMORY', '1']], before)).not.toThrow();
    expect(() => refuseRestrictedPart('VM', valued('CONTEXT/FILES', '/x'), before)).not.toThrow();
    expect(() => refuseRestrictedPart('VM', [['CONTEXT', []]], before)).toThrow('CONTEXT/FILES');
    expect(() => refuseRestrictedPart('VM', [['RAW', 'y']], before)).toThrow('RAW');
    expect(() => refuseRestricted('VM', [['MEMORY', '1']], before)).toThrow('CONTEXT/FILES');
  });

  it('a new object may have what an administrator has granted, or less, and nothing else', () => {
    const granted: Attributes = [...valued('OS/KERNEL', '/boot/a'), ['RAW', 'x']];
    expect(() => refuseUngranted('VM', granted, granted)).not.toThrow();
    expect(() => refuseUngranted('VM', valued('OS/KERNEL', '/boot/a'), granted)).not.toThrow();
    expect(() => refuseUngranted('VM', valued('OS/KERNEL', '/etc/shadow'), granted)).toThrow('OS/KERNEL');
    expect(() => refuseUngranted('VM', valued('OS/INITRD', '/etc/shadow'), granted)).toThrow('OS/INITRD');
    expect(() => refuseUngranted('VM', valued('OS/FIRMWARE', '/etc/shadow'), [])).toThrow('OS/FIRMWARE');
    expect(() => refuseUngranted('VM', valued('OS/FIRMWARE', 'UEFI'), [])).not.toThrow();
  });

  it('everything else is free', () => {
    const name = fc.constantFrom('MEMORY', 'CPU', 'BACKUP_CONFIG', 'DISK', 'NIC', 'CONTEXT', 'LABELS');
    const part = fc.constantFrom('IMAGE_ID', 'NETWORK_ID', 'SIZE', 'KEEP_LAST', 'SSH_PUBLIC_KEY');
    const vector = fc.array(fc.tuple(part, fc.string()), { maxLength: 3 });
    const attributes = fc.array(fc.tuple(name, fc.oneof(fc.string(), vector)), { maxLength: 5 });
    fc.assert(
      fc.property(attributes, attributes, (template, before) => {
        expect(() => refuseRestricted('VM', template, before)).not.toThrow();
      }),
    );
  });
});
