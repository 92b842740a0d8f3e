// Reads files out of backups without a restore. One machine for each point that is asked for; it stays for a short time after the last
// answer, as starting one takes seconds.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SOCKET } from '../appliance/machine.ts';
import { ApplianceSession } from '../appliance/session.ts';
import type { Volume } from '../appliance/frames.ts';
import { run } from '../exec/exec.ts';
import { moverResult } from '../exec/mover.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import { textOfName } from '../model/file-names.ts';
import type { Image } from '../model/image.ts';
import { SERVING, type BrowseResult, type BrowseTask } from '../model/mover-protocol.ts';
import type { Parts } from '../vm/parts.ts';
import { entryOf, volumeEntry, type FileEntry } from './file-entry.ts';
import { readFilePath } from './file-path.ts';
import { readableDisks } from './plan.ts';

const IDLE_MS = 60_000;
/** Booting takes four seconds when it is emulated, and a volume that is large or damaged takes longer to mount. */
const ANSWER_MS = 90_000;
/** Each takes 256 MiB of memory and more. */
const MOST = 4;
const SOCKET_WAIT_MS = 30_000;
const PREFIX = 'browse-';

export interface Which {
  increment?: number | undefined;
  diskId?: number | undefined;
}

interface Open {
  ready: Promise<{ session: ApplianceSession; volumes: Volume[] }>;
  ended: Promise<void>;
  users: number;
  idle?: NodeJS.Timeout | undefined;
  stop(): void;
}

export class FileReader {
  readonly #parts: Parts;
  readonly #cache: string;
  readonly #open = new Map<string, Open>();

  /** `cache`: where the machine's kernel is kept. */
  constructor(parts: Parts, cache: string) {
    this.#parts = parts;
    this.#cache = cache;
  }

  /** What is at a path: the entries of a directory, or the entry of a file. The top levels are the disks' volumes. */
  async *list(image: Image, which: Which, path: string): AsyncGenerator<FileEntry> {
    const at = readFilePath(path);
    const { session, volumes, release } = await this.#session(image, which);
    try {
      if (at.volume === '') {
        const there = volumes.filter(({ disk }) => at.disk === '' || disk === at.disk);
        if (there.length === 0 && at.disk !== '') throw missing(image, `/${at.disk}`);
        yield* there.map((volume) => volumeEntry(volume, at.disk === ''));
        return;
      }
      this.#known(image, volumes, at);
      for await (const entry of session.list(`${at.disk}/${at.volume}`, at.inside, shown(image, path))) yield entryOf(entry);
    } finally {
      release();
    }
  }

  /** The one entry of a path, links followed. */
  async stat(image: Image, which: Which, path: string): Promise<FileEntry> {
    const at = readFilePath(path);
    if (at.volume === '') return { ...volumeEntry({ disk: at.disk, name: '', fs: '', bytes: 0 }, false), name: at.disk };
    const { session, volumes, release } = await this.#session(image, which);
    try {
      this.#known(image, volumes, at);
      return entryOf(await session.stat(`${at.disk}/${at.volume}`, at.inside, shown(image, path)));
    } finally {
      release();
    }
  }

  /** The bytes of a regular file, and how many there are. */
  async read(image: Image, which: Which, path: string): Promise<{ bytes: number; content: AsyncGenerator<Buffer> }> {
    const at = readFilePath(path);
    const entry = await this.stat(image, which, path);
    if (entry.type !== 'file') {
      throw new OneError(CODE.ACTION, `Could not read ${shown(image, path)}: it is no file (${entry.type}).`, {
        hint: 'oneimage ls shows what is in a directory, oneimage extract copies all of it.',
      });
    }
    return { bytes: entry.size, content: this.#content(image, which, at, entry.size, path) };
  }

  /** Ends every machine, as the daemon stops. */
  async close(): Promise<void> {
    const all = [...this.#open.values()];
    for (const one of all) one.stop();
    await Promise.all(all.map(({ ended }) => ended));
  }

  /** Clears what a daemon that died left: its machines died with it, their mounts did not. */
  async takeUp(): Promise<void> {
    for (const name of await readdir(this.#parts.runDirectory)) {
      if (name.startsWith(PREFIX)) await this.#clear(join(this.#parts.runDirectory, name));
    }
  }

  async *#content(image: Image, which: Which, at: ReturnType<typeof readFilePath>, bytes: number, path: string): AsyncGenerator<Buffer> {
    const { session, release } = await this.#session(image, which);
    try {
      yield* session.read(`${at.disk}/${at.volume}`, at.inside, bytes, shown(image, path));
    } finally {
      release();
    }
  }

  #known(image: Image, volumes: Volume[], at: { disk: string; volume: string }): void {
    if (volumes.some(({ disk, name }) => disk === at.disk && name === at.volume)) return;
    throw missing(image, `/${at.disk}/${at.volume}`);
  }

  async #session(
    image: Image,
    which: Which,
  ): Promise<{ session: ApplianceSession; volumes: Volume[]; release: () => void }> {
    const disks = readableDisks(image, which.increment, which.diskId);
    const members = disks.map(({ stored, members }) => ({ diskId: stored.diskId, members }));
    const key = `${image.id} ${members.map((disk) => disk.members.map(({ source }) => source).join('+')).join()} ${which.diskId ?? ''}`;
    const open = this.#open.get(key) ?? this.#begin(key, image, members);
    open.users += 1;
    clearTimeout(open.idle);
    const release = (): void => {
      open.users -= 1;
      if (open.users === 0) open.idle = setTimeout(() => open.stop(), IDLE_MS);
    };
    try {
      return { ...(await open.ready), release };
    } catch (error) {
      release();
      open.stop();
      throw error;
    }
  }

