// Files out of backups: a directory as JSON lines, a file as its bytes. Takes USE on the image and on its datastore. An error after the
// answer has begun breaks it off, so that nobody takes a part for the whole.
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CODE, OneError } from '../model/errors.ts';
import type { Image } from '../model/image.ts';
import type { FileEntry } from '../restore/file-entry.ts';
import type { Which } from '../restore/files.ts';
import { callerOf } from './basic-session.ts';
import type { Services } from './method.ts';
import { authorized } from './noun.ts';
import { DATASTORE, IMAGE } from './nouns/stored.ts';
import type { Sessions } from './session.ts';

interface Route {
  Params: { id: string };
  Querystring: { path?: string; increment?: string; disk?: string; self?: string };
}

export function fileRoutes(server: FastifyInstance, services: Services, sessions: Sessions): void {
  const { files } = services;
  const imageOf = async (request: FastifyRequest<Route>): Promise<Image> => {
    const call = await callerOf(request, sessions, services);
    const image = await authorized(call, IMAGE, number('id', request.params.id) ?? -1, 'USE');
    await authorized(call, DATASTORE, image.datastoreId, 'USE');
    return image;
  };
  server.get<Route>('/api/image/:id/files', async (request, reply) => {
    const image = await imageOf(request);
    const { path = '/', self } = request.query;
    const which = whichOf(request.query);
    if (self !== undefined) return files.stat(image, which, path);
    const entries = files.list(image, which, path);
    const first = await entries.next();
    return reply.type('application/x-ndjson').send(Readable.from(lines(first, entries)));
  });
  server.get<Route>('/api/image/:id/file', async (request, reply) => {
    const image = await imageOf(request);
    const { bytes, content } = await files.read(image, whichOf(request.query), request.query.path ?? '/');
    return reply
      .type('application/octet-stream')
      .header('content-length', bytes)
      .send(Readable.from(content, { objectMode: false }));
  });
}

async function* lines(first: IteratorResult<FileEntry>, rest: AsyncGenerator<FileEntry>): AsyncGenerator<string> {
  try {
    if (first.done === true) return;
    yield `${JSON.stringify(first.value)}\n`;
    for await (const entry of rest) yield `${JSON.stringify(entry)}\n`;
  } finally {
    await rest.return(undefined);
  }
}

function whichOf({ increment, disk }: Route['Querystring']): Which {
  return { increment: number('increment', increment), diskId: number('disk', disk) };
}

function number(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new OneError(CODE.XML_RPC_API, `${name}="${text.slice(0, 100)}" is not usable; it must be a number.`);
}
