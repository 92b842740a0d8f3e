import { describe, expect, it } from 'vitest';
import { nameOf, readDigests, readOrigin, refusedPlace } from './image-origin.ts';

describe('PATH of an image', () => {
  it('is a file, or something at a URL', () => {
    expect(readOrigin('/srv/a.img')).toEqual({ kind: 'file', path: '/srv/a.img' });
    expect(readOrigin('file:///srv/a%20b.img')).toEqual({ kind: 'file', path: '/srv/a b.img' });
    const web = readOrigin('HTTPS://example.org/a.qcow2?x=1');
    expect(web).toEqual({ kind: 'url', url: 'https://example.org/a.qcow2?x=1' });
    expect('kind' in web && nameOf(web)).toBe('/a.qcow2');
  });

  it.each(['a.img', 'ftp://example.org/a', 'file://host/a', 'file:///a%00b', 'file:///%zz', 'http://', 'restic://1/2'])(
    'is not %s',
    (given) =>
      expect(readOrigin(given)).toEqual({ wrong: expect.stringContaining('must be an absolute path') as string }),
  );

  it('holds no password', () => {
    const wrong = readOrigin('https://bob:hush@example.org/a.img');
    expect(JSON.stringify(wrong)).toMatch(/without a user and a password/);
    expect(JSON.stringify(wrong)).not.toContain('hush');
  });
});

it('digests are hex of the right length', () => {
  expect(
    readDigests([
      ['MD5', 'A'.repeat(32)],
      ['SHA256', ''],
    ]),
  ).toEqual([{ name: 'MD5', hex: 'a'.repeat(32) }]);
  expect(readDigests([['SHA1', 'a'.repeat(32)]])).toEqual({ wrong: expect.stringMatching(/SHA1=.*40 hex/) as string });
  expect(readDigests([])).toEqual([]);
});

describe('RESTRICTED_DIRS and SAFE_DIRS', () => {
  it.each([
    ['/etc/shadow', '', '', true],
    ['/etc/shadow', '/', '', false],
    ['/etc/shadow', '/root /etc/', '', false],
    ['/etcetera/a', '/root /etc/', '', true],
    ['/var/tmp/a.img', '/', '/srv /var/tmp', true],
    ['/var/tmpfoo/a.img', '/', '/var/tmp', false],
    ['/var/tmp', '/var/tmp', '', false],
  ])('%s with "%s" and "%s"', (path, restricted, safe, may) => {
    expect(refusedPlace(path, restricted, safe) === undefined).toBe(may);
  });
});
