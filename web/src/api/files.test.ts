import { describe, expect, it } from 'vitest';
import { fileAddress, listingOf } from './files.ts';

const entry = { name: 'etc', type: 'directory', mode: 0o755, size: 0, mtime: 0 };

describe('a directory of a backup', () => {
  it('has an entry in each line', () => {
    const text = `${JSON.stringify(entry)}\n${JSON.stringify({ ...entry, name: 'var' })}\n`;
    expect(listingOf(text)).toEqual({ entries: [entry, { ...entry, name: 'var' }], error: undefined });
  });

  it('tells why it is not complete', () => {
    expect(listingOf(`${JSON.stringify(entry)}\n{"error":"it broke off"}\n`)).toEqual({
      entries: [entry],
      error: 'it broke off',
    });
  });
});

describe('the address of a file', () => {
  it('names point and disk only where they are chosen, and any path', () => {
    expect(fileAddress({ imageId: 4, increment: -1, disk: -1, path: '/' }, 'files')).toBe(
      '/api/image/4/files?path=%2F',
    );
    expect(fileAddress({ imageId: 4, increment: 2, disk: 0, path: '/p1/a & b' }, 'file')).toBe(
      '/api/image/4/file?path=%2Fp1%2Fa+%26+b&increment=2&disk=0',
    );
  });
});
