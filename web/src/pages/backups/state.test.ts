import { describe, expect, it } from 'vitest';
import type { Image } from '../../api/documents.ts';
import { backupRows, backupState } from './state.ts';

const image = {
  ...{ ID: 4, NAME: 'nightly', TYPE: 6, STATE: 1, SIZE: 10, VMS: { ID: [9] }, BACKUP_INCREMENTS: { INCREMENT: [] } },
  BACKUP_POINT: { ID: 0, DATE: 300, REASON: '', CONSISTENCY: 'crash', VERIFIED: 0 },
} as unknown as Image;

describe('the list of backups', () => {
  it('has backups alone, with the name of their machine and their newest point', () => {
    const rows = backupRows([image, { ...image, ID: 5, TYPE: 0 }], new Map([[9, 'web']]));
    expect(rows).toEqual([{ image, id: 4, name: 'nightly', vmId: 9, vm: 'web', points: 1, newest: 300 }]);
  });

  it('shows a backup whose machine is gone, and one of none', () => {
    const rows = backupRows([image, { ...image, VMS: { ID: [] } }], new Map());
    expect(rows.map(({ vmId, vm }) => [vmId, vm])).toEqual([
      [9, ''],
      [-1, ''],
    ]);
  });
});

describe('the state of a backup', () => {
  it('is told in a word, also one that is not known', () => {
    expect([1, 4, 5, 99].map((STATE) => backupState({ STATE }).word)).toEqual(['ready', 'locked', 'error', 'other']);
  });
});
