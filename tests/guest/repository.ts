// A new restic repository whose password is quick to check. restic makes each password as slow to check as the machine allows, half a
// second and more for every command; a test runs hundreds of them. The key that `restic init` has made is encrypted once more, with a
// cheap derivation from the same password. It is kept, and copied for each use.
import { createCipheriv, createDecipheriv, createHash, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../src/exec/exec.ts';

const CACHE = join(import.meta.dirname, '../../var/guest');
const CHEAP = { N: 1024, r: 8, p: 1 };
const SCRYPT_MEMORY = 256 * 2 ** 20;

interface KeyFile {
  N: number;
  r: number;
  p: number;
  salt: string;
  data: string;
}

/** Makes a repository at `path`, which need not exist. */
export async function cheapRepository(path: string, password: string): Promise<void> {
  const kept = join(CACHE, `repository-${createHash('sha256').update(password).digest('hex').slice(0, 16)}`);
  if (!(await stat(kept).catch(() => undefined))) await make(kept, password);
  await mkdir(path, { recursive: true });
  await run(['cp', '-rT', '--', kept, path]);
}

async function make(kept: string, password: string): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const work = await mkdtemp(join(CACHE, '.repository-'));
  const env = { RESTIC_PASSWORD: password };
  await run(['restic', 'init', '--quiet', '--no-cache', '-r', work], { env });
  await changePassword(work, password, password);
  await run(['restic', 'cat', 'config', '--no-cache', '-r', work], { env }); // it opens with the password
  // another test may have made it meanwhile
  await rename(work, kept).catch(() => rm(work, { recursive: true }));
}

/** Makes the one key of a repository open with another password alone, cheaply; restic's own command would make it slow again. */
export async function changePassword(repository: string, now: string, next: string): Promise<void> {
  const keys = join(repository, 'keys');
  const [name = ''] = await readdir(keys);
  const file = JSON.parse(await readFile(join(keys, name), 'utf8')) as KeyFile;
  const text = JSON.stringify(sealedAnew(file, now, next));
  await writeFile(join(keys, createHash('sha256').update(text).digest('hex')), text, { mode: 0o600 });
  await unlink(join(keys, name));
}

function sealedAnew(file: KeyFile, now: string, next: string): KeyFile {
  const master = open(keysOf(now, file), Buffer.from(file.data, 'base64'));
  const cheap = { ...file, ...CHEAP };
  return { ...cheap, data: seal(keysOf(next, cheap), master).toString('base64') };
}

interface Keys {
  aes: Buffer;
  macKey: Buffer;
  macR: Buffer;
}

function keysOf(password: string, { N, r, p, salt }: KeyFile): Keys {
  const bytes = scryptSync(password, Buffer.from(salt, 'base64'), 64, { N, r, p, maxmem: SCRYPT_MEMORY });
  return { aes: bytes.subarray(0, 32), macKey: bytes.subarray(32, 48), macR: bytes.subarray(48, 64) };
}

/** Nonce, AES-256 in counter mode, Poly1305-AES over what is encrypted. */
function seal(keys: Keys, plain: Buffer): Buffer {
  const nonce = randomBytes(16);
  const secret = createCipheriv('aes-256-ctr', keys.aes, nonce).update(plain);
  return Buffer.concat([nonce, secret, mac(keys, nonce, secret)]);
}

function open(keys: Keys, sealed: Buffer): Buffer {
  const [nonce, secret, tag] = [sealed.subarray(0, 16), sealed.subarray(16, -16), sealed.subarray(-16)];
  if (!timingSafeEqual(mac(keys, nonce, secret), tag)) throw new Error('The key of the repository cannot be opened.');
  return createDecipheriv('aes-256-ctr', keys.aes, nonce).update(secret);
}

function mac({ macKey, macR }: Keys, nonce: Buffer, message: Buffer): Buffer {
  const pad = createCipheriv('aes-128-ecb', macKey, null).update(nonce);
  const prime = 2n ** 130n - 5n;
  const r = little(macR) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  let sum = 0n;
  for (let at = 0; at < message.length; at += 16) {
    const block = Buffer.concat([message.subarray(at, at + 16), Buffer.from([1])]);
    sum = ((sum + little(block)) * r) % prime;
  }
  const hex = ((sum + little(pad)) % 2n ** 128n).toString(16).padStart(32, '0');
  return Buffer.from(hex, 'hex').reverse();
}

function little(bytes: Buffer): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}
