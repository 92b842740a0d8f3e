// The files of the web console, as `npm run console` builds them. index.html answers every address that is no file, so that a page can be
// opened by its address; it carries a new nonce each time, which its policy names. Nothing is ever asked of another host.
import { randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { extname, join, normalize, resolve } from 'node:path';
import { brotliCompress, constants } from 'node:zlib';
import { promisify } from 'node:util';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const DIRECTORY = resolve(import.meta.dirname, '../../var/console');
const NONCE = '__CSP_NONCE__';
const compress = promisify(brotliCompress);
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};
const TEXTS = ['.css', '.html', '.js', '.json', '.svg', '.txt', '.webmanifest'];
const MISSING =
  'The web console is not here: packages of OneVault bring it, and in a clone `npm run console` builds it. Then open this page again.\n';

interface Packed {
  changedMs: number;
  plain: Buffer;
  brotli?: Buffer;
}

export function consoleFiles(server: FastifyInstance, directory = DIRECTORY): void {
  const files = new ConsoleFiles(directory);
  server.get('/', (request, reply) => files.page(request, reply));
  server.get('/*', async (request, reply) => {
    const path = decoded(request.url.split('?')[0] ?? '/');
    if (path === undefined || path.startsWith('/api/') || path === '/RPC2') return reply.callNotFound();
    if (await files.file(path, request, reply)) return reply;
    return extname(path) === '' ? files.page(request, reply) : reply.callNotFound();
  });
}

class ConsoleFiles {
  readonly #directory: string;
  readonly #packed = new Map<string, Packed>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  async page(_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const html = (await this.#read(join(this.#directory, 'index.html')))?.plain.toString('utf8');
    if (html === undefined) return reply.status(503).type('text/plain; charset=utf-8').send(MISSING);
    const nonce = randomBytes(16).toString('base64');
    return secured(reply, nonce)
      .header('cache-control', 'no-store')
      .type(TYPES['.html'] ?? '')
      .send(html.replaceAll(NONCE, nonce));
  }

  /** Answers with a file; false when there is none. */
  async file(path: string, request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
    const at = join(this.#directory, normalize(path));
    const ending = extname(at);
    const type = TYPES[ending];
    if (!at.startsWith(`${this.#directory}/`) || type === undefined || at.endsWith('/index.html')) return false;
    const packed = await this.#read(at);
    if (!packed) return false;
    const forEver = path.startsWith('/assets/'); // their names hold a hash of what is in them
    secured(reply, '')
      .type(type)
      .header('cache-control', forEver ? 'public, max-age=31536000, immutable' : 'no-cache');
    const takes = packed.brotli !== undefined && /\bbr\b/.test(request.headers['accept-encoding'] ?? '');
    if (takes) reply.header('content-encoding', 'br').header('vary', 'accept-encoding');
    reply.send(takes ? packed.brotli : packed.plain);
    return true;
  }

  async #read(path: string): Promise<Packed | undefined> {
    const changedMs = await stat(path).then(
      (found) => (found.isFile() ? found.mtimeMs : undefined),
      () => undefined, // a file that cannot be looked at is not there
    );
    if (changedMs === undefined) return undefined;
    const known = this.#packed.get(path);
    if (known?.changedMs === changedMs) return known;
    const plain = await readFile(path);
    const packed: Packed = { changedMs, plain };
    if (TEXTS.includes(extname(path))) {
      packed.brotli = await compress(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
    }
    this.#packed.set(path, packed);
    return packed;
  }
}

function secured(reply: FastifyReply, nonce: string): FastifyReply {
  const style = nonce === '' ? "'self'" : `'self' 'nonce-${nonce}'`;
  return reply
    .header(
      'content-security-policy',
      [
        `default-src 'none'; script-src 'self'; style-src ${style}; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'`,
        `manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      ].join('; '),
    )
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .header('cross-origin-opener-policy', 'same-origin');
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
