// A qemu-nbd for tests: one file, one export, on a socket of its own.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { start, type Running } from '../../src/exec/exec.ts';

export interface QemuNbd {
  socket: string;
  exportName: string;
  running: Running;
  stop(): Promise<void>;
}

export interface QemuNbdOptions {
  path: string;
  format: string;
  socket: string;
  exportName?: string;
  /** A dirty bitmap of the file to offer as a meta context. */
  bitmap?: string;
}

/** Starts it and waits until it listens. */
export async function qemuNbd(options: QemuNbdOptions): Promise<QemuNbd> {
  const { path, format, socket, exportName = 'disk', bitmap } = options;
  const bitmaps = bitmap === undefined ? [] : ['-B', bitmap];
  const argv = ['qemu-nbd', '-r', '-t', '-e', '4', '-f', format, '-k', socket, '-x', exportName, ...bitmaps, path];
  const running = start(argv, { dieWithParent: true });
  while (!(await listens(socket))) {
    const ended = await Promise.race([running.exit, sleep(10)]);
    if (ended) throw new Error(`qemu-nbd ended: ${ended.stderr}`);
  }
  const stop = async (): Promise<void> => {
    running.stop();
    await running.exit;
  };
  return { socket, exportName, running, stop };
}

function listens(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(socket);
    probe.once('error', () => resolve(false));
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
  });
}
