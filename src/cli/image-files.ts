// `oneimage ls`, `cat` and `extract`: files out of a backup without a restore.
import type { FileHandle } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import type { FileEntry } from '../model/file-names.ts';
import { maybe, object, readJson, text } from '../model/json-shape.ts';
import { argument, type Family, type OptionLine, type Session } from './family.ts';
import { Failure } from './failure.ts';
import { numberOption } from './ids.ts';
import { Extraction, type Source } from './image-extract.ts';
import { idOf, NOUN } from './lookup.ts';
import { bytes, time } from './units.ts';

interface Given {
  increment?: string;
  diskId?: string;
  json?: boolean;
  links?: boolean;
}

const WHICH: readonly OptionLine[] = [
  ['--increment <id>', 'point to read, the last one by default'],
  ['--disk-id <id>', 'open this disk only'],
];

export function addFiles(family: Family): void {
  family.add<Given>(
    {
      usage: 'ls <image> [path]',
      description: 'List the files in a backup: /disk.0/p1/etc, the volumes without a path',
      options: [...WHICH, ['--json', 'one JSON object a line']],
    },
    async (session, args, given) => {
      const files = await filesOf(session, args, given);
      for await (const entry of files.entries(args[1] ?? '/')) {
        session.io.write(`${given.json ? JSON.stringify(entry) : entryText(entry)}\n`);
      }
    },
  );
  family.add<Given>(
    { usage: 'cat <image> <path>', description: 'Write a file out of a backup to stdout', options: WHICH },
    async (session, args, given) => {
      const files = await filesOf(session, args, given);
      await whole(await files.content(argument(args, 1)), argument(args, 1), (content) =>
        pipeline(content, process.stdout, { end: false }),
      );
    },
  );
  family.add<Given>(
    {
      usage: 'extract <image> <path> <target>',
      description: 'Copy a file or a directory out of a backup to a new path here',
      options: [...WHICH, ['--links', 'make symbolic links too; they may lead anywhere']],
    },
    async (session, args, given) => {
      const files = await filesOf(session, args, given);
      const skipped = (line: string): void => session.io.warn(line);
      const extraction = new Extraction(files, { links: given.links ?? false, skipped });
      const { files: count, bytes: size } = await extraction.run(argument(args, 1), argument(args, 2));
      session.io.write(`${count} files, ${bytes(size)}\n`);
    },
  );
}

async function filesOf(session: Session, args: string[], given: Given): Promise<BackupFiles> {
  const id = await idOf(session.client, NOUN.image, argument(args, 0));
  const which = new URLSearchParams();
  if (given.increment !== undefined) which.set('increment', `${numberOption('--increment', given.increment, 0)}`);
  if (given.diskId !== undefined) which.set('disk', `${numberOption('--disk-id', given.diskId, 0)}`);
  return new BackupFiles(session, `/api/image/${id}`, which);
}

/** The files of one point of a backup, as the server gives them. */
class BackupFiles implements Source {
  readonly #session: Session;
  readonly #base: string;
  readonly #which: URLSearchParams;

  constructor(session: Session, base: string, which: URLSearchParams) {
    this.#session = session;
    this.#base = base;
    this.#which = which;
  }

  async *entries(path: string): AsyncGenerator<FileEntry> {
    const response = await this.#get('files', path);
    try {
      for await (const line of createInterface({ input: response })) {
        const entry = JSON.parse(line) as FileEntry | { error: string };
        if ('error' in entry) throw new Failure(entry.error);
        yield entry;
      }
    } finally {
      response.destroy();
    }
    if (!response.complete) throw new Failure(`The listing of ${path} broke off.`);
  }

  async self(path: string): Promise<FileEntry> {
    return JSON.parse(await textOf(await this.#get('files', path, { self: 'YES' }))) as FileEntry;
  }

  content(path: string): Promise<IncomingMessage> {
    return this.#get('file', path);
  }

  async copy(path: string, target: FileHandle): Promise<void> {
    await whole(await this.content(path), path, (content) => target.writeFile(content));
  }

  async #get(what: 'file' | 'files', path: string, more: Record<string, string> = {}): Promise<IncomingMessage> {
    const { client } = this.#session;
    const query = new URLSearchParams({ ...Object.fromEntries(this.#which), path, ...more });
    const authorization = `Basic ${Buffer.from(client.connection.session, 'utf8').toString('base64')}`;
    const url = `${this.#base}/${what}?${query.toString()}`;
    const response = await client.get(url, { Authorization: authorization }, new AbortController().signal);
    if (response.statusCode === 200) return response;
    const status = `HTTP-Error: ${response.statusCode ?? 0} ${response.statusMessage ?? ''}`.trimEnd();
    throw new Failure(reasonIn(await textOf(response)) ?? status);
  }
}

/** Lets `use` read an answer, and says which file it was when that breaks off. */
async function whole(
  content: IncomingMessage,
  path: string,
  use: (content: IncomingMessage) => Promise<void>,
): Promise<void> {
  try {
    await use(content);
  } catch (error) {
    if (content.complete) throw error;
    throw new Failure(`The server stopped sending ${path}: it cannot be read to its end; the daemon's log says why.`, {
      cause: error,
    });
  }
}

const MAX_CHARS = 1024 * 1024;

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk;
    if (text.length > MAX_CHARS) throw new Failure('The server sent a text that is too long.');
  }
  return text;
}

/** What an answer that is a failure says, with what would mend it. */
function reasonIn(answer: string): string | undefined {
  const error = readJson(PROBLEM, answer)?.error;
  return error && [error.message, error.hint ?? ''].filter((part) => part !== '').join(' ');
}

const PROBLEM = object({ error: object({ message: text, hint: maybe(text) }) });

const LETTERS = { file: '-', directory: 'd', link: 'l', special: 's', volume: 'v' } as const;

/** `-rw-r--r--     1.2K 11/26 20:00:00 passwd`; of a volume what it holds and its label. */
export function entryText({ name, type, mode, size, mtime, target, fs, label }: FileEntry): string {
  const bits = Array.from('rwxrwxrwx', (letter, index) => (mode & (0o400 >> index) ? letter : '-')).join('');
  const about =
    type === 'volume' ? [fs || 'unknown', label].filter(Boolean) : target === undefined ? [] : ['->', target];
  return `${LETTERS[type]}${bits} ${bytes(size).padStart(8)} ${time(mtime).padEnd(14)} ${[name, ...about].join(' ')}`;
}
