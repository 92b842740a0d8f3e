// Reads files out of backups without a restore. Each question has a machine of its own while it is answered; then that stays for a short
// time, as starting one takes seconds.
import type { GuestEntry, Volume } from '../appliance/frames.ts';
import type { Place } from '../appliance/session.ts';
import { CODE, OneError } from '../model/errors.ts';
import { textOfName, type FileEntry } from '../model/file-names.ts';
import type { Image } from '../model/image.ts';
import type { ServedDisk } from '../model/tasks/served-disk.ts';
import type { Parts } from '../vm/parts.ts';
import { entryOf, volumeEntry } from './file-entry.ts';
import { FileMachineRun, type FileMachine, type ToRead } from './file-machine.ts';
import { readFilePath, type FilePath } from './file-path.ts';
import { servedDisks } from './plan.ts';

const IDLE_MS = 60_000;
/** Each takes a processor while it works, and 350 MiB of memory. */
const MOST = 4;
/** What the machine can mount. */
const READABLE = ['ext4', 'xfs', 'vfat'];

/** Which point, the newest one by default, and the only disk of it that is opened. */
export interface Which {
  increment?: number | undefined;
  diskId?: number | undefined;
}

export class FileReader {
  readonly #parts: Parts;
  readonly #makeWay: (datastoreId: number) => Promise<void>;
  readonly #machines = new Set<FileMachineRun>();
  /** Machines that nobody asks now, and what will end them. */
  readonly #idle = new Map<FileMachineRun, NodeJS.Timeout>();
  #closed = false;

  /** `makeWay` is called before the datastore of a backup is read. */
  constructor(parts: Parts, makeWay: (datastoreId: number) => Promise<void>) {
    this.#parts = parts;
    this.#makeWay = makeWay;
  }

  /** What is at a path: the entries of a directory, or the entry of a file. The top levels are the disks' volumes. */
  async *list(image: Image, which: Which, path: string): AsyncGenerator<FileEntry> {
    const at = readFilePath(path);
    yield* this.#with(image, which, async function* ({ session, volumes }) {
      if (at.volume !== '') {
        for await (const entry of session.list(placeOf(image, volumes, at, path))) yield entryOf(entry);
        return;
      }
      const there = volumes.filter(({ disk }) => at.disk === '' || disk === at.disk);
      if (there.length === 0 && at.disk !== '') throw missing(image, path);
      yield* there.map((one) => volumeEntry(one, at.disk === '' ? `${one.disk}/${one.name}` : one.name));
    });
  }

  /** The one entry of a path inside a volume, links followed. */
  async stat(image: Image, which: Which, path: string): Promise<FileEntry> {
    const at = readFilePath(path);
    let entry: FileEntry | undefined;
    const found = this.#with(image, which, async function* ({ session, volumes }) {
      yield entryOf(await session.stat(placeOf(image, volumes, at, path)));
    });
    for await (const one of found) entry = one;
    return entry ?? Promise.reject(missing(image, path));
  }

  /** First the entry of a regular file, then its bytes. */
  read(image: Image, which: Which, path: string): AsyncGenerator<GuestEntry | Buffer, void> {
    const at = readFilePath(path);
    return this.#with(image, which, ({ session, volumes }) => session.read(placeOf(image, volumes, at, path)));
  }

  /** Ends every machine, as the daemon stops. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const machine of this.#machines) machine.stop();
    for (const timer of this.#idle.values()) clearTimeout(timer);
    await Promise.all([...this.#machines].map(({ ended }) => ended));
  }

  /** Lets a machine answer. One whose answer was not read to its end is of no use to others and ends. */
  async *#with<T>(
    image: Image,
    which: Which,
    ask: (machine: FileMachine) => AsyncGenerator<T>,
  ): AsyncGenerator<T, void> {
    const disks = servedDisks(image, which.increment, which.diskId).map(({ stored, members }) => ({
      diskId: stored.diskId,
      members,
    }));
    const run = this.#take(image, disks);
    let good = false;
    try {
      const machine = await run.ready;
      good = true;
      try {
        yield* ask(machine);
      } finally {
        good = !machine.session.asked;
      }
    } finally {
      if (good && !this.#closed)
        this.#idle.set(
          run,
          setTimeout(() => this.#end(run), IDLE_MS),
        );
      else this.#end(run);
    }
  }

  #take(image: Image, disks: ServedDisk[]): FileMachineRun {
    const key = JSON.stringify([image.datastoreId, disks]);
    const idle = [...this.#idle.keys()];
    const known = idle.find((run) => run.key === key);
    if (known) {
      clearTimeout(this.#idle.get(known));
      this.#idle.delete(known);
      return known;
    }
    if (this.#machines.size >= MOST && idle[0]) this.#end(idle[0]);
    const slots = new Set([...this.#machines].map(({ slot }) => slot));
    const slot = Array.from({ length: 2 * MOST }, (_, index) => index).find((one) => !slots.has(one));
    if (this.#closed || slot === undefined || slots.size - idle.length >= MOST) {
      throw new OneError(CODE.ACTION, `Files are read out of ${MOST} backups already; try again later.`, {
        retry: true,
      });
    }
    const run = new FileMachineRun(key, slot, this.#toRead(image, disks));
    this.#machines.add(run);
    void run.ended.then(() => {
      this.#end(run);
      this.#machines.delete(run);
    });
    return run;
  }

  #end(run: FileMachineRun): void {
    clearTimeout(this.#idle.get(run));
    this.#idle.delete(run);
    run.stop();
  }

  async #toRead(image: Image, disks: ServedDisk[]): Promise<ToRead> {
    const { store, runDirectory } = this.#parts;
    await this.#makeWay(image.datastoreId);
    const kvm = (await store.hosts.list()).some((host) => host.kvm === true);
    const datastore = await store.datastores.get(image.datastoreId);
    return { store: await this.#parts.backupStoreConfigOf(datastore), disks, kvm, runDirectory };
  }
}

function placeOf(image: Image, volumes: Volume[], at: FilePath, path: string): Place {
  const volume = volumes.find(({ disk, name }) => disk === at.disk && name === at.volume);
  if (!volume) throw missing(image, path);
  const what = shown(image, path);
  if (READABLE.includes(volume.fs)) return { volume, path: at.inside, what };
  const holds = volume.fs === '' ? 'no file system that is known' : volume.fs;
  throw new OneError(CODE.ACTION, `Could not read ${what}: /${at.disk}/${at.volume} holds ${holds}.`, {
    hint: `What can be read is ext2, ext3, ext4, xfs and vfat; restore the disk for others.`,
  });
}

function missing(image: Image, path: string): OneError {
  return new OneError(CODE.NO_EXISTS, `There is no ${shown(image, path)}.`, {
    objectId: image.id,
    hint: `oneimage ls ${image.id} shows the disks and volumes that it has.`,
  });
}

function shown(image: Image, path: string): string {
  return `"${textOfName(Buffer.from(path.slice(0, 200)))}" in image ${image.id}`;
}
