// Names that lead elsewhere: out of what a store shows, out of records, listings and requests. None is followed.
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openInside } from '../../src/datastore/inside.ts';
import { fileOf, manifestsIn, placesIn } from '../../src/datastore/rsync/layout.ts';
import { ResticStore } from '../../src/datastore/restic/index.ts';
import { isSafeName } from '../../src/model/file-names.ts';
import { readBackupRecord, type BackupRecord } from '../../src/model/backup-record.ts';
import { readOrigin, refusedPlace } from '../../src/model/image-origin.ts';
import { readFilePath } from '../../src/restore/file-path.ts';

let root: string;
let shown: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'onevault-hostile-'));
  shown = join(root, 'shown');
  await mkdir(join(shown, 'a/b'), { recursive: true });
  await mkdir(join(root, 'other'));
  await writeFile(join(shown, 'a/b/disk.0'), 'a backup');
  await writeFile(join(root, 'other/disk.0'), 'a secret');
  await symlink('/etc/passwd', join(shown, 'a/link'));
  await symlink(join(root, 'other'), join(shown, 'a/directory'));
  await symlink('../b', join(shown, 'a/b/within'));
  await symlink(shown, join(root, 'alias'));
  execFileSync('mkfifo', [join(shown, 'a/pipe')]);
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function opened(path: string, directory = shown): Promise<string> {
  const file = await openInside(directory, path);
  return file.readFile('utf8').finally(() => file.close());
}

describe('a file that a store shows', () => {
  it('is read, also when the store itself is reached through a link', async () => {
    expect(await opened(join(shown, 'a/b/disk.0'))).toBe('a backup');
    expect(await opened(join(root, 'alias/a/b/disk.0'), join(root, 'alias'))).toBe('a backup');
  });

  it.each([
    'a/link',
    'a/directory/disk.0',
    'a/b/within/disk.0',
    'a/pipe',
    'a/b',
    '../other/disk.0',
    '.',
    'a/b/../../../other/disk.0',
  ])('%s is none', async (path) => {
    await expect(opened(`${shown}/${path}`)).rejects.toThrow(
      /was not opened: it is no plain file in .*leads elsewhere/,
    );
  });

  it('is the one that was looked at, whatever takes its name meanwhile', async () => {
    const path = join(shown, 'a/b/swapped');
    await writeFile(path, 'a backup');
    const file = await openInside(shown, path);
    await symlink('/etc/passwd', `${path}.new`);
    await rename(`${path}.new`, path);
    expect(await file.readFile('utf8')).toBe('a backup');
    await file.close();
    expect(await realpath(path)).toBe('/etc/passwd');
  });
});

const RECORD: BackupRecord = {
  installation: 'there',
  operation: '0011223344556677',
  chain: '0011223344556677',
  mode: 'FULL',
  vm: { id: 3, name: 'web' },
  owner: { uid: 0, gid: 0, uname: 'oneadmin', gname: 'oneadmin' },
  point: { id: 0, below: -1, date: 1, consistency: 'crash', reason: '' },
  directory: '/run/onevault/backup',
  disks: [
    { diskId: 0, file: 'disk.0.0', virtualBytes: 1, fileBytes: 1, sha256: '', originalFormat: 'raw', target: 'vda' },
  ],
  vmTemplate: [['NAME', 'web']],
};
const recordWith = (change: Partial<BackupRecord>): string => JSON.stringify({ format: 1, ...RECORD, ...change });

describe('the record of a backup', () => {
  it('is believed when it is one', () => expect(readBackupRecord(recordWith({}))).toMatchObject({ vm: { id: 3 } }));

  it.each([
    '/run/../etc',
    '/..',
    '/run/.',
    'run',
    '/run//etc',
    '/',
    '',
    '/run/\u0000',
    '/run/\nbackup',
    '/run/\u009bA',
  ])('is not believed with the directory %j', (directory) =>
    expect(readBackupRecord(recordWith({ directory }))).toMatch(/is not as format 1 has it/),
  );

  it.each(['../disk.0', '/etc/shadow', 'disk.0/../../x', 'disk.0\n', '-disk.0', 'disk.0.0.0', 'vm.xml', ''])(
    'is not believed with the file %j',
    (file) => {
      const disks = RECORD.disks.map((disk) => ({ ...disk, file }));
      expect(readBackupRecord(recordWith({ disks }))).toMatch(/is not as format 1 has it/);
    },
  );
});

