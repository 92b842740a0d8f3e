// The restic driver over the network, with real servers on this machine: the common suite on each, and what goes wrong with them.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backupStoreContract, type BackupStoreMaker } from '../../src/datastore/contract.ts';
import { ResticStore } from '../../src/datastore/restic/index.ts';
import { cheapRepository } from '../guest/repository.ts';
import { hasRclone, TestServer } from './object-servers.ts';
import { hasRsyncAndSsh, TestSshd } from './sshd.ts';

const QUICK = { tries: 2, delayMs: 200 };
const PASSWORD = 'it\'s "quoted" $HOME ü';
const never = (): AbortSignal => new AbortController().signal;
const usable = (await hasRclone()) && (await hasRsyncAndSsh());

let sshd: TestSshd;
let rest: TestServer;
let s3: TestServer;

beforeAll(async () => {
  if (usable) [sshd, rest, s3] = await Promise.all([TestSshd.open(), TestServer.rest(), TestServer.s3()]);
});
afterAll(async () => {
  if (usable) await Promise.all([sshd.close(), rest.close(), s3.close()]);
});

const maker = (attributes: (path: string) => Record<string, string>): BackupStoreMaker => ({
  config: (basePath) => ({
    driver: 'restic',
    datastoreId: 100,
    basePath,
    attributes: { RESTIC_PASSWORD: PASSWORD, ...attributes(basePath) },
  }),
  withWrongPassword: (right) => ({ ...right, attributes: { ...right.attributes, RESTIC_PASSWORD: 'wrong' } }),
  open: (given) => new ResticStore(given, QUICK),
  lay: ({ basePath }) => cheapRepository(basePath, PASSWORD),
});

describe.skipIf(!usable)('restic', () => {
  backupStoreContract('over SFTP', { ...maker((path) => sshd.sftpAttributes(path)), measures: 'file system' });

  backupStoreContract('on a REST server', { ...maker((path) => rest.restAttributes(path)), measures: 'nothing' });

  backupStoreContract('in S3', {
    ...maker((path) => s3.s3Attributes(path)),
    lay: async ({ basePath }) => {
      const laid = await mkdtemp(join(tmpdir(), 'onevault-laid-'));
      await cheapRepository(laid, PASSWORD);
      await s3.s3Put(laid, basePath);
      await rm(laid, { recursive: true });
    },
    wipe: ({ basePath }) => s3.s3Purge(basePath),
    measures: 'nothing',
  });
});

describe.skipIf(!usable)('restic over the network in trouble', () => {
  const store = (attributes: Record<string, string>, over: Record<string, string>): ResticStore =>
    new ResticStore({ ...maker(() => ({ ...attributes, ...over })).config('/none') }, QUICK);

  const sftp = (over: Record<string, string>) => store(sshd.sftpAttributes(join(sshd.directory, 'no-store')), over);
  const onRest = (over: Record<string, string>) => store(rest.restAttributes(join(rest.directory, 'no-store')), over);
  const inS3 = (over: Record<string, string>) => store(s3.s3Attributes('/no-store'), over);
  const at = (name: string): string => join(sshd.directory, name);

  it.each<[string, () => ResticStore, RegExp, RegExp]>([
    [
      'an SFTP server that nobody answers at',
      () => sftp({ RESTIC_SFTP_PORT: '1' }),
      /127\.0\.0\.1 does not answer/,
      /server runs/,
    ],
    [
      'a host without a name',
      () => sftp({ RESTIC_SFTP_SERVER: 'no-such-host.invalid' }),
      /no-such-host.invalid does not answer/,
      /server runs/,
    ],
    [
      'a key that is refused',
      () => sftp({ RESTIC_SFTP_KEY: at('stranger') }),
      /127\.0\.0\.1 refuses the key of the user/,
      /authorized_keys/,
    ],
    [
      'a host key nobody knows',
      () => sftp({ RESTIC_SFTP_KNOWN_HOSTS: at('known-nobody') }),
      /host key of 127\.0\.0\.1 is not known/,
      /RESTIC_SFTP_KNOWN_HOSTS.*ssh-keyscan -p \d+/,
    ],
    [
      'another host key',
      () => sftp({ RESTIC_SFTP_KNOWN_HOSTS: at('known-other') }),
      /may be another machine/,
      /RESTIC_SFTP_KNOWN_HOSTS/,
    ],
    [
      'a REST server that nobody answers at',
      () => onRest({ RESTIC_REST_URL: 'http://127.0.0.1:1/x' }),
      /does not answer .*refused/,
      /server runs/,
    ],
    [
      'a password that the REST server refuses',
      () => onRest({ RESTIC_REST_PASSWORD: 'p:lanted' }),
      /refuses the password .*401/,
      /RESTIC_REST_PASSWORD/,
    ],
    [
      'a server without TLS',
      () => onRest({ RESTIC_REST_URL: `https://${rest.address}/x` }),
      /does not answer .*HTTPS/,
      /server runs/,
    ],
    [
      'a certificate that nobody knows',
      () => inS3({ RESTIC_S3_CACERT: '' }),
      /certificate of .* not believed/,
      /CACERT/,
    ],
    [
      'an S3 key that nobody knows',
      () => inS3({ RESTIC_S3_ACCESS_KEY_ID: 'nobody' }),
      /refuses the key/,
      /ACCESS_KEY_ID/,
    ],
  ])('tells of %s', async (_what, open, message, hint) => {
    const failed = open().prepare(never());
    await expect(failed).rejects.toMatchObject({
      message: expect.stringMatching(message) as string,
      hint: expect.stringMatching(hint) as string,
    });
    await expect(failed).rejects.not.toThrow(/lanted/);
  });

  it('stores and reads where the server lets nobody remove anything', async () => {
    const server = await TestServer.rest('--append-only');
    try {
      const directory = join(server.directory, 'shown');
      await mkdir(directory);
      await writeFile(join(directory, 'disk.0.0'), 'what was stored');
      const attributes = server.restAttributes(join(server.directory, 'store'));
      const kept = new ResticStore(maker(() => attributes).config('/none'), QUICK);
      await kept.prepare(never());
      const { source } = await kept.backup({ directory, vmId: 7, operationId: 'a'.repeat(16), signal: never() });
      const read = await text(kept.read(source, join(directory, 'disk.0.0')));
      expect(read).toBe('what was stored');
      expect(await kept.check({ part: 1, parts: 1, signal: never() })).toEqual({ problems: [] });
      expect((await kept.list(never())).map((one) => one.source)).toEqual([source]);
    } finally {
      await server.close();
    }
  });

  it('tells that a repository in use is gone, and makes none anew', async () => {
    for (const attributes of [
      sshd.sftpAttributes(join(sshd.directory, 'gone')),
      rest.restAttributes(join(rest.directory, 'gone')),
      s3.s3Attributes('/gone'),
    ]) {
      const used = new ResticStore({ ...maker(() => attributes).config('/none'), inUse: true }, QUICK);
      await expect(used.prepare(never())).rejects.toThrow(
        /Could not find the restic repository .* which holds backups/,
      );
    }
  });
});
