// Progress of runs as server-sent events: each event is the whole Operation; the last one is named `end`. Followed by the CLI.
import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Operation } from '../model/operation.ts';
import { callerOf, type Asking } from './http-session.ts';
import type { Services } from './method.ts';
import { authorized, requireAdmin } from './noun.ts';
import { DATASTORE, IMAGE, VM } from './nouns/stored.ts';
import { pointOfRun } from './point-of-run.ts';
import type { Sessions } from './session.ts';

/** How many past runs are looked through for an image's. */
const RECENT = 500;

export function progressRoutes(server: FastifyInstance, services: Services, sessions: Sessions): void {
  const { store } = services.parts;
  server.get<{ Params: { id: string }; Querystring: Pick<Which, 'kind'> }>(
    '/api/progress/vm/:id',
    async (request, reply) => {
      const vm = await authorized(await callerOf(request, sessions, services), VM, idOf(request.params.id), 'USE');
      const isOfVm = (operation: Operation): boolean =>
        operation.vmId === vm.id &&
        (operation.kind === 'backup' || operation.inPlace === true || operation.instant === true) &&
        isOf(operation, request.query);
      reply.hijack();
      await follow(reply.raw, services, isOfVm, async () => (await store.operations.ofVm(vm.id, RECENT)).find(isOfVm));
    },
  );
  server.get<{ Params: { id: string } }>('/api/progress/rescan/:id', async (request, reply) => {
    const call = await callerOf(request, sessions, services);
    const { id } = await authorized(call, DATASTORE, idOf(request.params.id), 'ADMIN');
    const isOfDatastore = (operation: Operation): boolean =>
      operation.kind === 'rescan' && operation.datastoreId === id;
    reply.hijack();
    await follow(reply.raw, services, isOfDatastore, async () =>
      (await store.operations.recent(RECENT)).find(isOfDatastore),
    );
  });
  server.get<{ Params: { id: string } }>('/api/progress/self/:id', async (request, reply) => {
    requireAdmin(await callerOf(request, sessions, services), 'ADMIN system database');
    const id = idOf(request.params.id);
    const isTo = (operation: Operation): boolean => operation.kind === 'self' && operation.datastoreId === id;
    reply.hijack();
    await follow(reply.raw, services, isTo, async () => (await store.operations.recent(RECENT)).find(isTo));
  });
  server.get<{ Params: { id: string }; Querystring: Which }>('/api/progress/image/:id', async (request, reply) => {
    const call = await callerOf(request, sessions, services);
    const id = idOf(request.params.id);
    const isOfImage = (operation: Operation): boolean =>
      operation.imageIds.includes(id) && isOf(operation, request.query);
    const last = async (): Promise<Operation | undefined> => (await store.operations.recent(RECENT)).find(isOfImage);
    await mayFollowImage(call, id, await last());
    reply.hijack();
    await follow(reply.raw, services, isOfImage, last);
  });
}

/** Which of an image's runs is meant: any, those of a kind, the verification or the drill of a point. */
interface Which {
  kind?: string;
  increment?: string;
}

function isOf(operation: Operation, { kind, increment }: Which): boolean {
  if (kind !== undefined && operation.kind !== kind) return false;
  return increment === undefined || pointOfRun(operation) === idOf(increment);
}

/** A failed restore has removed its images: then the source's owner, whose run it was, still sees how it ended. */
async function mayFollowImage(call: Asking, id: number, last: Operation | undefined): Promise<void> {
  const { store } = call.parts;
  const gone = (await store.images.find(id)) === undefined;
  const vm = gone && last ? await store.vms.find(last.vmId) : undefined;
  if (vm) await authorized(call, VM, vm.id, 'USE');
  else await authorized(call, IMAGE, id, 'USE');
}

/** An id in a path; what is no number is no object. */
function idOf(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : -1;
}

/**
 * Sends the running operation that matches until it ends, or how the last one ended. The last one is looked up only while its
 * end could be heard, so that a run which ends just now is not waited for in vain.
 */
function follow(
  raw: ServerResponse,
  services: Services,
  matches: (o: Operation) => boolean,
  last: () => Promise<Operation | undefined>,
): Promise<void> {
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  return new Promise((resolve) => {
    const finish = (): void => {
      stop();
      raw.end();
      resolve();
    };
    const send = (operation: Operation): void => {
      if (!matches(operation) || raw.writableEnded) return;
      const ended = operation.result !== 'running';
      raw.write(`${ended ? 'event: end\n' : ''}data: ${JSON.stringify({ ...operation, plan: null })}\n\n`);
      if (ended) finish();
    };
    const stop = services.runs.listen(send);
    raw.on('close', finish);
    const first = async (): Promise<Operation | undefined> => (await services.runs.find(matches)) ?? last();
    first().then((operation) => (operation ? send(operation) : finish()), finish);
  });
}
