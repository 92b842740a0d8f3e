// The kernel's table of mounts is read as it is written, with its escapes and optional fields.
import { describe, expect, it } from 'vitest';
import { isOurs, mountPathOf, parseMountInfo } from './mount-table.ts';

const TEXT = `23 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
42 23 0:39 / /var/lib/my\\040vm/\\134backup ro,nosuid shared:7 master:1 - fuse onevault ro,user_id=0
43 23 0:40 /sub /mnt rw - tmpfs tmpfs rw

garbage`;

describe('parseMountInfo', () => {
  it('gives device, path, type and source of each mount', () => {
    expect(parseMountInfo(TEXT)).toEqual([
      { device: '254:0', path: '/', type: 'ext4', source: '/dev/vda' },
      { device: '0:39', path: '/var/lib/my vm/\\backup', type: 'fuse', source: 'onevault' },
      { device: '0:40', path: '/mnt', type: 'tmpfs', source: 'tmpfs' },
    ]);
  });

  it('tells our mounts from others', () => {
    expect(parseMountInfo(TEXT).map(isOurs)).toEqual([false, true, false]);
  });
});

describe('mountPathOf', () => {
  it('resolves the parent alone', async () => {
    expect(await mountPathOf('/proc/self/../1/nothing')).toBe('/proc/1/nothing');
    expect(await mountPathOf('/')).toBe('/');
    expect(await mountPathOf('/no/such/place')).toBeUndefined();
  });
});
