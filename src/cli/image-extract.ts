// Copies a tree out of a backup to a path here. Names come from the guest: one that would lead out of the target is not used, nothing that
// exists is written over, links are never followed.
import { chmod, lstat, mkdir, symlink } from 'node:fs/promises';
import { isSafeName, nameOfText } from '../model/file-names.ts';
import { reasonOf } from '../model/errors.ts';
import { Failure } from './failure.ts';

/** As the server tells it. */
export interface Entry {
  name: string;
  type: 'file' | 'directory' | 'link' | 'special' | 'volume';
  mode: number;
  size: number;
  mtime: number;
  target?: string;
  fs?: string;
}

/** Where the files come from. Paths and names are texts with escapes. */
export interface Source {
  self(path: string): Promise<Entry>;
  entries(path: string): AsyncIterable<Entry>;
  /** Makes a new file, and only a new one. */
  copy(path: string, target: Buffer): Promise<void>;
}

export interface ExtractOptions {
  links: boolean;
  skipped: (line: string) => void;
}

const MAX_DEPTH = 256;

export class Extraction {
  readonly #source: Source;
  readonly #options: ExtractOptions;
  readonly #done = { files: 0, bytes: 0 };

  constructor(source: Source, options: ExtractOptions) {
    this.#source = source;
    this.#options = options;
  }

  /** `target` must not exist; its parent must. */
  async run(path: string, target: string): Promise<{ files: number; bytes: number }> {
    const entry = await this.#source.self(path);
    if (await lstat(target).catch(() => undefined)) {
      throw new Failure(`${target} exists already; give the path of something new.`);
    }
    const at = Buffer.from(target);
    if (entry.type === 'file') await this.#file(path, entry, at);
    else if (entry.type === 'directory' || entry.type === 'volume') await this.#directory(path, entry, at, 0);
    else throw new Failure(`${path} is neither a file nor a directory (${entry.type}).`);
    return this.#done;
  }

  async #directory(path: string, entry: Entry, target: Buffer, depth: number): Promise<void> {
    if (depth > MAX_DEPTH) return this.#options.skipped(`${path} was left out: it lies more than ${MAX_DEPTH} directories deep.`);
    await mkdir(target, { mode: 0o700 });
    for await (const child of this.#source.entries(path)) await this.#child(path, child, target, depth);
    await chmod(target, entry.type === 'volume' ? 0o755 : modeOf(entry));
  }

  async #child(path: string, child: Entry, target: Buffer, depth: number): Promise<void> {
    const from = `${path.replace(/\/+$/, '')}/${child.name}`;
    const name = nameOfText(child.name);
    if (child.type === 'volume') return this.#options.skipped(`${from} was left out: extract one volume at a time.`);
    if (!isSafeName(name)) return this.#options.skipped(`${from} was left out: no file here may have that name.`);
    const to = Buffer.concat([target, Buffer.from('/'), name]);
    try {
      if (child.type === 'directory') await this.#directory(from, child, to, depth + 1);
      else if (child.type === 'file') await this.#file(from, child, to);
      else if (child.type === 'link' && this.#options.links) await symlink(nameOfText(child.target ?? ''), to);
      else this.#options.skipped(`${from} was left out: it is a ${child.type === 'link' ? 'symbolic link' : 'special file'}.`);
    } catch (error) {
      throw new Failure(`Could not extract ${from}: ${reasonOf(error)}`, { cause: error });
    }
  }

  async #file(path: string, entry: Entry, target: Buffer): Promise<void> {
    await this.#source.copy(path, target);
    await chmod(target, modeOf(entry));
    this.#done.files += 1;
    this.#done.bytes += entry.size;
  }
}

/** Without setuid, setgid and sticky: those are worth something only where the file came from. */
function modeOf({ mode }: Entry): number {
  return mode & 0o777;
}
