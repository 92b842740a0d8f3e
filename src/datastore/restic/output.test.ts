import { describe, expect, it } from 'vitest';
import { readResticConfig } from './config.ts';
import { failure } from './failure.ts';
import { lastingDamage, readFileErrors, readSnapshotIds, readSummary, troubleOf } from './output.ts';

const ID = 'a'.repeat(64);

describe('why restic failed', () => {
  it.each([
    [1, 'Fatal: wrong password or no key found', 'wrong-password'],
    [12, '', 'wrong-password'],
    [1, 'Fatal: unable to open config file: stat /r/config: no such file or directory\nIs there', 'missing'],
    [10, '{"message_type":"exit_error","code":10,"message":"Fatal: repository does not exist"}', 'missing'],
    [1, 'unable to create lock in backend: repository is already locked by PID 1 on vm', 'locked'],
    [11, '', 'locked'],
    [
      1,
      'unable to remove <snapshot/bfb9> from the repository\nblob not removed, server response: 403 Forbidden (403)',
      'append-only',
    ],
    [1, 'unable to create lock in backend: write /r/locks/x: no space left on device', 'no-space'],
    [1, 'Fatal: unable to save snapshot: write /r/data/eb/x: no space left on device', 'no-space'],
    [1, 'open /r/locks/x: read-only file system', 'read-only'],
    [1, 'Fatal: unable to open repository at /f: ReadDir: open /f/keys: not a directory', 'unreachable'],
    [3, 'Warning: at least one source file could not be read', 'unreadable'],
    [3, 'unable to remove a snapshot', 'other'],
    [1, 'invalid id "deadbeef": no matching ID found for prefix "deadbeef"', 'gone'],
    [1, 'cannot dump file: path "/x" not found in snapshot', 'gone'],
    [127, 'setpriv: failed to execute restic: No such file or directory', 'not-installed'],
    [-1, '', 'stopped'],
    [130, 'signal interrupt received, cleaning up', 'stopped'],
    [1, 'something new', 'other'],
  ])('code %i and "%s" is %s', (code, stderr, trouble) => {
    expect(troubleOf(code, stderr)).toBe(trouble);
  });

  const where = readResticConfig({
    driver: 'restic',
    datastoreId: 100,
    basePath: '/r',
    attributes: { RESTIC_PASSWORD: 'secret' },
  });

  it('is told with the repository, the reason and what to do', () => {
    const locked = [
      'unable to create lock in backend: repository is already locked by PID 7768 on vm by root (UID 0, GID 0)',
      'lock was created at 2026-11-23 06:57:23 (1.56s ago)',
      'storage ID 4b9dc4fc',
      'the `unlock` command can be used to remove stale locks',
    ].join('\n');
    const error = failure('remove backups', where, { code: 1, stderr: locked });
    expect(error.message).toMatch(/Could not remove backups in the restic repository \/r: .*PID 7768/);
    expect(error).toMatchObject({ retry: true, trouble: 'locked', code: 0x800 });
    expect(failure('open the backups', where, { code: 1, stderr: 'wrong password' }).hint).toContain('RESTIC_PASSWORD');
  });
});

describe('damage that trying again does not mend', () => {
  const short = 'Load(<data/74faa68271>, 17719421, 0) returned error, retrying after 552ms: ReadFull: unexpected EOF\n';
  const missing = 'Load(<data/f148d0508a>, 19702494, 0) returned error, retrying after 1.2s: open /r/x: no such file\n';

  it('is a pack that is short or gone where it can be seen', () => {
    expect(lastingDamage(short, 'local')).toBe('pack 74faa68271 is shorter than it was');
    const before = short.replace('unexpected EOF', 'EOF'); // it ends before the part that is wanted
    expect(lastingDamage(before, 'local')).toBe('pack 74faa68271 is shorter than it was');
    expect(lastingDamage(missing, 'local')).toBe('pack f148d0508a is missing');
    expect(lastingDamage(short, 'remote')).toBeUndefined();
    expect(lastingDamage('Load(<data/aa>, 1, 0) returned error, retrying after 1s: busy\n', 'local')).toBeUndefined();
  });

  it('is what restic leaves out, wherever it is', () => {
    expect(lastingDamage('ignoring error for /f: StreamPack: EOF\nFatal', 'remote')).toBe('StreamPack: EOF');
    expect(lastingDamage('Fatal: wrong password', 'local')).toBeUndefined();
  });

  it('is told as such', () => {
    const stderr = `${short}\n${lastingDamage(short, 'local') ?? ''}`;
    expect(troubleOf(1, stderr)).toBe('damaged');
    const where = readResticConfig({
      ...{ driver: 'restic', datastoreId: 100, basePath: '/r', attributes: { RESTIC_PASSWORD: 'secret' } },
    });
    const error = failure('read /f', where, { code: 1, stderr });
    expect(error.message).toContain('/r: it is damaged: pack 74faa68271 is shorter than it was.');
    expect(error.retry).toBe(false);
  });
});

describe("restic's messages", () => {
  const summary = {
    message_type: 'summary',
    data_added: 500,
    total_bytes_processed: 900,
    snapshot_id: '25f4b298',
  };

  it('are read in both shapes of the summary', () => {
    expect(readSummary(JSON.stringify(summary))).toEqual({
      snapshotId: '25f4b298',
      processedBytes: 900,
      storedBytes: 500,
    });
    const newer = { ...summary, snapshot_id: ID, data_added_packed: 300 };
    expect(readSummary(JSON.stringify(newer))).toMatchObject({ snapshotId: ID, storedBytes: 300 });
    expect(readSummary('{"message_type":"status","percent_done":0}')).toBeUndefined();
    expect(readSummary('no json')).toBeUndefined();
    expect(readSummary(JSON.stringify({ ...summary, snapshot_id: '' }))).toBeUndefined();
  });

  it('name the snapshots of a tag', () => {
    const list = JSON.stringify([
      { id: ID, short_id: 'a', tags: ['one-1', 'op'] },
      { id: 'b'.repeat(64), tags: null },
    ]);
    expect(readSnapshotIds(list, 'op')).toEqual([ID]);
    expect(readSnapshotIds(list)).toHaveLength(2);
    expect(readSnapshotIds('null', 'op')).toEqual([]);
    expect(readSnapshotIds('', 'op')).toBeUndefined();
  });

  it('name the files that could not be read, old shape and new', () => {
    const old = '{"message_type":"error","error":{"Op":"read","Path":"/d","Err":5},"during":"archival","item":"/d"}';
    const newer = '{"message_type":"error","error":{"message":"read /e: input/output error"},"item":"/e"}';
    expect(readFileErrors(`${old}\n${newer}\nWarning`)).toEqual(['/d (EIO)', '/e (read /e: input/output error)']);
  });
});