  #begin(key: string, image: Image, disks: BrowseTask['disks']): Open {
    if (this.#open.size >= MOST) {
      const idle = [...this.#open.values()].find(({ users }) => users === 0);
      if (!idle) {
        throw new OneError(CODE.ACTION, `Files of ${MOST} backups are being read already; try again later.`, { retry: true });
      }
      idle.stop();
    }
    const operationId = randomBytes(8).toString('hex');
    const directory = join(this.#parts.runDirectory, `${PREFIX}${operationId}`);
    const abort = new AbortController();
    const socket = join(directory, 'machine', SOCKET);
    let session: ApplianceSession | undefined;
    let serving = (): void => undefined;
    const served = new Promise<void>((resolve) => (serving = resolve));
    const work = this.#mover(image, { kind: 'browse', operationId, disks, directory, cache: this.#cache }, abort.signal, serving);
    const failed = work.then((why) => {
      throw new OneError(CODE.ACTION, `The machine that reads image ${image.id} (${image.name}) ended: ${textOfName(Buffer.from(why))}.`);
    });
    failed.catch(() => undefined); // told to those who wait for `ready`, if any
    const ready = (async () => {
      await Promise.race([served, failed]);
      session = await Promise.race([openSoon(socket), failed]);
      return { session, volumes: await Promise.race([session.volumes(), failed]) };
    })();
    ready.catch(() => undefined);
    const stop = (): void => {
      this.#open.delete(key);
      session?.close();
      abort.abort();
    };
    const ended = work
      .then(
        () => undefined,
        (error: unknown) => this.#parts.log.warn({ image: image.id, reason: reasonOf(error) }, 'reading files failed'),
      )
      .then(() => this.#clear(directory))
      .then(stop);
    const open: Open = { ready, ended, users: 0, stop };
    this.#open.set(key, open);
    return open;
  }

  async #mover(image: Image, task: Omit<BrowseTask, 'store'>, signal: AbortSignal, serving: () => void): Promise<string> {
    const datastore = await this.#parts.store.datastores.get(image.datastoreId);
    const store = await this.#parts.backupStoreConfigOf(datastore);
    const { ended } = await moverResult<BrowseResult>({ ...task, store }, signal, (event) => {
      if (event.type === 'phase' && event.phase === SERVING) serving();
    });
    return ended;
  }

  async #clear(directory: string): Promise<void> {
    const mount = join(directory, 'store/mount');
    await run(['umount', '-l', mount], { okCodes: [1, 32] });
    await rm(directory, { recursive: true, force: true }).catch((err: unknown) => {
      this.#parts.log.warn({ directory, err }, 'what reading files left could not be removed');
    });
  }
}

async function openSoon(socket: string): Promise<ApplianceSession> {
  for (const end = Date.now() + SOCKET_WAIT_MS; !existsSync(socket) && Date.now() < end;) await sleep(50);
  return ApplianceSession.open(socket, ANSWER_MS);
}

function shown(image: Image, path: string): string {
  return `"${textOfName(Buffer.from(path.slice(0, 200)))}" in image ${image.id}`;
}

function missing(image: Image, path: string): OneError {
  return new OneError(CODE.NO_EXISTS, `Image ${image.id} (${image.name}) has no ${path}.`, {
    objectId: image.id,
    hint: `oneimage ls ${image.id} shows the disks and volumes that it has.`,
  });
}
