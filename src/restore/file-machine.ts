// One machine that reads files of a point: a mover that serves the disks to it, and the connection on which it answers.
import { once } from 'node:events';
import { chmod, chown, mkdir, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Volume } from '../appliance/frames.ts';
import { ApplianceSession } from '../appliance/session.ts';
import { moverResult } from '../exec/mover.ts';
import { CODE, OneError } from '../model/errors.ts';
import { textOfName } from '../model/file-names.ts';
import type { BrowseResult, BrowseTask } from '../model/tasks/browse.ts';

const PORT = 'port';
/** Machines run as users of their own from here on, so that none can do anything to another. */
const FIRST_UID = 60_700;

/** What is read, and where runs keep their sockets. */
export type ToRead = Pick<BrowseTask, 'store' | 'disks' | 'kvm'> & { runDirectory: string };

export interface FileMachine {
  session: ApplianceSession;
  volumes: Volume[];
}

/** A machine that begins, answers and ends. */
export class FileMachineRun {
  readonly key: string;
  readonly slot: number;
  /** When it answers. Rejects with a OneError when it never will. */
  readonly ready: Promise<FileMachine>;
  /** When nothing is left of it. */
  readonly ended: Promise<void>;
  readonly #abort = new AbortController();

  /** Of the same `slot` there is one at a time. */
  constructor(key: string, slot: number, wanted: Promise<ToRead>) {
    this.key = key;
    this.slot = slot;
    const connected = Promise.withResolvers<Socket>();
    const work = wanted.then((toRead) => this.#work(toRead, connected.resolve));
    this.ready = Promise.race([connected.promise, work]).then(async (socket) => {
      this.#abort.signal.addEventListener('abort', () => socket.destroy(), { once: true });
      const session = new ApplianceSession(socket);
      const early = work.then(() => Promise.reject(new Error('it has ended')));
      return { session, volumes: await Promise.race([session.volumes(), early]) };
    });
    this.ready.catch(() => undefined); // told to whoever waits for it
    this.ended = work.then(
      () => undefined,
      () => undefined,
    );
  }

  stop(): void {
    this.#abort.abort();
  }

  /** Ends when the machine has ended, and always by throwing why. */
  async #work({ runDirectory, ...wanted }: ToRead, connected: (socket: Socket) => void): Promise<never> {
    const directory = join(runDirectory, `files-${this.slot}`);
    const uid = FIRST_UID + this.slot;
    await mkdir(directory, { recursive: true });
    await chown(directory, 0, uid);
    await chmod(directory, 0o710);
    await rm(join(directory, PORT), { force: true });
    const server = createServer(connected);
    try {
      server.listen(join(directory, PORT));
      await once(server, 'listening');
      await chmod(join(directory, PORT), 0o666); // what keeps others out is the directory
      const task: BrowseTask = {
        kind: 'browse',
        operationId: `files-${this.slot}`,
        ...wanted,
        directory,
        port: PORT,
        uid,
      };
      const { ended } = await moverResult<BrowseResult>(task, this.#abort.signal, () => undefined);
      const why = textOfName(Buffer.from(ended)) || 'it said nothing';
      throw new OneError(CODE.ACTION, `The machine that reads the backup has ended: ${why}.`);
    } finally {
      server.close();
      await rm(directory, { recursive: true, force: true }).catch(() => undefined); // the next one clears what is in the way
    }
  }
}
