// What a drill boots: the sample backup with a template that reaches outside in every way.
import { describe, expect, it } from 'vitest';
import { backupImage } from '../../tests/golden/objects.ts';
import type { Attributes } from '../model/attributes.ts';
import type { Image } from '../model/image.ts';
import { machineTemplate, planDrill, withPrograms } from './plan.ts';

const template: Attributes = [
  ['MEMORY', '2048'],
  ['VCPU', '2'],
  ['OS', [['BOOT', 'disk0,nic0'], ['UUID', 'a-b-c'], ['MACHINE', 'q35']]], // prettier-ignore
  ['FEATURES', [['GUEST_AGENT', 'YES']]],
  ['CPU_MODEL', [['MODEL', 'host-passthrough']]],
  ['DISK', [['DISK_ID', '1'], ['TYPE', 'swap'], ['SIZE', '64'], ['TARGET', 'vdb']]], // prettier-ignore
  ['DISK', [['DISK_ID', '2'], ['TYPE', 'CDROM'], ['TARGET', 'hda'], ['SIZE', '700']]], // prettier-ignore
  ['DISK', [['DISK_ID', '0'], ['TYPE', 'FILE'], ['TARGET', 'vda']]], // prettier-ignore
  ['NIC', [['BRIDGE', 'br0']]],
  ['NIC', [['BRIDGE', 'br1']]],
  ['PCI', [['ADDRESS', '0000:01:00.0']]],
  ['RAW', [['DATA', '<hostdev/>']]],
  ['GRAPHICS', [['LISTEN', '0.0.0.0']]],
];

/** The sample with this template at every point. */
function image(vmTemplate: Attributes): Image {
  return { ...backupImage, points: backupImage.points.map((point) => ({ ...point, vmTemplate })) };
}

describe('the machine', () => {
  it('has what shapes it and nothing that leads out of it', () => {
    expect(machineTemplate(template)).toEqual([
      ['OS', [['BOOT', 'disk0,nic0'], ['MACHINE', 'q35']]], // prettier-ignore
      ['FEATURES', [['GUEST_AGENT', 'YES']]],
      ['CPU_MODEL', [['MODEL', 'host-passthrough']]],
    ]);
    const { machine, leftOut } = planDrill(image(template), 1, { memoryMb: undefined });
    expect(machine).toMatchObject({ memoryMb: 2048, vcpu: 2, template: machineTemplate(template) });
    expect(leftOut).toBe('2 NIC, PCI, RAW, GRAPHICS, 1 CD drive');
  });

  it('has the disks of the backup, and empty ones for those that are not in it', () => {
    const { machine } = planDrill(image(template), 1, { memoryMb: undefined });
    const told = machine.disks.map(({ diskId, target, members }) => [diskId, target, members.length]);
    expect(told).toEqual([[1, 'vdb', 0], [0, 'vda', 2]]); // prettier-ignore
    expect(machine.disks[0]?.virtualBytes).toBe(64 * 1024 * 1024);
  });

  it('gives disks a name when their VM has not said one', () => {
    expect(planDrill(image([]), 0, { memoryMb: undefined }).machine.disks).toMatchObject([
      { diskId: 0, target: 'vda' },
    ]);
  });

  it.each([
    [undefined, 2048],
    [512, 512],
    [9999, 2048],
  ])('with MEMORY %s has %s MB', (memoryMb, expected) => {
    // prettier-ignore
    expect(planDrill(image(template), 0, { memoryMb }).machine.memoryMb).toBe(expected);
  });

  it('is of a point that is there', () => {
    expect(() => planDrill(image(template), 7, { memoryMb: undefined })).toThrow('has no increment 7');
  });
});

it('programs are in the directory that the configuration names, or nowhere', () => {
  const wanted = [{ kind: 'script', script: 'look' }, { kind: 'agent' }] as const;
  expect(withPrograms(wanted, '/etc/drills')).toEqual([
    { kind: 'script', script: '/etc/drills/look' },
    { kind: 'agent' },
  ]);
  expect(() => withPrograms(wanted, undefined)).toThrow('cannot run look: no program may be run by drills here');
  expect(withPrograms(wanted.slice(1), undefined)).toEqual([{ kind: 'agent' }]);
});
