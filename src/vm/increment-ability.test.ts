import { describe, expect, it } from 'vitest';
import { vm } from '../../tests/golden/objects.ts';
import type { Attributes, Vector } from '../model/attributes.ts';
import type { Vm } from '../model/vm.ts';
import { canIncrement, endChain, incrementsRefused, whyChainEnds } from './increment-ability.ts';

const disk = (id: number, ...more: Vector): Attributes[number] => ['DISK', [['DISK_ID', String(id)], ...more]];
const machine = (template: Attributes, change: Partial<Vm> = {}, backupVolatile = false): Vm => ({
  ...vm,
  backups: { ...vm.backups, config: { ...vm.backups.config, backupVolatile } },
  template,
  ...change,
});
const snapshot = { id: 0, name: '', parent: -1, children: [], date: 0, sizeMb: 1, active: true };

describe('increments are', () => {
  it('possible with qcow2 alone', () => {
    expect(canIncrement(machine([disk(0, ['TYPE', 'FILE'], ['FORMAT', 'qcow2'])]))).toEqual([]);
    expect(canIncrement(machine([]))).toEqual([]);
  });

  it.each([
    ['a raw disk', machine([disk(3, ['TYPE', 'FILE'], ['FORMAT', 'raw'])]), /^disk 3 has FORMAT="raw"/],
    ['a disk that says no format', machine([disk(0)]), /FORMAT="raw"/],
    [
      'a disk with snapshots',
      machine([disk(1, ['FORMAT', 'qcow2'])], { diskSnapshots: [{ diskId: 1, nextId: 1, snapshots: [snapshot] }] }),
      /^disk 1 has snapshots/,
    ],
    ['snapshots of the whole', machine([['SNAPSHOT', [['SNAPSHOT_ID', '0']]]]), /^the VM has snapshots/],
    [
      'a raw volatile disk that takes part',
      machine([disk(2, ['TYPE', 'fs'], ['FORMAT', 'raw'])], {}, true),
      /^disk 2 has FORMAT/,
    ],
  ] as Array<[string, Vm, RegExp]>)('not possible with %s', (_what, machine, why) => {
    expect(canIncrement(machine)).toEqual([expect.stringMatching(why)]);
  });

  it('not held up by disks that are never in a backup, nor by snapshots that are gone', () => {
    const never = [disk(1, ['TYPE', 'CDROM'], ['FORMAT', 'raw']), disk(2, ['TYPE', 'swap'], ['FORMAT', 'raw'])];
    const volatile = disk(3, ['TYPE', 'fs'], ['FORMAT', 'raw']);
    const diskSnapshots = [{ diskId: 0, nextId: 4, snapshots: [] }];
    const root = disk(0, ['FORMAT', 'qcow2']);
    expect(canIncrement(machine([root, ...never, volatile], { diskSnapshots }))).toEqual([]);
  });
});

describe('a configuration', () => {
  const raw = machine([disk(0, ['FORMAT', 'raw'])]);
  const { config } = raw.backups;

  it('with increments is refused when they are not possible, and says what is', () => {
    expect(incrementsRefused(raw)).toBe('disk 0 has FORMAT="raw", and only qcow2 notes what changes. Use MODE="FULL".');
    expect(incrementsRefused(raw, { ...config, mode: 'FULL' })).toBeUndefined();
    expect(incrementsRefused(machine([disk(0, ['FORMAT', 'qcow2'])]))).toBeUndefined();
    const volatile = machine([disk(0, ['FORMAT', 'raw'], ['TYPE', 'fs'])]);
    expect(incrementsRefused(volatile)).toBeUndefined();
    expect(incrementsRefused(volatile, { ...config, backupVolatile: true })).toMatch(/^disk 0 has FORMAT="raw"/);
  });

  it('are not made of layers under a domain that stays as it is', () => {
    const snapshots = { ...vm.backups, config: { ...vm.backups.config, incrementMode: 'SNAPSHOT' as const } };
    const imported = machine([disk(0, ['FORMAT', 'qcow2'])], { imported: true });
    expect(canIncrement(imported)).toEqual([]);
    expect(canIncrement({ ...imported, backups: snapshots })).toEqual([expect.stringContaining('imported')]);
    expect(canIncrement({ ...imported, imported: false, backups: snapshots })).toEqual([]);
  });

  it('that makes backups in another way ends the chain, and says which', () => {
    expect(whyChainEnds(config, { ...config, mode: 'FULL' })).toBe('MODE was changed to FULL');
    expect(whyChainEnds(config, { ...config, incrementMode: 'SNAPSHOT' })).toBe(
      'INCREMENT_MODE was changed to SNAPSHOT',
    );
    expect(whyChainEnds(config, { ...config, backupVolatile: true })).toBe('BACKUP_VOLATILE was changed to YES');
    expect(whyChainEnds(config, { ...config, keepLast: 9, fsFreeze: 'AGENT', freezeLimitSec: 3 })).toBeUndefined();
  });
});

describe('a chain', () => {
  const chained = (configured: boolean, id: number): Vm => {
    const copy = structuredClone(vm);
    copy.backups.configured = configured;
    copy.backups.config.incrementalBackupId = id;
    copy.backups.config.lastIncrementId = id === -1 ? -1 : 2;
    return copy;
  };

  it('ends with its reason', () => {
    const one = chained(true, 7);
    endChain(one, 'disk 1 was attached');
    expect(one.backups).toMatchObject({
      chainEnded: 'disk 1 was attached',
      config: { incrementalBackupId: -1, lastIncrementId: -1, mode: 'INCREMENT' },
    });
  });

  it('that is none keeps no reason', () => {
    const one = chained(true, -1);
    const before = structuredClone(one);
    endChain(one, 'disk 1 was attached');
    expect(one).toEqual(before);
  });
});
