// Files out of backups, for those who may USE the image and its datastore: a directory as JSON lines, a file as its bytes.
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import type { FileEntry } from '../model/file-names.ts';
import type { Image } from '../model/image.ts';
import type { Which } from '../restore/files.ts';
import { callerOf, type Asking } from './http-session.ts';
import { passedOn } from './forward-pass.ts';
import type { Services } from './method.ts';
import { authorized } from './noun.ts';
import { DATASTORE, IMAGE } from './nouns/stored.ts';
import type { Sessions } from './session.ts';

interface Route {
  Params: { id: string };
  Querystring: { path?: string; increment?: string; disk?: string; self?: string };
}

export function fileRoutes(server: FastifyInstance, services: Services, sessions: Sessions): void {
  const { files, parts } = services;
  const imageOf = async (request: FastifyRequest<Route>): Promise<{ image: Image; call: Asking }> => {
    const id = number('id', request.params.id) ?? -1;
    const call = await callerOf(request, sessions, services);
    const image = await authorized(call, IMAGE, id, 'USE');
    await authorized(call, DATASTORE, image.datastoreId, 'USE'); // as a restore takes it
    return { image, call };
  };
  server.get<Route>('/api/image/:id/files', async (request, reply) => {
    const { image, call } = await imageOf(request);
    if (await passedOn(services, { kind: 'image', id: image.id }, call, request, reply)) return reply;
    const { path = '/', self } = request.query;
    const which = whichOf(request);
    if (self === 'YES') return files.stat(image, which, path);
    const entries = files.list(image, which, path);
    const first = await entries.next();
    return reply.type('application/x-ndjson').send(Readable.from(lines(first, entries)));
  });
  server.get<Route>('/api/image/:id/file', async (request, reply) => {
    const { image, call } = await imageOf(request);
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
  });
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
