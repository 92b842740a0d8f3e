// GET /api/events: every run that the caller may see, as server-sent events that each hold the whole Operation. First come those
// under way, then changes: of one run at most two a second, its end at once. Who may see what is asked anew again and again.
import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Operation } from '../model/operation.ts';
import { callerOf, type Asking } from './http-session.ts';
import type { Services } from './method.ts';
import { mayUse } from './noun.ts';
import { VM } from './nouns/stored.ts';
import type { Sessions } from './session.ts';
import { Throttled } from './throttled.ts';

const EVERY_MS = 500;
const HEARTBEAT_MS = 15_000;
/** Whoever reads more slowly than this is let go, and may ask again. */
const MOST_UNREAD_BYTES = 4 * 1024 * 1024;

export interface EventTimes {
  everyMs: number;
  heartbeatMs: number;
}

export function eventRoutes(
  server: FastifyInstance,
  services: Services,
  sessions: Sessions,
  times: EventTimes = { everyMs: EVERY_MS, heartbeatMs: HEARTBEAT_MS },
): void {
  server.get('/api/events', async (request, reply) => {
    const asking = (): Promise<Asking> => callerOf(request, sessions, services);
    const first = await asking();
    reply.hijack();
    follow(reply.raw, services, first, asking, times);
  });
}

function follow(
  raw: ServerResponse,
  { runs, parts }: Services,
  first: Asking,
  again: () => Promise<Asking>,
  { everyMs, heartbeatMs }: EventTimes,
): void {
  let asking = first;
  let sent = Promise.resolve();
  const write = (text: string): void => {
    if (raw.writableLength > MOST_UNREAD_BYTES) finish();
    else if (!raw.writableEnded) raw.write(text);
  };
  const send = async (operation: Operation): Promise<void> => {
    if (await maySee(asking, operation)) write(`data: ${JSON.stringify({ ...operation, plan: null })}\n\n`);
  };
  // one after the other, so that an older state never follows a newer one
  const changes = new Throttled<Operation>(everyMs, (operation) => {
    sent = sent
      .then(() => send(operation))
      .catch((error: unknown) => {
        parts.log.error({ operation: operation.id, err: error }, 'an event was not sent');
        finish();
      });
  });
  const beat = async (): Promise<void> => {
    asking = await again(); // a user who was disabled, or has left a group, sees no more from then on
    write(': alive\n\n');
  };
  const heartbeat = setInterval(() => void beat().catch(finish), heartbeatMs);
  const unlisten = runs.listen((operation) => {
    changes.add(operation.id, operation, operation.result !== 'running');
  });
  const finish = (): void => {
    unlisten();
    clearInterval(heartbeat);
    changes.close();
    raw.end();
  };
  raw.on('close', finish);
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  write(': runs\n\n'); // the answer begins, although nothing may happen for long
  void runs.now().then((all) => {
    for (const operation of all) changes.add(operation.id, operation, false);
  }, finish);
}

/** Administrators see what is of no VM as well. */
export async function maySee(asking: Asking, { vmId }: Operation): Promise<boolean> {
  if (asking.caller.admin) return true;
  const vm = await asking.parts.store.vms.find(vmId);
  return vm !== undefined && mayUse(asking, VM, vm);
}
