// The certificate that OneVault makes for itself, in its state directory. The key is made once, and only its owner may read it: clients know the daemon
// by it, so every later certificate is of the same key. A file takes the place of another only when it is whole.
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { run } from '../exec/exec.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import { keyPin } from '../model/key-pin.ts';
import { isAddress } from '../model/server-name.ts';
import { renewalReason, requestText, VALID_DAYS, type Kept } from './names.ts';

const OPENSSL_MS = 60_000;

export interface OwnFiles {
  cert: string;
  key: string;
}

export interface OwnCertificate extends OwnFiles {
  /** Fingerprint of its key. */
  pin: string;
  validToMs: number;
  /** Why it was made just now; undefined when it had been there. */
  made?: string;
}

/** Where the files are. */
export function ownFiles(stateDirectory: string): OwnFiles {
  return { cert: `${stateDirectory}/tls/cert.pem`, key: `${stateDirectory}/tls/key.pem` };
}

/** The certificate, made when there is none that is good for these names now. One call at a time. */
export async function ownCertificate(
  stateDirectory: string,
  names: readonly string[],
  nowMs: number,
): Promise<OwnCertificate> {
  const files = ownFiles(stateDirectory);
  await mkdir(`${stateDirectory}/tls`, { recursive: true, mode: 0o700 });
  await openKey(files.key);
  const before = await readCertificate(files);
  const why = renewalReason(before && kept(before, await readFile(files.key)), names, nowMs);
  if (why !== undefined) await make(files, names);
  const now = why === undefined ? before : await readCertificate(files);
  if (!now) throw new OneError(CODE.INTERNAL, `openssl made no certificate that can be read: ${files.cert}.`);
  return {
    ...files,
    ...{ pin: keyPin(now), validToMs: Date.parse(now.validTo) },
    ...(why !== undefined && { made: why }),
  };
}

async function openKey(path: string): Promise<void> {
  const pem = await readIfThere(path);
  if (pem === undefined) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return writeWhole(path, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 0o600);
  }
  try {
    createPrivateKey(pem);
  } catch (error) {
    throw new OneError(
      CODE.INTERNAL,
      `The key of the daemon's certificate, ${path}, is not right: ${reasonOf(error)}.`,
      {
        hint: 'Bring the file back from a copy. Without the file a new key is made, and clients have to be told its fingerprint.',
      },
    );
  }
  await chmod(path, 0o600);
}

/** Undefined for none, and for what cannot be read: another one is made. */
async function readCertificate({ cert }: OwnFiles): Promise<X509Certificate | undefined> {
  const pem = await readIfThere(cert);
  try {
    return pem && new X509Certificate(pem);
  } catch {
    return undefined; // it is said that there was none
  }
}

function kept(cert: X509Certificate, key: Buffer): Kept {
  return {
    ...{ validFromMs: Date.parse(cert.validFrom), validToMs: Date.parse(cert.validTo) },
    ofThisKey: cert.checkPrivateKey(createPrivateKey(key)),
    isFor: (name) => (isAddress(name) ? cert.checkIP(name) : cert.checkHost(name)) !== undefined,
  };
}

async function make({ cert, key }: OwnFiles, names: readonly string[]): Promise<void> {
  const request = `${cert}.request`;
  await writeWhole(request, requestText(names), 0o600);
  try {
    const asked = ['-x509', '-new', '-sha256', '-days', String(VALID_DAYS), '-key', key, '-config', request];
    const { stdout } = await run(['openssl', 'req', ...asked], { timeoutMs: OPENSSL_MS });
    await writeWhole(cert, stdout, 0o644);
  } catch (error) {
    throw new OneError(CODE.INTERNAL, `The certificate for TLS="generate" could not be made: ${reasonOf(error)}`, {
      cause: error,
      hint: 'It takes the program openssl; or name a certificate of your own with TLS_CERT and TLS_KEY.',
    });
  } finally {
    await rm(request, { force: true });
  }
}

/** Beside its place first, so that nobody finds half of it. */
async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  const fresh = `${path}.new`;
  await rm(fresh, { force: true }); // of a daemon that was killed while it wrote
  const file = await open(fresh, 'wx', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
