import { describe, expect, it } from 'vitest';
import { childPath, crumbsOf, modeText, opens } from './file-paths.ts';

describe('paths in a backup', () => {
  it('go down from the top and from a directory', () => {
    expect(childPath('/', 'disk.0/p1')).toBe('/disk.0/p1');
    expect(childPath('/disk.0/p1', 'etc')).toBe('/disk.0/p1/etc');
  });

  it('have the volume as one step', () => {
    expect(crumbsOf('/')).toEqual([]);
    expect(crumbsOf('/disk.0/p1/etc/ssh')).toEqual([
      { name: 'disk.0/p1', path: '/disk.0/p1' },
      { name: 'etc', path: '/disk.0/p1/etc' },
      { name: 'ssh', path: '/disk.0/p1/etc/ssh' },
    ]);
  });
});

describe('entries', () => {
  const entry = { name: 'x', mode: 0o755, size: 0, mtime: 0 };

  it('open when something can be shown in them', () => {
    expect(opens({ ...entry, type: 'directory' })).toBe(true);
    expect(opens({ ...entry, type: 'volume', fs: 'ext4' })).toBe(true);
    expect(opens({ ...entry, type: 'volume', fs: '' })).toBe(false);
    expect(opens({ ...entry, type: 'file' })).toBe(false);
  });

  it('have modes in letters', () => {
    expect(modeText(0o750)).toBe('rwxr-x---');
    expect(modeText(0o4644)).toBe('rw-r--r--');
  });
});
