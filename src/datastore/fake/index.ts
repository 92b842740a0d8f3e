// Backups as plain copies of the directory, for development and tests: `<basePath>/<8 hex>/` with `<8 hex>.json` beside it.
// The JSON is written last, so a copy without one is no backup. Attributes make it fail in given ways:
// FAKE_PASSWORD (must be the one of the first use), FAKE_FAIL_AFTER_BYTES (backup), FAKE_FAIL_READ_AFTER_BYTES (read); FAKE_WAIT_FOR names a file
// without which no backup comes to its end.
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Capacity } from '../../model/datastore.ts';
import { CODE, OneError, reasonOf } from '../../model/errors.ts';
import { number, object, text, understood, type Shape } from '../../model/json-shape.ts';
import type { BackupStoreConfig } from '../../model/backup-store-config.ts';
import {
  attemptOf,
  type BackupStore,
  type Checked,
  type CheckOptions,
  type ListedSnapshot,
  type Pruned,
  type Snapshot,
  type SnapshotRequest,
  type StoreView,
} from '../backup-store.ts';
import { directoryCapacity } from '../capacity.ts';

const WAIT_MS = 50;
const RECORD = object({ vmId: number, operationId: text, directory: text, bytes: number });
type FakeRecord = Shape<typeof RECORD>;

interface Faults {
  backupBytes: number;
  readBytes: number;
}

export class FakeStore implements BackupStore {
  readonly #path: string;
  readonly #password: string;
  readonly #faults: Faults;
  readonly #wrong: string;
  readonly #waitFor: string;

