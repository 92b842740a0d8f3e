import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ownCertificate, ownFiles, type OwnCertificate } from './own.ts';

const DAY_MS = 86_400_000;
const NAMES = ['my_host', 'localhost', '127.0.0.1', '::1', 'vault.example'];

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'onevault-own-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const own = (nowMs = Date.now(), names = NAMES): Promise<OwnCertificate> => ownCertificate(directory, names, nowMs);
const certificate = (): X509Certificate => new X509Certificate(readFileSync(ownFiles(directory).cert));

it('is for every name, no authority, and of a key that its owner alone may read', async () => {
  const { pin, made } = await own();
  expect(made).toBe('there was none');
  expect(pin).toMatch(/^sha256\/\/.{44}$/);
  const cert = certificate();
  expect(cert.ca).toBe(false);
  expect(['my_host', 'localhost', 'vault.example'].map((name) => cert.checkHost(name))).not.toContain(undefined);
  expect(['127.0.0.1', '::1'].map((address) => cert.checkIP(address))).not.toContain(undefined);
  expect(cert.checkHost('other.example')).toBeUndefined();
  expect(statSync(ownFiles(directory).key).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(directory, 'tls')).toSorted()).toEqual(['cert.pem', 'key.pem']);
});

it('stays as it is while it is good', async () => {
  const first = await own();
  const before = certificate().serialNumber;
  expect(await own()).toEqual({ ...first, made: undefined });
  expect(certificate().serialNumber).toBe(before);
});

it('is renewed before it expires, and keeps its key and fingerprint', async () => {
  const first = await own();
  const before = certificate().serialNumber;
  const later = await own(first.validToMs - 30 * DAY_MS);
  expect(later).toMatchObject({ made: 'it was about to expire', pin: first.pin });
  expect(certificate().serialNumber).not.toBe(before);
});

it('is made anew for more names, or when it cannot be read, of the same key', async () => {
  const { pin } = await own();
  expect(await own(undefined, [...NAMES, 'new.example'])).toMatchObject({ made: 'it was not for new.example', pin });
  writeFileSync(ownFiles(directory).cert, 'half of a certif');
  expect(await own()).toMatchObject({ made: 'there was none', pin });
});

it('never takes another key for one that is damaged', async () => {
  await own();
  writeFileSync(ownFiles(directory).key, 'no key');
  await expect(own()).rejects.toThrow(/The key of the daemon's certificate, .*key\.pem, is not right/);
  expect(readFileSync(ownFiles(directory).key, 'utf8')).toBe('no key');
});
