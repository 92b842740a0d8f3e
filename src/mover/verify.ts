// Reads snapshots back and says what is not as it was written, all of it. A store that cannot be reached is an error: it says nothing
// about the snapshots. Changes nothing.
import { addAbortSignal } from 'node:stream';
import { openBackupStore } from '../datastore/all.ts';
import type { BackupStore } from '../datastore/backup-store.ts';
import { checkedStream } from '../disk/checked-stream.ts';
import { readSequentialQcow2 } from '../disk/qcow2-read.ts';
import { OneError, reasonOf } from '../model/errors.ts';
import type { Layer, StoredDisk } from '../model/image.ts';
import type { MoverEvent } from '../model/mover-protocol.ts';
import type { VerifyResult, VerifyTask } from '../model/tasks/verify.ts';
import type { DiskProgress } from '../model/operation.ts';
import { openMerged } from './merged-disk.ts';
import type { MemberStore } from './member-reader.ts';
import { pacedReads } from './paced.ts';

const PROGRESS_MS = 500;

type Tell = (event: MoverEvent) => void;

export async function verify(task: VerifyTask, signal: AbortSignal, tell: Tell): Promise<VerifyResult> {
  const verification = new Verification(task, signal);
  const tellProgress = (): void => tell({ type: 'progress', disks: verification.progress });
  const timer = setInterval(tellProgress, PROGRESS_MS);
  try {
    await verification.run((phase) => tell({ type: 'phase', phase }));
  } finally {
    clearInterval(timer);
  }
  tellProgress();
  const { problems, readBytes } = verification;
  return { problems, readBytes, peakRssBytes: process.resourceUsage().maxRSS * 1024 };
}

class Verification {
  readonly problems: string[] = [];
  readonly progress: DiskProgress[];
  readBytes = 0;
  readonly #task: VerifyTask;
  readonly #store: BackupStore;
  readonly #reads: MemberStore;
  readonly #signal: AbortSignal;

  constructor(task: VerifyTask, signal: AbortSignal) {
    this.#task = task;
    // what is verified is recorded, so a store that is not there is not to be made anew
    this.#store = openBackupStore({ ...task.store, inUse: true });
    this.#reads = pacedReads(this.#store);
    this.#signal = signal;
    this.progress = progressOf(task.layers.slice(task.trusted));
  }

  async run(tellPhase: (phase: string) => void): Promise<void> {
    const { layers, trusted } = this.#task;
    tellPhase('opening the store');
    await this.#store.prepare(this.#signal);
    this.problems.push(...mismatches(layers));
    for (const layer of layers.slice(trusted)) {
      tellPhase(`reading increment ${layer.pointId}`);
      await this.#noting(layer, 'its description', () => this.#readDescription(layer));
      for (const disk of layer.disks) {
        await this.#noting(layer, `disk ${disk.diskId}`, () => this.#readDisk(layer, disk));
      }
    }
  }

  /** Notes what goes wrong as a problem of the layer, unless the store is out of reach or the run was stopped. */
  async #noting({ source, pointId }: Layer, what: string, read: () => Promise<void>): Promise<void> {
    try {
      await read();
    } catch (error) {
      this.#signal.throwIfAborted();
      if (error instanceof OneError && error.retry) throw error;
      await this.#store.prepare(this.#signal);
      this.problems.push(`Snapshot ${source} (increment ${pointId}), ${what}: ${reasonOf(error)}`);
    }
  }

  async #readDescription({ source, path }: Layer): Promise<void> {
    let bytes = 0;
    const stream = addAbortSignal(this.#signal, this.#store.read(source, `${path}/vm.xml`));
    for await (const chunk of stream as AsyncIterable<Buffer>) bytes += chunk.length;
    this.readBytes += bytes;
    if (bytes === 0) throw new Error('vm.xml is empty.');
  }

  /** Reads all of a disk: its structure on the way, its length and hash at its end. */
  async #readDisk({ source, path }: Layer, disk: StoredDisk): Promise<void> {
    const { diskId, file, virtualBytes } = disk;
    const progress = this.progress.find((one) => one.diskId === diskId);
    const passed = (bytes: number): void => {
      this.readBytes += bytes;
      if (progress) progress.bytesDone += bytes;
    };
    if (disk.layout === 'SLICES') {
      const member = { source, path: `${path}/${file}`, stored: disk };
      const slices = await openMerged(this.#reads, [member], { whole: true, signal: this.#signal, passed });
      const pieces = slices.data();
      while ((await pieces.next()).done !== true); // to the end, as below
      return;
    }
    const stream = addAbortSignal(this.#signal, this.#reads.read(source, `${path}/${file}`));
    const checked = checkedStream(stream, disk, file, passed);
    if (disk.layout === 'QEMU') {
      for await (const _ of checked); // its clusters lie anywhere: all of it is read, and its store has the hashes
      return;
    }
    const qcow2 = await readSequentialQcow2(checked, file);
    const pieces = qcow2.data();
    while ((await pieces.next()).done !== true); // to the end, which is where it is compared
    if (qcow2.virtualBytes === virtualBytes) return;
    throw new Error(`${file} holds a disk of ${qcow2.virtualBytes} bytes where ${virtualBytes} were backed up.`);
  }
}

/** What the records of the layers say against each other: disks and their sizes are the same in all layers of a chain. */
function mismatches(layers: readonly Layer[]): string[] {
  const [base, ...rest] = layers;
  return rest.flatMap(({ source, pointId, disks }) => {
    const where = `Snapshot ${source} (increment ${pointId})`;
    const ids = disks.map(({ diskId }) => diskId).join(', ');
    const wanted = base?.disks.map(({ diskId }) => diskId).join(', ') ?? '';
    if (ids !== wanted) return [`${where} holds the disks ${ids || 'none'}, the lowest layer ${wanted || 'none'}.`];
    return disks.flatMap(({ diskId, virtualBytes }) => {
      const below = base?.disks.find((disk) => disk.diskId === diskId)?.virtualBytes ?? virtualBytes;
      if (below === virtualBytes) return [];
      return [`${where}, disk ${diskId}: it has ${virtualBytes} bytes, the lowest layer ${below}.`];
    });
  });
}

function progressOf(layers: readonly Layer[]): DiskProgress[] {
  const totals = new Map<number, number>();
  for (const { diskId, fileBytes } of layers.flatMap(({ disks }) => disks)) {
    totals.set(diskId, (totals.get(diskId) ?? 0) + fileBytes);
  }
  return [...totals].map(([diskId, bytesTotal]) => ({ diskId, bytesDone: 0, bytesTotal }));
}
