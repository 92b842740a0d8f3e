// Backups as directories of plain files, which rsync writes, in a directory of this machine or of another over ssh. A backup that failed
// leaves nothing; nothing that is stored is ever changed.
import type { Readable } from 'node:stream';
import type { Capacity } from '../../model/datastore.ts';
import { OneError, reasonOf } from '../../model/errors.ts';
import type { BackupStoreConfig } from '../../model/backup-store-config.ts';
import {
  SnapshotLeft,
  type BackupStore,
  type Checked,
  type CheckOptions,
  type ListedSnapshot,
  type Pruned,
  type Snapshot,
  type SnapshotFile,
  type SnapshotRequest,
  type StoreView,
} from '../backup-store.ts';
import { capacityOf } from './capacity.ts';
import { runThere, siteOf, type Site } from './command.ts';
import { readRsyncConfig } from './config.ts';
import { damage, placeOf, RsyncError } from './failure.ts';
import { checkOperation, checkSource, directoryOf, fileOf, filesIn, findFiles, printManifest } from './layout.ts';
import { readManifest, type StoredFile } from './manifest.ts';
import { prepareStore } from './prepare.ts';
import { readFileThere } from './read.ts';
import { listBackups } from './list.ts';
import { placesOfOperation, placesOfSources, removeOperation, removeSources } from './remove.ts';
import { sendBackup } from './upload.ts';
import { viewStore } from './view.ts';

export { required } from './config.ts';

/** With these nothing was begun over there. */
const NOT_BEGUN = ['host-key-unknown', 'host-key-changed', 'key-refused', 'key-unreadable', 'dropped'];

/** A backup: where it is, and what its manifest says. */
interface Kept {
  directory: string;
  files: StoredFile[];
}

export class RsyncStore implements BackupStore {
  readonly #site: Site;
  readonly #inUse: boolean;
  readonly #known = new Map<string, Kept>();

  constructor(config: BackupStoreConfig) {
    this.#site = siteOf(readRsyncConfig(config));
    this.#inUse = config.inUse ?? false;
  }

  async prepare(signal: AbortSignal): Promise<void> {
    await prepareStore(this.#site, this.#inUse, signal);
  }

  async backup(request: SnapshotRequest): Promise<Snapshot> {
    checkOperation(request.operationId);
    try {
      return await sendBackup(this.#site, request);
    } catch (error) {
      throw await this.#tidiedUp(request.operationId, error);
    }
  }

  read(source: string, path: string): Readable {
    checkSource(source);
    const file = fileOf(path);
    const what = `read ${path} of backup ${source}`;
    return readFileThere(this.#site, what, async (signal) => {
      const { directory, files } = await this.#kept(source, what, signal);
      return { path: `${directory}/${file}`, stored: files.find(({ name }) => name === file) };
    });
  }

  async view(directory: string, signal: AbortSignal): Promise<StoreView> {
    return viewStore(this.#site, directory, signal);
  }

  async find(operationId: string): Promise<string[]> {
    checkOperation(operationId);
    const places = await placesOfOperation(this.#site, operationId);
    return [...new Set(places.map(({ source }) => source))];
  }

  async list(signal: AbortSignal): Promise<ListedSnapshot[]> {
    return listBackups(this.#site, signal);
  }

  async contents(source: string, signal: AbortSignal): Promise<SnapshotFile[]> {
    checkSource(source);
    const what = `list the files of backup ${source}`;
    const { directory } = await this.#kept(source, what, signal);
    return filesIn(directory, await runThere(this.#site, { what, commands: [findFiles(directory)], signal }));
  }

  async remove(sources: string[], signal?: AbortSignal): Promise<void> {
    sources.forEach(checkSource);
    for (const source of sources) this.#known.delete(source);
    await removeSources(this.#site, sources, signal);
  }

  async capacity(): Promise<Capacity> {
    return capacityOf(this.#site);
  }

  /** What is removed gives its space back at once. */
  /** What is read of a backup is held against its hashes then; all of it is not gone through here. */
  check({ signal }: CheckOptions): Promise<Checked> {
    return signal.aborted ? Promise.reject(signal.reason as Error) : Promise.resolve({ problems: [] });
  }

  async prune(): Promise<Pruned> {
    return { complete: true, freedBytes: 0 };
  }

  async #kept(source: string, what: string, signal: AbortSignal): Promise<Kept> {
    const known = this.#known.get(source);
    if (known !== undefined) return known;
    const places = await placesOfSources(this.#site, what, [source], signal);
    const place = places.find(({ part }) => part === undefined);
    if (place === undefined) {
      throw new RsyncError('missing', `Could not ${what} in ${placeOf(this.#site)}: there is no such backup.`);
    }
    const directory = directoryOf(this.#site.path, place);
    const files = await this.#manifestFiles(directory, what, signal);
    const kept = { directory, files };
    this.#known.set(source, kept);
    return kept;
  }

  /** What is recorded of disks is compared by who restores them; a manifest that somebody has removed takes nothing but the rest of that away. */
  async #manifestFiles(directory: string, what: string, signal: AbortSignal): Promise<StoredFile[]> {
    const said = await runThere(this.#site, { what, commands: [printManifest(directory)], signal });
    if (said === '') return [];
    const manifest = readManifest(said);
    if (manifest === undefined) throw damage(what, this.#site, `the manifest in ${directory} is damaged`);
    return manifest.files;
  }

  /** Removes what a failed backup left, and returns the error to throw. */
  async #tidiedUp(operationId: string, error: unknown): Promise<unknown> {
    if (error instanceof RsyncError && NOT_BEGUN.includes(error.trouble)) return error;
    try {
      await removeOperation(this.#site, operationId);
      return error;
    } catch (tidying) {
      const message = `${reasonOf(error)} A part of it may still be there: ${reasonOf(tidying)}`;
      return new SnapshotLeft(message, { retry: error instanceof OneError && error.retry, cause: error });
    }
  }
}
