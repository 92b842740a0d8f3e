// `npm run shop [-- VMS]`: a daemon with a shop's records, to look at the console with; no hypervisor and no backup program take part.
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { start } from '../../src/exec/exec.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { fillShop } from './shop-fill.ts';

const ROOT = resolve(import.meta.dirname, '../..');

export interface RunningShop {
  endpoint: string;
  directory: string;
  /** `oneadmin:password` */
  session: string;
  stop(): Promise<void>;
  /** Starts the daemon again, on the same port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

interface Daemon {
  endpoint: string;
  stop(): Promise<void>;
}

/** Opens a shop of so many machines in a directory of its own. */
export async function openShop(vms: number, name = `shop-${process.pid}`): Promise<RunningShop> {
  const directory = join(ROOT, 'var', name);
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  await (await serve(directory, 0)).stop(); // makes what every installation has
  const store = await openSqlite(join(directory, 'one.db'));
  await store.transaction((tx) => fillShop(tx, { vms, nowSec: Math.floor(Date.now() / 1000) }));
  await store.close();
  let daemon = await serve(directory, 0);
  const { endpoint } = daemon;
  return {
    endpoint: new URL(endpoint).origin,
    directory,
    session: (await readFile(join(directory, '.one/one_auth'), 'utf8')).trim(),
    stop: () => daemon.stop(),
    restart: async () => {
      daemon = await serve(directory, Number(new URL(endpoint).port));
    },
    close: async () => {
      await daemon.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A daemon with a fake host, on which machines run that are none, and nothing else. */
export async function openDev(): Promise<Pick<RunningShop, 'endpoint' | 'session' | 'close'>> {
  const directory = join(ROOT, 'var', `console-dev-${process.pid}`);
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const daemon = await serve(directory, 0, '--dev');
  return {
    endpoint: new URL(daemon.endpoint).origin,
    session: (await readFile(join(directory, '.one/one_auth'), 'utf8')).trim(),
    close: async () => {
      await daemon.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function serve(directory: string, port: number, ...more: string[]): Promise<Daemon> {
  const daemon = start([join(ROOT, 'bin/onevault'), 'serve', '--state', directory, '--port', String(port), ...more]);
  const endpoint = await new Promise<string>((found, lost) => {
    let text = '';
    daemon.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const answer = /^OneVault answers at (\S+)$/m.exec(text)?.[1];
      if (answer !== undefined) found(answer);
    });
    void daemon.exit.then((exit) => lost(new Error(`The daemon ended: ${text} ${exit.stderr}`)));
  });
  return {
    endpoint,
    stop: async () => {
      daemon.stop();
      await daemon.exit;
    },
  };
}

if (import.meta.main) {
  const shop = await openShop(Number(process.argv[2] ?? 400), 'shop');
  process.stdout.write(`The console is at ${shop.endpoint}; user and password: ${shop.session}\n`);
  process.once('SIGINT', () => void shop.close());
}