describe('listings of an rsync datastore', () => {
  const HOSTILE = [
    '/srv/vault/../../etc/abcdef',
    '/srv/vaulted/7/abcdef',
    '/srv/vault/7/../8/abcdef',
    '/srv/vault/-7/abcdef',
    '/srv/vault/7/ABCDEF',
    '/srv/vault/7/abcdef0',
    '/srv/vault/7/.abcdef.a/../b.part',
    '/etc/passwd',
    '',
    'find: no such file',
  ];
  it('name places of the datastore alone', () => {
    expect(placesIn('/srv/vault', HOSTILE.join('\n'))).toEqual([]);
    expect(manifestsIn('/srv/vault', HOSTILE.map((path) => `1700000000 ${path}/manifest.a.json`).join('\n'))).toEqual(
      [],
    );
    // what lies deeper is of the backup that it lies in
    expect(placesIn('/srv/vault', '/srv/vault/7/abcdef/../../../etc')).toEqual([
      { vmId: 7, source: 'abcdef', part: undefined },
    ]);
  });

  it.each(['/x/../../etc/shadow', '/x/disk.0', '/a/b/disk.0.0'])('of %s only the name is taken', (path) => {
    expect(fileOf(path)).toMatch(/^(shadow|disk\.0|disk\.0\.0)$/);
  });

  it.each(['disk.0', '/x/..', '/x/.hidden', '/x/-rf', '/x/a b', '/x/a\n', '/'])('%j is no file', (path) => {
    expect(() => fileOf(path)).toThrow(/is not the path of a file in a backup/);
  });
});

it.each(['latest', '-rf', '../ab', 'abcdef01;x', 'ABCDEF01', '', 'abcdef01\n'])(
  '%j is no snapshot of restic',
  (source) => {
    const store = new ResticStore({
      ...{ driver: 'restic', datastoreId: 1, basePath: join(root, 'repository') },
      attributes: { RESTIC_PASSWORD: 'x' },
    });
    expect(() => store.read(source, '/x')).toThrow(/is not the id of a restic snapshot/);
  },
);

describe('a path that is asked for', () => {
  it.each(['/disk.0/p1/../../etc', '/disk.0/p1/..', '..', '/disk.0/p1/\\x00', `/disk.0/p1/${'a'.repeat(5000)}`])(
    '%s is refused',
    (path) => expect(() => readFilePath(path)).toThrow(/is not usable/),
  );

  it('is that of a volume, however a name is written', () => {
    expect(readFilePath('/disk.0/p1/a\\x2fb').inside.toString()).toBe('/a/b'); // the machine walks it; it is nobody there
  });

  it.each(['.', '..', '', 'a/b', '/etc', 'a\0b', 'a'.repeat(256)])('%j is no name that is extracted', (name) => {
    expect(isSafeName(Buffer.from(name))).toBe(false);
  });
});

describe('PATH of an image', () => {
  it.each([
    'etc/passwd',
    '../x',
    '-x',
    'file://host/etc/passwd',
    'ftp://x/y',
    'file:///a%00b',
    'http://u:p@h/x',
    'json:{}',
    'nbd://h',
  ])('%s is refused', (path) => expect(readOrigin(path)).toHaveProperty('wrong'));

  it('in a restricted directory is refused, however it is written', () => {
    const why = (path: string): string | undefined => refusedPlace(path, '/etc /var/lib', '/var/lib/safe');
    expect(why('/etc')).toMatch(/RESTRICTED_DIRS/);
    expect(why('/var/lib/one/x')).toMatch(/RESTRICTED_DIRS/);
    expect([why('/etcetera'), why('/var/lib/safe/x')]).toEqual([undefined, undefined]);
    expect(why('/var/lib/safely')).toMatch(/RESTRICTED_DIRS/);
  });
});
