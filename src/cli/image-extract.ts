// Copies a file or a tree out of a backup to a path here. Names come from the guest: one that would lead out of the target is not used,
// nothing that exists is written over, links are never followed.
import type { Stats } from 'node:fs';
import { chmod, lstat, mkdir, open, symlink, utimes, type FileHandle } from 'node:fs/promises';
import { reasonOf } from '../model/errors.ts';
import { isSafeName, nameOfText, type FileEntry } from '../model/file-names.ts';
import { Failure } from './failure.ts';

/** Where the files come from. Paths and names are texts with escapes. */
export interface Source {
  self(path: string): Promise<FileEntry>;
  entries(path: string): AsyncIterable<FileEntry>;
  copy(path: string, target: FileHandle): Promise<void>;
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

  /** `target` is a new path, or a directory in which the name is new. */
  async run(path: string, target: string): Promise<{ files: number; bytes: number }> {
    const entry = await this.#source.self(path);
    const at = await newPath(entry, Buffer.from(target));
    if (entry.type === 'file') await this.#file(path, entry, at);
    else if (entry.type === 'directory') await this.#directory(path, entry, at, 0);
    else throw new Failure(`${path} is neither a file nor a directory.`);
    return this.#done;
  }

  async #directory(path: string, entry: FileEntry, target: Buffer, depth: number): Promise<void> {
    if (depth > MAX_DEPTH) {
      return this.#options.skipped(`${path} was left out: it lies more than ${MAX_DEPTH} directories deep.`);
    }
    await mkdir(target, { mode: 0o700 });
    const children: FileEntry[] = []; // all of them first: the machine answers one question at a time
    for await (const child of this.#source.entries(path)) children.push(child);
    for (const child of children) await this.#child(path, child, target, depth);
    await chmod(target, modeOf(entry) & 0o755);
    await utimes(target, entry.mtime, entry.mtime).catch(noSuchTime);
  }

  async #child(path: string, child: FileEntry, target: Buffer, depth: number): Promise<void> {
    const from = `${path.replace(/\/+$/, '')}/${child.name}`;
    const name = nameOfText(child.name);
    if (!isSafeName(name)) return this.#options.skipped(`${from} was left out: no file here may have that name.`);
    const to = Buffer.concat([target, Buffer.from('/'), name]);
    if (child.type === 'directory') await this.#directory(from, child, to, depth + 1);
    else if (child.type === 'file') await this.#file(from, child, to);
    else if (child.type === 'link' && this.#options.links) await symlink(nameOfText(child.target ?? ''), to);
    else this.#options.skipped(`${from} was left out: it is a ${child.type === 'link' ? 'link' : 'special file'}.`);
  }

  async #file(path: string, entry: FileEntry, target: Buffer): Promise<void> {
    const file = await open(target, 'wx', modeOf(entry));
    try {
      await this.#source.copy(path, file);
      await file.utimes(entry.mtime, entry.mtime).catch(noSuchTime);
    } catch (error) {
      throw new Failure(`Could not extract ${path}: ${reasonOf(error)}`, { cause: error });
    } finally {
      await file.close();
    }
    this.#done.files += 1;
    this.#done.bytes += entry.size;
  }
}

async function newPath({ name }: FileEntry, target: Buffer): Promise<Buffer> {
  const there = await found(target);
  const inside = there?.isDirectory() && isSafeName(nameOfText(name));
  const at = inside ? Buffer.concat([target, Buffer.from('/'), nameOfText(name)]) : target;
  if (!(inside ? await found(at) : there)) return at;
  throw new Failure(`${at.toString()} is there already; nothing is written over. Name a new path.`);
}

/** What is at a path, if anything is; what cannot be looked at is no free place. */
async function found(path: Buffer): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new Failure(`Could not look at ${path.toString()}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Without setuid, setgid and sticky: those are worth something only where the file came from. */
function modeOf({ mode }: FileEntry): number {
  return mode & 0o777;
}

/** A damaged file system may have times that no other can keep. */
function noSuchTime(): void {
  return undefined;
}
