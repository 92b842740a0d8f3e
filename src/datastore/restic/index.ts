// Backups in a restic repository, one repository for each datastore. A backup that failed leaves no snapshot; a snapshot is
// called by the first eight digits of its id, and no two may share them.
import { hostname } from 'node:os';
import type { Readable } from 'node:stream';
import type { Capacity } from '../../model/datastore.ts';
import { CODE, OneError, reasonOf } from '../../model/errors.ts';
import type { BackupStoreConfig } from '../../model/backup-store-config.ts';
import {
  attemptOf,
  SnapshotLeft,
  type BackupStore,
  type Checked,
  type CheckOptions,
  type ListedSnapshot,
  type Pruned,
  type PruneOptions,
  type Snapshot,
  type SnapshotFile,
  type SnapshotRequest,
  type StoreView,
} from '../backup-store.ts';
import { capacityOf } from './capacity.ts';
import { checkRepository } from './check.ts';
import { patiently, runRestic, type Patience } from './command.ts';
import { readResticConfig, type ResticConfig } from './config.ts';
import { snapshotIds } from './contents.ts';
import { dumpFile } from './dump.ts';
import { failure, ResticError } from './failure.ts';
import { watchFullStore } from './full-store.ts';
import { mountRepository } from './mount.ts';
import { readFiles, readSnapshotIds, readSnapshots, readSummary, type Summary } from './output.ts';
import { unkeptLimits } from './start.ts';
import { prepareRepository, requireRepository } from './prepare.ts';
import { pruneRepository } from './prune.ts';
import { busyReader, thriftyBackup, thriftyMount, thriftyReader } from './thrift.ts';

const SOURCE_DIGITS = 8;
const FORGET_AT_ONCE = 200;
/** Removing snapshots needs the repository for itself, so it waits while backups to it are under way. */
const PATIENCE: Patience = { tries: 60, delayMs: 5000 };
/** The VM still waits for the end of its backup while a failed one is tidied up. */
const TIDY_TRIES = 6;

export { required } from './config.ts';

export class ResticStore implements BackupStore {
  readonly #config: ResticConfig;
  readonly #ownDirectory: boolean;
  readonly #inUse: boolean;
  readonly #patience: Patience;

  constructor(config: BackupStoreConfig, patience: Patience = PATIENCE) {
    this.#config = readResticConfig(config);
    this.#ownDirectory = this.#config.transport.local === config.basePath;
    this.#inUse = config.inUse ?? false;
    this.#patience = patience;
  }

