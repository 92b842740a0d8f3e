import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sessionOf, trustedOf } from './credentials.ts';
import type { Io } from './io.ts';

const io = (env: Record<string, string>): Io => ({ env }) as unknown as Io;

it("believes the certificates of a file in place of the system's", () => {
  expect(trustedOf(io({}))).toEqual({});
  expect(trustedOf(io({ ONE_CERT_FILE: '' }))).toEqual({});
  expect(trustedOf(io({ ONE_CERT_FILE: import.meta.filename })).ca).toContain('in place of the system');
});

it('does not go on without a file that was named', () => {
  expect(() => trustedOf(io({ ONE_CERT_FILE: '/nowhere/ca.pem' }))).toThrow(
    'ONE_CERT_FILE="/nowhere/ca.pem", with the certificates to believe, cannot be read',
  );
});

it('takes those of the daemon of this machine at last, and for no other machine', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'onevault-credentials-'));
  try {
    const own = join(directory, 'one_auth');
    await writeFile(own, 'oneadmin:of-this-machine\n');
    const asked = (env: Record<string, string>, options = {}): Promise<string> =>
      sessionOf(options, { env, home: directory } as unknown as Io, own);
    expect(await asked({})).toBe('oneadmin:of-this-machine');
    expect(await asked({ ONE_XMLRPC: 'http://[::1]:2700/RPC2' })).toBe('oneadmin:of-this-machine');
    await expect(asked({ ONE_XMLRPC: 'http://127.0.0.1.example.org:2633/RPC2' })).rejects.toThrow('ONE_AUTH file');
    await expect(asked({}, { endpoint: 'https://vault.example.org/RPC2' })).rejects.toThrow('ONE_AUTH file');
    await writeFile(join(directory, 'mine'), 'ann:secret');
    expect(await asked({ ONE_AUTH: join(directory, 'mine') })).toBe('ann:secret');
  } finally {
    await rm(directory, { recursive: true });
  }
});
