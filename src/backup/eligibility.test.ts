import { expect, it } from 'vitest';
import { datastore, vm } from '../../tests/golden/objects.ts';
import type { Attributes, Vector } from '../model/attributes.ts';
import type { BackupConfig } from '../model/backup-config.ts';
import type { Vm } from '../model/vm.ts';
import { eligibilityOf } from './eligibility.ts';

const disk = (id: number, format: string, ...more: Vector): Attributes[number] => [
  'DISK',
  [['DISK_ID', String(id)], ['TYPE', 'FILE'], ['FORMAT', format], ['TARGET', `vd${id}`], ['SOURCE', '/x'], ...more],
];

function machine(template: Attributes, config: Partial<BackupConfig> = {}, change: Partial<Vm> = {}): Vm {
  const { backups } = vm;
  const own = { ...backups.config, mode: 'INCREMENT' as const, incrementalBackupId: -1, ...config };
  return { ...vm, diskSnapshots: [], template, backups: { ...backups, config: own }, ...change };
}

it('says that increments are possible when every disk that takes part notes its changes', () => {
  const told = eligibilityOf(
    machine([
      disk(0, 'qcow2'),
      [
        'DISK',
        [
          ['DISK_ID', '1'],
          ['TYPE', 'swap'],
        ],
      ],
    ]),
    undefined,
    datastore,
  );
  expect(told).toMatchObject({ next: 'FULL', possible: true, obstacles: [] });
  expect(told.disks).toMatchObject([
    { diskId: 0, takesPart: true, increment: true, reason: '' },
    { diskId: 1, takesPart: false, increment: false, reason: 'swap is never backed up' },
  ]);
});

it('tells of each disk what is in the way', () => {
  const snapshots = [{ diskId: 0, snapshots: [{}] }] as unknown as NonNullable<Vm['diskSnapshots']>;
  const told = eligibilityOf(
    machine([disk(0, 'qcow2'), disk(1, 'raw')], {}, { diskSnapshots: snapshots }),
    undefined,
    datastore,
  );
  expect(told.possible).toBe(false);
  expect(told.disks.map(({ reason }) => reason)).toEqual([
    expect.stringContaining('has snapshots'),
    expect.stringContaining('FORMAT="raw"'),
  ]);
});

it('tells what of the whole VM is in the way, also while MODE is FULL', () => {
  const told = eligibilityOf(
    machine([disk(0, 'qcow2'), ['SNAPSHOT', [['SNAPSHOT_ID', '0']]]], { mode: 'FULL' }),
    undefined,
    datastore,
  );
  expect(told).toMatchObject({ next: 'FULL', reason: 'MODE is FULL', possible: false });
  expect(told.obstacles).toEqual([expect.stringContaining('snapshots')]);
});

it('says why there can be no backup at all', () => {
  const next = (one: Vm, to: typeof datastore | undefined = datastore): string[] => {
    const told = eligibilityOf(one, undefined, to);
    return [told.next, told.reason];
  };
  expect(next(machine([disk(0, 'qcow2')], {}, { state: 2, lcmState: 0 }))).toEqual([
    'NONE',
    expect.stringContaining('HOLD'),
  ]);
  expect(eligibilityOf(machine([disk(0, 'qcow2')]), undefined, undefined).next).toBe('NONE');
  expect(next(machine([]))).toEqual(['NONE', expect.stringContaining('no disk to back up')]);
});
