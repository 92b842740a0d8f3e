// Backups as directories of plain files, which rsync writes, in a directory of this machine or of another over ssh. A backup that failed
// leaves nothing; nothing that is stored is ever changed.
import type { Readable } from 'node:stream';
import type { Capacity } from '../../model/datastore.ts';
import { OneError, reasonOf } from '../../model/errors.ts';
import type { BackupStoreConfig } from '../../model/mover-protocol.ts';
import {
  SnapshotLeft,
  type BackupStore,
  type ListedSnapshot,
  type Pruned,
  type Snapshot,
  type SnapshotRequest,
  type StoreView,
} from '../backup-store.ts';
import { capacityOf } from './capacity.ts';
import { siteOf, type Site } from './command.ts';
import { readRsyncConfig } from './config.ts';
import { placeOf, RsyncError } from './failure.ts';
import { checkOperation, checkSource, directoryOf, fileOf } from './layout.ts';
import { prepareStore } from './prepare.ts';
import { readFileThere } from './read.ts';
import { listBackups } from './list.ts';
import { placesOfOperation, placesOfSources, removeOperation, removeSources } from './remove.ts';
import { sendBackup } from './upload.ts';
import { viewStore } from './view.ts';

export { required } from './config.ts';

/** With these nothing was begun over there. */
const NOT_BEGUN = ['host-key-unknown', 'host-key-changed', 'key-refused', 'key-unreadable', 'dropped'];

export class RsyncStore implements BackupStore {
  readonly #site: Site;
  readonly #inUse: boolean;
  readonly #directories = new Map<string, string>();

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
      return `${await this.#directoryOf(source, what, signal)}/${file}`;
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

  async remove(sources: string[], signal?: AbortSignal): Promise<void> {
    sources.forEach(checkSource);
    for (const source of sources) this.#directories.delete(source);
    await removeSources(this.#site, sources, signal);
  }

  async capacity(): Promise<Capacity> {
    return capacityOf(this.#site);
  }

  /** What is removed gives its space back at once. */
  async prune(): Promise<Pruned> {
    return { complete: true, freedBytes: 0 };
  }

  async #directoryOf(source: string, what: string, signal: AbortSignal): Promise<string> {
    const known = this.#directories.get(source);
    if (known !== undefined) return known;
    const places = await placesOfSources(this.#site, what, [source], signal);
    const place = places.find(({ part }) => part === undefined);
    if (place === undefined) {
      throw new RsyncError('missing', `Could not ${what} in ${placeOf(this.#site)}: there is no such backup.`);
    }
    const directory = directoryOf(this.#site.path, place);
    this.#directories.set(source, directory);
    return directory;
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
