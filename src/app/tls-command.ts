// `onevault tls fingerprint`: by what clients know this daemon, read from its files, whether it runs or not.
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CONFIG_FILE, makeConfig, readConfigFile } from '../config.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import { keyPin } from '../model/key-pin.ts';
import { ownFiles } from '../tls/own.ts';

const HELP = `onevault tls fingerprint

  Says by what clients know the daemon of this machine, for ONEVAULT_FINGERPRINT: SHA-256 of the key of its certificate.

  --config FILE      configuration file of the daemon (default ${CONFIG_FILE}, if it exists)
  --state DIRECTORY  state directory of the daemon
`;
const OPTIONS = {
  config: { type: 'string' },
  state: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Returns the exit status. */
export async function main(argv: string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({ args: argv, allowPositionals: true, options: OPTIONS });
    if (values.help) return say(HELP, 0);
    if (positionals.join(' ') !== 'fingerprint') return say(HELP, 1);
    const state = values.state === undefined ? {} : { state: resolve(values.state) };
    const { tls, stateDirectory } = makeConfig(await readConfigFile(values.config), state);
    if (!tls) throw noTls();
    return say(`${await pinOf('names' in tls ? ownFiles(stateDirectory).cert : tls.cert)}\n`, 0);
  } catch (error) {
    return say(`${reasonOf(error)}\n`, 1);
  }
}

async function pinOf(file: string): Promise<string> {
  try {
    return keyPin(new X509Certificate(await readFile(file)));
  } catch (error) {
    throw new OneError(
      CODE.INTERNAL,
      `The fingerprint of the certificate ${file} cannot be told: ${reasonOf(error)}.`,
      {
        hint: 'With TLS="generate" it is made when the daemon starts for the first time.',
      },
    );
  }
}

function noTls(): OneError {
  return new OneError(
    CODE.ACTION,
    'The configuration has no TLS: the daemon speaks plain HTTP, and has no fingerprint.',
    {
      hint: 'TLS="generate" has it make a certificate.',
    },
  );
}

function say(text: string, status: number): number {
  (status === 0 ? process.stdout : process.stderr).write(text);
  return status;
}
