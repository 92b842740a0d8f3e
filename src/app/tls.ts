// The certificate of the endpoint while the daemon runs: made when it is the daemon's own, looked at every day, read anew with SIGHUP.
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { Tls } from '../api/tls.ts';
import type { Config } from '../config.ts';
import { certificateNames } from '../tls/names.ts';
import { ownCertificate, type OwnCertificate } from '../tls/own.ts';

const DAY_MS = 86_400_000;

export interface OpenTls {
  tls: Tls;
  /** Fingerprint of the key that other control nodes know this one by; undefined when an authority answers for it. */
  pin?: string;
  close(): void | Promise<void>;
}

export interface TlsParts {
  log: Logger;
  clock: () => number;
  /** How often it is looked whether the own certificate is still good. */
  lookMs?: number;
}

/** Throws when the certificate cannot be used, or made. */
export async function openTls(config: Config, { log, clock, lookMs = DAY_MS }: TlsParts): Promise<OpenTls | undefined> {
  if (!config.tls) return undefined;
  if (!('names' in config.tls)) {
    const tls = new Tls(config.tls);
    return { tls, close: onHangup(() => reread(tls, log)) };
  }
  const names = certificateNames(hostname(), config.tls.names);
  const own = (): Promise<OwnCertificate> => ownCertificate(config.stateDirectory, names, clock());
  const first = await own();
  told(first, log);
  const tls = new Tls(first);
  let looking: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    try {
      told(await own(), log);
      reread(tls, log);
    } catch (err) {
      log.error({ err }, 'the certificate of the endpoint could not be renewed; the one before stays');
    }
    looking = undefined;
  };
  const soon = (): void => void (looking ??= look()); // one at a time
  const timer = setInterval(soon, lookMs).unref();
  const off = onHangup(soon);
  const close = async (): Promise<void> => {
    clearInterval(timer);
    off();
    await looking;
  };
  return { tls, pin: first.pin, close };
}

function told({ made, pin, validToMs }: OwnCertificate, log: Logger): void {
  if (made === undefined) return;
  log.info({ pin, validTo: new Date(validToMs).toISOString(), why: made }, 'a certificate of the endpoint was made');
}

function reread(tls: Tls, log: Logger): void {
  const before = tls.fingerprint;
  try {
    tls.reload();
    if (tls.fingerprint !== before)
      log.info({ fingerprint: tls.fingerprint, pin: tls.pin }, 'the certificate was read anew');
  } catch (err) {
    log.error({ err }, 'the certificate could not be read anew; the one before stays');
  }
}

/** A renewed certificate is taken with SIGHUP; the answer ends that. */
function onHangup(work: () => void): () => void {
  process.on('SIGHUP', work);
  return () => void process.off('SIGHUP', work);
}
