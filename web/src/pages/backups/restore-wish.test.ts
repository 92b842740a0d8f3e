import { describe, expect, it } from 'vitest';
import { restoreOptions, type RestoreWish } from './restore-wish.ts';

const wish: RestoreWish = {
  ...{ way: 'fresh', point: -1, datastoreId: 1, name: '', disk: -1 },
  ...{ nics: 'keep', noConfig: false, force: false },
};

describe('the options of a restore', () => {
  it('are none when nothing is chosen', () => {
    expect(restoreOptions(wish)).toBe('');
  });

  it('name point, name and what is left out', () => {
    const options = restoreOptions({ ...wish, point: 0, name: ' web "2" ', nics: 'noIp', noConfig: true });
    expect(options.split('\n')).toEqual([
      'INCREMENT_ID="0"',
      String.raw`NAME="web \"2\""`,
      'NO_IP="YES"',
      'NO_BACKUP_CONFIG="YES"',
    ]);
  });

  it('of one disk say nothing of a template', () => {
    expect(restoreOptions({ ...wish, disk: 0, nics: 'noNic', noConfig: true })).toBe('DISK_ID="0"');
  });

  it('of a machine that runs at once name no disk', () => {
    expect(restoreOptions({ ...wish, way: 'instant', disk: 0, nics: 'noNic' })).toBe('NO_NIC="YES"');
  });
});