  async prepare(signal: AbortSignal): Promise<void> {
    if (this.#inUse) await requireRepository(this.#config, signal);
    else await prepareRepository(this.#config, this.#ownDirectory, signal);
  }

  async backup(request: SnapshotRequest): Promise<Snapshot> {
    checkTag(request.operationId);
    const before = await this.#idsBefore(); // what is wrong with it, restic tells better
    try {
      const summary = await patiently(this.#config, this.#patience, request.signal, (waits) =>
        this.#store(request, waits),
      );
      return await this.#named(summary);
    } catch (error) {
      throw await this.#tidiedUp(request, before, error);
    }
  }

  read(source: string, path: string): Readable {
    checkSource(source);
    if (!path.startsWith('/')) throw new OneError(CODE.INTERNAL, `The path "${path}" in a snapshot is not absolute.`);
    return dumpFile(thriftyReader(this.#config), this.#patience, source, path);
  }

  readFolder(source: string, path: string): Readable {
    return this.read(source, path); // of a folder restic makes a tar archive
  }

  /** Takes no lock, as a mount takes none: restic makes everybody wait who takes one, and what is pruned meanwhile is missed and told. */
  async unpack(source: string, path: string, directory: string, signal: AbortSignal): Promise<void> {
    checkSource(source);
    const only = path.replace(/[\\*?[\]]/g, '\\$&'); // a pattern
    await runRestic({
      config: busyReader(this.#config),
      what: `read ${path} of snapshot ${source}`,
      args: ['restore', '--no-lock', '--quiet', '--include', only, '--target', directory, '--', source],
      oneFile: true,
      signal,
    });
  }

  async view(directory: string, signal: AbortSignal): Promise<StoreView> {
    return mountRepository(thriftyMount(this.#config), directory, signal);
  }

  async find(operationId: string): Promise<string[]> {
    checkTag(operationId);
    const ids = await this.#list(['--tag', operationId], operationId);
    return ids.map((id) => id.slice(0, SOURCE_DIGITS));
  }

  async list(signal: AbortSignal): Promise<ListedSnapshot[]> {
    const args = ['snapshots', '--json', '--no-lock'];
    const found = readSnapshots(await runRestic({ config: this.#config, what: 'list the backups', args, signal }));
    if (!found) throw new ResticError('other', `Could not read the list of snapshots in ${this.#config.repository}.`);
    return found.map(({ id, ...rest }) => ({ ...rest, source: id.slice(0, SOURCE_DIGITS) }));
  }

  async contents(source: string, signal: AbortSignal): Promise<SnapshotFile[]> {
    checkSource(source);
    const what = `list the files of snapshot ${source}`;
    return readFiles(
      await runRestic({ config: this.#config, what, args: ['ls', '--json', '--no-lock', '--', source], signal }),
    );
  }

  async remove(sources: string[], signal?: AbortSignal): Promise<void> {
    sources.forEach(checkSource);
    await this.#forget(sources, this.#patience, signal);
  }

  async capacity(recordedMb = () => Promise.resolve(0)): Promise<Capacity> {
    return capacityOf(this.#config, recordedMb);
  }

  async check(options: CheckOptions): Promise<Checked> {
    return checkRepository(this.#config, options);
  }

  async prune(options: PruneOptions): Promise<Pruned> {
    return pruneRepository(this.#config, options);
  }

  async #store(request: SnapshotRequest, waits: string[]): Promise<Summary> {
    let summary: Summary | undefined;
    const what = attemptOf(request);
    const tags = ['--tag', `one-${request.vmId}`, '--tag', request.operationId];
    const full = watchFullStore(this.#config.transport.local);
    await runRestic({
      config: request.background === true ? await thriftyBackup(this.#config) : this.#config,
      what,
      args: [
        'backup',
        ...waits,
        '--json',
        ...comparison(request),
        ...tags,
        '--host',
        hostname(),
        '--',
        request.directory,
      ],
      signal: AbortSignal.any([request.signal, full.signal]),
      onLine: (line) => (summary = readSummary(line) ?? summary),
    })
      .catch((error: unknown) => {
        const stuck = full.signal.aborted && !request.signal.aborted;
        throw stuck ? failure(what, this.#config, { code: 1, stderr: 'no space left on device' }) : error;
      })
      .finally(() => full.end());
    if (summary) return summary;
    throw new ResticError('other', `Could not ${what}: restic ended without saying which snapshot it made.`);
  }

  async #named(summary: Summary): Promise<Snapshot> {
    const source = summary.snapshotId.slice(0, SOURCE_DIGITS);
    const ids = await snapshotIds(this.#config);
    if (ids.filter((id) => id.startsWith(source)).length > 1) {
      throw new ResticError('other', `Another snapshot's id begins with ${source} too, so the backup was discarded.`, {
        retry: true,
        hint: 'Take the backup again; it gets another id.',
      });
    }
    const { processedBytes, storedBytes } = summary;
    return { source, processedBytes, storedBytes, warnings: unkeptLimits(this.#config) };
  }

  /** Removes what a failed backup left in the repository, and returns the error to throw. */
  async #tidiedUp(request: SnapshotRequest, before: string[] | undefined, error: unknown): Promise<unknown> {
    if (error instanceof ResticError && ['not-installed', 'wrong-password', 'missing'].includes(error.trouble)) {
      return error;
    }
    try {
      const now = before && (await snapshotIds(this.#config));
      if (now?.every((id) => before?.includes(id))) return error; // there is nothing to ask restic about
      const ids = await this.#list(['--tag', request.operationId], request.operationId);
      await this.#forget(ids, { ...this.#patience, tries: Math.min(TIDY_TRIES, this.#patience.tries) });
      return error;
    } catch (tidying) {
      const message = `${reasonOf(error)} Its incomplete snapshot may still be there: ${reasonOf(tidying)}`;
      return new SnapshotLeft(message, { retry: error instanceof OneError && error.retry, cause: error });
    }
  }

  /** Undefined where it is not cheap to know: what a failed backup has left is found by its tag then. */
  async #idsBefore(): Promise<string[] | undefined> {
    if (this.#config.transport.local === undefined) return undefined;
    return snapshotIds(this.#config).catch(() => []); // what is wrong with it, restic tells better
  }

  /** Full ids of snapshots; `tag` undefined lists all. Takes no lock, so a full or busy repository can be listed. */
  async #list(options: string[], tag?: string): Promise<string[]> {
    const stdout = await runRestic({
      config: this.#config,
      what: 'list the backups',
      args: ['snapshots', '--json', '--no-lock', ...options],
    });
    const ids = readSnapshotIds(stdout, tag);
    if (ids) return ids;
    throw new ResticError('other', `Could not read the list of snapshots in ${this.#config.repository}.`);
  }

  async #forget(sources: string[], patience: Patience, signal?: AbortSignal): Promise<void> {
    if (sources.length === 0) return;
    await patiently(this.#config, patience, signal, async (waits) => {
      const there = await this.#list([]);
      const ids = sources.flatMap((source) => idOf(source, there) ?? []);
      for (let at = 0; at < ids.length; at += FORGET_AT_ONCE) {
        const args = ['forget', ...waits, '--', ...ids.slice(at, at + FORGET_AT_ONCE)];
        await runRestic({ config: this.#config, what: 'remove backups', args, signal });
      }
    });
  }
}

/** The one full id that begins with `source`; undefined when it is gone. Two are an error: neither may be removed. */
function idOf(source: string, ids: string[]): string | undefined {
  const found = ids.filter((id) => id.startsWith(source));
  if (found.length < 2) return found[0];
  throw new ResticError('other', `${source} is the beginning of ${found.length} snapshot ids, so none was removed.`);
}

/**
 * Without a parent the files are new ones, and restic need not look for an earlier snapshot to compare with. With one, a file is what
 * it was when name, size and time are: each virtual directory has other inodes.
 */
function comparison({ parent }: SnapshotRequest): string[] {
  if (parent === undefined) return ['--force'];
  checkSource(parent);
  return ['--parent', parent, '--ignore-inode', '--ignore-ctime'];
}

function checkSource(source: string): void {
  if (/^[0-9a-f]{8,64}$/.test(source)) return;
  throw new OneError(CODE.INTERNAL, `"${source}" is not the id of a restic snapshot.`);
}

function checkTag(operationId: string): void {
  if (/^[A-Za-z0-9._-]+$/.test(operationId)) return;
  throw new OneError(CODE.INTERNAL, `"${operationId}" is not the id of an operation.`);
}
