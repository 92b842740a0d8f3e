// A read-only qemu-nbd that dies with this process: one image, or what a chain of them is together, on a unix socket. QEMU's own file
// locks keep others from writing to what is read here.
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CODE, OneError } from '../model/errors.ts';
import { start, type Exit, type Running } from './exec.ts';

/** Connections that are served at once. */
const SHARED = 8;
const SOCKET_LIMIT_MS = 10_000;
const RETRY_MS = 10;

export interface NbdServer {
  socket: string;
  exportName: string;
  /** What is to be served, as arguments of qemu-nbd: options, then the image. */
  image: string[];
  /** What it is, for errors: "Disk 0 (/path)". */
  name: string;
}

/** Starts the server; it may not listen yet. */
export async function startQemuNbd({ socket, exportName, image }: Omit<NbdServer, 'name'>): Promise<Running> {
  await rm(socket, { force: true });
  const argv = ['qemu-nbd', '-r', '-k', socket, '-x', exportName, `--shared=${SHARED}`, '-t', ...image];
  const server = start(argv, { dieWithParent: true });
  server.stdout.resume();
  return server;
}

/** Waits until it greets, which it does only when it has opened its image. Throws OneError, with what it said, when it does not. */
export async function listening(server: Running, { socket, name }: Pick<NbdServer, 'socket' | 'name'>): Promise<void> {
  let ended: Exit | undefined;
  void server.exit.then((exit) => (ended = exit));
  const until = Date.now() + SOCKET_LIMIT_MS;
  while (!(await answers(socket))) {
    if (ended !== undefined || Date.now() > until) {
      const why = ended?.stderr.trim() ?? `it did not listen within ${SOCKET_LIMIT_MS / 1000} s`;
      throw new OneError(CODE.INTERNAL, `${name} could not be opened by qemu-nbd: ${why}.`, {
        retry: /lock/.test(why),
      });
    }
    await sleep(RETRY_MS);
  }
}

/** Whether the server greets: qemu-nbd listens before it has opened the disk, and greets only when it has. */
function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket).setTimeout(SOCKET_LIMIT_MS, () => connection.destroy());
    connection.once('data', () => {
      resolve(true);
      connection.destroy();
    });
    connection.once('error', () => resolve(false));
    connection.once('close', () => resolve(false));
  });
}
