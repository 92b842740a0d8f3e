// Machines that are clones of one template, for a bench: one file that becomes the disk of one clone after the other, shown to a backup
// store as a backup shows it.
import { randomBytes } from 'node:crypto';
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { openBackupStore } from '../../src/datastore/all.ts';
import type { Snapshot } from '../../src/datastore/backup-store.ts';
import { run } from '../../src/exec/exec.ts';
import { DiskFile } from '../../src/mover/disk-file.ts';
import { Undo } from '../../src/mover/undo.ts';
import { textFile, upload } from '../../src/mover/upload.ts';
import { qemuNbd } from '../nbd/qemu-nbd.ts';

export const MIB = 2 ** 20;

/** What a clone has written of its own: so many places of so many bytes, anywhere on the disk. */
export interface Own {
  places: number;
  bytes: number;
}

export interface Repository {
  path: string;
  datastoreId: number;
}

export class Template {
  readonly #directory: string;
  readonly #mib: number;

  private constructor(directory: string, mib: number) {
    this.#directory = directory;
    this.#mib = mib;
  }

  /** A disk full of what cannot be compressed. */
  static async make(directory: string, mib: number): Promise<Template> {
    const template = new Template(directory, mib);
    await mkdir(directory, { recursive: true });
    const file = await open(template.#at('template.raw'), 'w');
    for (let at = 0; at < mib; at++) await file.write(randomBytes(MIB), 0, MIB, at * MIB);
    await file.close();
    return template;
  }

  /** A new clone's disk, with what it has written. */
  async clone(name: string, { places, bytes }: Own): Promise<string> {
    const path = this.#at(`${name}.raw`);
    await run(['cp', '--reflink=auto', '--', this.#at('template.raw'), path]);
    const file = await open(path, 'r+');
    await writeAnywhere(file, this.#mib * MIB, { places, bytes });
    await file.close();
    return path;
  }

  /** Backs the disk up as the mover does: over NBD, as a file in a virtual directory, which restic reads. */
  async backup(disk: string, vmId: number, repository: Repository): Promise<Snapshot> {
    const store = openBackupStore(configOf(repository));
    const { signal } = new AbortController();
    await store.prepare(signal);
    const undo = new Undo();
    const place = `${vmId}-${repository.datastoreId}`;
    try {
      const nbd = await qemuNbd({ path: disk, format: 'raw', socket: this.#at(`${place}.sock`) });
      undo.push('stop qemu-nbd', () => nbd.stop());
      const task = { diskId: 0, target: '', path: disk, format: 'raw', file: 'disk.0.0' } as const;
      const shown = await DiskFile.open(task, { diskId: 0, ...nbd }, null, signal);
      undo.push('close the export', () => shown.close());
      return await upload(store, {
        directory: this.#at(`${place}-backup`),
        vmId,
        operationId: `bench-${place}`,
        files: new Map([
          ['disk.0.0', shown.virtualFile(1)],
          ['vm.xml', textFile(Buffer.from(`<VM><ID>${vmId}</ID></VM>`), 1)],
        ]),
        mtimeSec: 1,
        undo,
        signal,
        onProgress: () => undefined,
      });
    } finally {
      await undo.run();
      await rm(this.#at(`${place}.sock`), { force: true });
    }
  }

  #at(name: string): string {
    return join(this.#directory, name);
  }
}

export function configOf({ path, datastoreId }: Repository) {
  return { driver: 'restic', datastoreId, basePath: path, attributes: { RESTIC_PASSWORD: 'a secret of the bench' } };
}

export async function storedMib(path: string): Promise<number> {
  const { stdout } = await run(['du', '-s', '--block-size=1', '--', path]);
  return Number.parseInt(stdout, 10) / MIB;
}

async function writeAnywhere(file: FileHandle, size: number, { places, bytes }: Own): Promise<void> {
  for (let place = 0; place < places; place++) {
    const at = Math.floor((Math.random() * (size - bytes)) / 4096) * 4096;
    await file.write(randomBytes(bytes), 0, bytes, at);
  }
}
