import { describe, expect, it } from 'vitest';
import { readStats, reasonIn, troubleOf, unreadableIn } from './output.ts';

describe('what rsync and ssh print', () => {
  it.each<[number, string, string]>([
    [255, 'ssh: connect to host vault port 22: Connection refused', 'unreachable'],
    [255, 'ssh: Could not resolve hostname vault: Name or service not known', 'unreachable'],
    [
      255,
      'No ED25519 host key is known for vault and you have requested strict checking.\nHost key verification failed.',
      'host-key-unknown',
    ],
    [255, '@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.', 'host-key-changed'],
    [
      255,
      'one@vault: Permission denied (publickey).\nrsync: connection unexpectedly closed (0 bytes received so far)',
      'key-refused',
    ],
    [255, 'Load key "/k": Permission denied\none@vault: Permission denied (publickey).', 'key-unreadable'],
    [
      255,
      'kex_exchange_identification: read: Connection reset by peer\nConnection reset by 10.0.0.1 port 22',
      'dropped',
    ],
    [255, 'Connection to vault closed by remote host.', 'unreachable'],
    [
      12,
      'sh: 1: rsync: not found\nrsync: connection unexpectedly closed (0 bytes received so far) [sender]',
      'not-installed',
    ],
    [
      11,
      'rsync: [receiver] write failed on "/s/d": No space left on device (28)\nrsync: [sender] write error: Broken pipe (32)',
      'no-space',
    ],
    [11, 'mkdir "/s" failed: Read-only file system (30)', 'read-only'],
    [23, 'rsync: [sender] read errors mapping "/d/disk.0.0": Input/output error (5)', 'unreadable'],
    [1, "mkdir: cannot create directory '/s/7': Permission denied", 'denied'],
    [2, "ls: cannot access '/s/x': No such file or directory", 'missing'],
    [-1, '', 'stopped'],
    [255, '', 'unreachable'],
    [1, 'something else', 'other'],
  ])('with code %i and "%s" means %s', (code, stderr, trouble) => {
    expect(troubleOf(code, stderr)).toBe(trouble);
  });

  it('says which files could not be read, and why a command failed', () => {
    const stderr =
      'rsync: [sender] read errors mapping "/d/disk.0.0": Input/output error (5)\nrsync error: some files/attrs were not transferred';
    expect(unreadableIn(stderr)).toEqual(['/d/disk.0.0']);
    expect(reasonIn('a\nb.\n\n')).toBe('a; b');
  });

  it('counts what was sent', () => {
    const text =
      'Number of files: 3 (reg: 2, dir: 1)\nTotal file size: 3000005 bytes\nLiteral data: 2900000 bytes\nMatched data: 0 bytes\n';
    expect(readStats(text)).toEqual({ processedBytes: 3_000_005, storedBytes: 2_900_000 });
    expect(readStats('Total file size: 3,000,005 bytes\n')).toBeUndefined();
    expect(readStats('')).toBeUndefined();
  });
});
