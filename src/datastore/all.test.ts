import { describe, expect, it } from 'vitest';
import { openBackupStore, requiredAttributes, validateBackupStore } from './all.ts';

const config = (driver: string, attributes: Record<string, string> = {}) => ({
  driver,
  datastoreId: 100,
  basePath: '/nowhere/100',
  attributes,
});

describe('the drivers of backup datastores', () => {
  it('are known by DS_MAD', () => {
    expect(() => openBackupStore(config('rsink'))).toThrow(/DS_MAD="rsink".*restic, rsync, fake/);
    const nothing = (): undefined => undefined;
    expect(requiredAttributes('restic', nothing)).toEqual(['RESTIC_PASSWORD']);
    expect(requiredAttributes('rsync', nothing)).toEqual(['RSYNC_HOST', 'RSYNC_USER']);
    expect(requiredAttributes('rsync', () => 'local')).toEqual([]);
    expect(requiredAttributes('fake', nothing)).toEqual([]);
  });

  it('refuse attributes that could not work', () => {
    expect(() => {
      validateBackupStore(config('restic'));
    }).toThrow(/needs the attribute RESTIC_PASSWORD/);
    expect(() => {
      validateBackupStore(config('restic', { RESTIC_PASSWORD: 'x', RESTIC_NICE: 'much' }));
    }).toThrow(/RESTIC_NICE/);
    validateBackupStore(config('restic', { RESTIC_PASSWORD: 'x' }));
  });
});
