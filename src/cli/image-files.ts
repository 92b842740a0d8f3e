// `oneimage ls`, `cat` and `extract`: files out of a backup without a restore.
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { argument, type Family, type Session } from './family.ts';
import { Failure } from './failure.ts';
import { Extraction, type Entry } from './image-extract.ts';
import { numberOption } from './ids.ts';
import { idOf, NOUN } from './lookup.ts';
import { bytes, time } from './units.ts';

interface Given {
  increment?: string;
  diskId?: string;
  json?: boolean;
  links?: boolean;
}

const WHICH = [
  ['--increment <id>', 'point to read, the newest one by default'],
  ['--disk-id <id>', 'the only disk to open, all by default'],
] as const;

export function addFiles(family: Family): void {
  family.add<Given>(
    {
      usage: 'ls <image> [path]',
      description: 'List the files in a backup: /<disk>/<volume>/<path>',
      options: [...WHICH, ['--json', 'one JSON object a line']],
    },
    async (session, args, given) => {
      const files = await filesOf(session, args, given);
      for await (const line of files.lines(args[1] ?? '/')) {
        session.io.write(given.json ? `${line}\n` : `${entryText(JSON.parse(line) as Entry)}\n`);
      }
    },
  );
  family.add<Given>(
    { usage: 'cat <image> <path>', description: 'Write a file out of a backup to stdout', options: WHICH },
    async (session, args, given) => {
      const files = await filesOf(session, args, given);
      await pipeline(await files.content(argument(args, 1)), process.stdout, { end: false });
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
      const from = argument(args, 1);
      const extraction = new Extraction(files, { links: given.links ?? false, skipped: (line) => session.io.warn(line) });
      const { files: count, bytes: size } = await extraction.run(from, argument(args, 2));
      session.io.write(`${count} files, ${bytes(size)}\n`);
    },
  );
}

async function filesOf(session: Session, args: string[], given: Given): Promise<BackupFiles> {
  const id = await idOf(session.client, NOUN.image, argument(args, 0));
  const which = new URLSearchParams();
  if (given.increment !== undefined) which.set('increment', String(numberOption('--increment', given.increment, 0)));
  if (given.diskId !== undefined) which.set('disk', String(numberOption('--disk-id', given.diskId, 0)));
  return new BackupFiles(session, id, which);
}

/** The files of one point of a backup, as the server gives them. */
class BackupFiles {
  readonly #session: Session;
  readonly #id: number;
  readonly #which: URLSearchParams;

  constructor(session: Session, id: number, which: URLSearchParams) {
    this.#session = session;
    this.#id = id;
    this.#which = which;
  }

  /** A JSON object for each entry. A listing that breaks off is a Failure. */
  async *lines(path: string): AsyncGenerator<string> {
    const response = await this.#get('files', path);
    try {
      for await (const line of createInterface({ input: response })) yield line;
    } finally {
      response.destroy();
    }
    if (!response.complete) throw new Failure(`The listing of ${path} broke off.`);
  }

  async *entries(path: string): AsyncGenerator<Entry> {
    for await (const line of this.lines(path)) yield JSON.parse(line) as Entry;
  }

  async self(path: string): Promise<Entry> {
    return JSON.parse(await textOf(await this.#get('files', path, 'YES'))) as Entry;
  }

  content(path: string): Promise<IncomingMessage> {
    return this.#get('file', path);
  }

  async copy(path: string, target: Buffer): Promise<void> {
    const response = await this.content(path);
    await pipeline(response, createWriteStream(target, { flags: 'wx', mode: 0o600 }));
  }

  async #get(what: 'file' | 'files', path: string, self?: string): Promise<IncomingMessage> {
    const { client } = this.#session;
    const query = new URLSearchParams([...this.#which, ['path', path], ...(self === undefined ? [] : [['self', self]])]);
    const authorization = `Basic ${Buffer.from(client.connection.session, 'utf8').toString('base64')}`;
    const url = `/api/image/${this.#id}/${what}?${query.toString()}`;
    const response = await client.get(url, { Authorization: authorization }, new AbortController().signal);
    if (response.statusCode === 200) return response;
    const text = await textOf(response);
    throw new Failure(reasonIn(text) ?? `HTTP-Error: ${response.statusCode ?? 0} ${response.statusMessage ?? ''}`.trimEnd());
  }
}

const MAX_TEXT = 1024 * 1024;

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response as AsyncIterable<Buffer>) {
    text += chunk.toString('utf8');
    if (text.length > MAX_TEXT) throw new Failure('The server sent a text that is too long.');
  }
  return text;
}

function reasonIn(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    return typeof error === 'string' ? error : undefined;
  } catch {
    return undefined; // no JSON, so none of the daemon's own
  }
}

const LETTERS = { file: '-', directory: 'd', link: 'l', special: 's', volume: 'v' } as const;

/** `-rw-r--r--    1.2K 11/26 20:00:00 passwd` */
export function entryText({ name, type, mode, size, mtime, target, fs }: Entry): string {
  const bits = [...'rwxrwxrwx'].map((letter, index) => (mode & (1 << (8 - index)) ? letter : '-')).join('');
  const about = type === 'link' ? ` -> ${target ?? ''}` : type === 'volume' ? ` (${fs || 'unknown'})` : '';
  return `${LETTERS[type]}${bits} ${bytes(size).padStart(8)} ${time(Math.max(0, mtime)).padEnd(14)} ${name}${about}`;
}