  constructor(config: BackupStoreConfig) {
    this.#path = config.basePath;
    this.#password = config.attributes['FAKE_PASSWORD'] ?? '';
    this.#wrong = config.attributes['FAKE_CHECK'] ?? '';
    this.#waitFor = config.attributes['FAKE_WAIT_FOR'] ?? '';
    this.#faults = {
      backupBytes: limit(config.attributes, 'FAKE_FAIL_AFTER_BYTES'),
      readBytes: limit(config.attributes, 'FAKE_FAIL_READ_AFTER_BYTES'),
    };
  }

  async prepare(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const file = join(this.#path, 'password.sha256');
    const hash = createHash('sha256').update(this.#password).digest('hex');
    try {
      await mkdir(this.#path, { recursive: true });
      await writeFile(file, hash, { flag: 'wx' }).catch(ifCode('EEXIST'));
    } catch (cause) {
      throw this.#error(`open the backups`, reasonOf(cause), cause);
    }
    if ((await readFile(file, 'utf8')) !== hash) throw this.#error('open the backups', 'the password is wrong');
  }

  async backup(request: SnapshotRequest): Promise<Snapshot> {
    const source = randomBytes(4).toString('hex');
    const target = join(this.#path, source);
    try {
      const bytes = await this.#copy(request, target);
      while (this.#waitFor !== '' && !existsSync(this.#waitFor))
        await sleep(WAIT_MS, undefined, { signal: request.signal });
      const { vmId, operationId, directory } = request;
      await writeFile(`${target}.new`, JSON.stringify({ vmId, operationId, directory, bytes } satisfies FakeRecord));
      request.signal.throwIfAborted();
      await rename(`${target}.new`, `${target}.json`);
      return { source, processedBytes: bytes, storedBytes: bytes };
    } catch (cause) {
      await rm(`${target}.new`, { force: true });
      await rm(target, { recursive: true, force: true });
      throw this.#error(attemptOf(request), reasonOf(cause), cause);
    }
  }

  read(source: string, path: string): Readable {
    return Readable.from(this.#chunks(source, path), { objectMode: false });
  }

  async view(_directory: string, signal: AbortSignal): Promise<StoreView> {
    signal.throwIfAborted();
    const directories = new Map<string, string>();
    for (const source of await this.#sources()) directories.set(source, (await this.#record(source)).directory);
    return {
      root: this.#path,
      pathOf: (source, path) => join(this.#at(source), relative(directories.get(source) ?? '/', path)),
      lost: new Promise(() => undefined),
      close: () => Promise.resolve(),
    };
  }

  async find(operationId: string): Promise<string[]> {
    const found: string[] = [];
    for (const source of await this.#sources()) {
      if ((await this.#record(source)).operationId === operationId) found.push(source);
    }
    return found;
  }

  async list(signal: AbortSignal): Promise<ListedSnapshot[]> {
    const found: ListedSnapshot[] = [];
    for (const source of await this.#sources()) {
      signal.throwIfAborted();
      const { vmId, operationId, directory } = await this.#record(source);
      const { mtimeMs } = await stat(`${this.#at(source)}.json`);
      found.push({ source, vmId, operationId, directory, storedAt: Math.floor(mtimeMs / 1000) });
    }
    return found.sort((a, b) => a.storedAt - b.storedAt);
  }

  async remove(sources: string[]): Promise<void> {
    for (const source of sources) {
      const target = this.#at(source);
      await rm(`${target}.json`, { force: true });
      await rm(target, { recursive: true, force: true });
    }
  }

  async capacity(): Promise<Capacity> {
    return directoryCapacity(this.#path);
  }

  /** FAKE_CHECK is what it finds wrong. */
  async check({ signal }: CheckOptions): Promise<Checked> {
    signal.throwIfAborted();
    return { problems: this.#wrong === '' ? [] : [this.#wrong] };
  }

  /** Copies that are no backups go: what died while it wrote or removed one has left them. */
  async prune(): Promise<Pruned> {
    const names = await readdir(this.#path);
    const kept = new Set(await this.#sources());
    const left = names.filter((name) => /^[0-9a-f]{8}(\.new)?$/.test(name) && !kept.has(name.slice(0, 8)));
    for (const name of left) await rm(join(this.#path, name), { recursive: true, force: true });
    return { complete: true, freedBytes: 0 };
  }

  async #sources(): Promise<string[]> {
    return (await readdir(this.#path)).flatMap((name) => /^([0-9a-f]{8})\.json$/.exec(name)?.[1] ?? []);
  }

  /** One file and one chunk at a time: the directory may be served by this very process. */
  async #copy(request: SnapshotRequest, target: string): Promise<number> {
    const budget = { passed: 0, most: this.#faults.backupBytes };
    await mkdir(target);
    const entries = await readdir(request.directory, { withFileTypes: true, recursive: true });
    for (const entry of entries.filter((entry) => entry.isFile())) {
      const from = join(entry.parentPath, entry.name);
      const to = join(target, relative(request.directory, from));
      await mkdir(dirname(to), { recursive: true });
      const chunks = (file: AsyncIterable<Buffer>): AsyncIterable<Buffer> => within(budget, file);
      await pipeline(createReadStream(from), chunks, createWriteStream(to), { signal: request.signal });
    }
    return budget.passed;
  }

  async *#chunks(source: string, path: string): AsyncIterable<Buffer> {
    const what = `read ${path} of snapshot ${source}`;
    try {
      const { directory } = await this.#record(source);
      const inside = relative(directory, path);
      if (inside.startsWith('..')) throw new Error('the snapshot has no such file');
      yield* within({ passed: 0, most: this.#faults.readBytes }, createReadStream(join(this.#at(source), inside)));
    } catch (cause) {
      throw this.#error(what, reasonOf(cause), cause);
    }
  }

  async #record(source: string): Promise<FakeRecord> {
    const file = `${this.#at(source)}.json`;
    return understood(RECORD, file, await readFile(file, 'utf8'));
  }

  #at(source: string): string {
    if (!/^[0-9a-f]{8}$/.test(source)) throw new OneError(CODE.INTERNAL, `"${source}" is not the id of a snapshot.`);
    return join(this.#path, source);
  }

  #error(what: string, why: string, cause?: unknown): OneError {
    return new OneError(CODE.ACTION, `Could not ${what} in the fake backup store ${this.#path}: ${why}.`, { cause });
  }
}

/** How many bytes may still pass before the told failure. */
interface Budget {
  passed: number;
  most: number;
}

async function* within(budget: Budget, chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  for await (const chunk of chunks) {
    budget.passed += chunk.length;
    if (budget.passed > budget.most) throw new Error(`it was told to fail after ${budget.most} bytes`);
    yield chunk;
  }
}

function limit(attributes: Record<string, string>, name: string): number {
  const given = attributes[name] ?? '';
  if (given === '') return Infinity;
  if (/^\d+$/.test(given)) return Number(given);
  throw new OneError(CODE.INTERNAL, `${name}="${given}" is not usable; it must be a number of bytes.`);
}

function ifCode(code: string): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof Error && 'code' in error && error.code === code)) throw error;
  };
}
