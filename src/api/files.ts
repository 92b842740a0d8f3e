// Files out of backups, for those who may USE the image and its datastore: a directory as JSON lines, a file as its bytes.
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import type { FileEntry } from '../model/file-names.ts';
import type { Image } from '../model/image.ts';
import type { Which } from '../restore/files.ts';
import { audited, type Asked } from './audited.ts';
import { callerOf, pageOf, sessionOf, whoOf, type Asking } from './http-session.ts';
import { NodeProofs } from './forward-proof.ts';
import { passedOn } from './forward-pass.ts';
import type { Services } from './method.ts';
import { authorized } from './noun.ts';
import { DATASTORE, IMAGE } from './nouns/stored.ts';
import type { Sessions } from './session.ts';

/** Of a path, for the audit log. */
const MOST_CHARACTERS = 1024;

interface Route {
  Params: { id: string };
  Querystring: { path?: string; increment?: string; disk?: string; self?: string };
}

type Work = (
  request: FastifyRequest<Route>,
  reply: FastifyReply,
  opened: { image: Image; call: Asking },
) => Promise<unknown>;

export function fileRoutes(server: FastifyInstance, services: Services, sessions: Sessions): void {
  const { files, parts } = services;
  const imageOf = async (id: number, call: Asking): Promise<{ image: Image; call: Asking }> => {
    const image = await authorized(call, IMAGE, id, 'USE');
    await authorized(call, DATASTORE, image.datastoreId, 'USE'); // as a restore takes it
    return { image, call };
  };
  /** What leaves a backup is written down before it does, by the node that was asked first. */
  const written = (method: string, work: Work) => async (request: FastifyRequest<Route>, reply: FastifyReply) => {
    const on = askedFor(request);
    if (NodeProofs.has(request)) {
      return work(request, reply, await imageOf(on.id, await callerOf(request, sessions, services)));
    }
    const session = sessionOf(request);
    const asked: Asked = { method, params: [], on, session, from: request.ip };
    return audited(services, asked, async (known) => {
      const { user, caller } = await whoOf(request, session, sessions, pageOf(request));
      asked.user = user;
      const opened = await imageOf(on.id, { parts, caller, forwarded: false });
      await known(user);
      return work(request, reply, opened);
    });
  };
  const list: Work = async (request, reply, { image, call }) => {
    if (await passedOn(services, { kind: 'image', id: image.id }, call, request, reply)) return reply;
    const { path = '/', self } = request.query;
    const which = whichOf(request);
    if (self === 'YES') return files.stat(image, which, path);
    const entries = files.list(image, which, path);
    const first = await entries.next();
    return reply.type('application/x-ndjson').send(Readable.from(lines(first, entries)));
  };
  const read: Work = async (request, reply, { image, call }) => {
    if (await passedOn(services, { kind: 'image', id: image.id }, call, request, reply)) return reply;
    const { path = '/' } = request.query;
    const which = whichOf(request);
    const content = files.read(image, which, path);
    const { value: entry } = await content.next();
    const bytes = entry && !Buffer.isBuffer(entry) ? entry.size : 0;
    // an error from here on breaks the answer off, so that nobody takes a part for the whole
    const body = Readable.from(content, { objectMode: false }).on('error', (error) =>
      parts.log.warn({ image: image.id, reason: reasonOf(error) }, 'reading a file of a backup broke off'),
    );
    return reply.type('application/octet-stream').header('content-length', bytes).send(body);
  };
  server.get<Route>('/api/image/:id/files', written('file.list', list));
  server.get<Route>('/api/image/:id/file', written('file.read', read));
}

function askedFor(request: FastifyRequest<Route>): { id: number; path: string; increment?: number; disk?: number } {
  const { increment, diskId } = whichOf(request);
  return {
    ...{ id: number('id', request.params.id) ?? -1, path: (request.query.path ?? '/').slice(0, MOST_CHARACTERS) },
    ...(increment !== undefined && { increment }),
    ...(diskId !== undefined && { disk: diskId }),
  };
}

/** An error on the way is the last line. */
async function* lines(first: IteratorResult<FileEntry>, rest: AsyncGenerator<FileEntry>): AsyncGenerator<string> {
  try {
    if (first.done === true) return;
    yield `${JSON.stringify(first.value)}\n`;
    for await (const entry of rest) yield `${JSON.stringify(entry)}\n`;
  } catch (error) {
    yield `${JSON.stringify({ error: reasonOf(error) })}\n`;
  } finally {
    await rest.return(undefined);
  }
}

function whichOf({ query }: FastifyRequest<Route>): Which {
  return { increment: number('increment', query.increment), diskId: number('disk', query.disk) };
}

function number(name: string, text: string | undefined): number | undefined {
  if (text === undefined || /^\d{1,9}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new OneError(CODE.XML_RPC_API, `${name}="${text.slice(0, 100)}" is not usable; it must be a number.`);
}
