// The one HTTP port: XML-RPC at /RPC2, progress as events, figures for Prometheus, and whether the daemon is well.
import { Readable } from 'node:stream';
import Fastify, { type FastifyInstance } from 'fastify';
import { OneError, CODE, reasonOf } from '../model/errors.ts';
import { drillScreenRoute } from './drill-screen.ts';
import { eventRoutes } from './events.ts';
import { fileRoutes } from './files.ts';
import type { Services } from './method.ts';
import { metricsRoute } from './metrics.ts';
import { progressRoutes } from './progress.ts';
import { Sessions } from './session.ts';
import { answer } from './xmlrpc.ts';

const MAX_BODY_BYTES = 16 * 1024 * 1024;
const HTTP_STATUS: Partial<Record<number, number>> = {
  [CODE.AUTHENTICATION]: 401,
  [CODE.AUTHORIZATION]: 403,
  [CODE.NO_EXISTS]: 404,
};

export function buildServer(services: Services): FastifyInstance {
  const server = Fastify({ bodyLimit: MAX_BODY_BYTES, logger: false, forceCloseConnections: true });
  const sessions = new Sessions(services.parts.store, services.parts.clock);
  server.removeAllContentTypeParsers();
  // OpenNebula's clients disagree about Content-Type, and one sends none: the body is always XML text
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  server.post('/RPC2', async (request, reply) => {
    const body = typeof request.body === 'string' ? request.body : '';
    const answered = await answer(body, services, sessions);
    return reply
      .type('text/xml; charset=utf-8')
      .send(typeof answered === 'string' ? answered : Readable.from(answered));
  });
  server.get('/api/health', () => ({ status: 'ok' }));
  progressRoutes(server, services, sessions);
  eventRoutes(server, services, sessions);
  drillScreenRoute(server, services, sessions);
  fileRoutes(server, services, sessions);
  metricsRoute(server, services, sessions);
  server.setErrorHandler((error, _request, reply) => {
    const status = statusOf(error);
    if (status >= 500) services.parts.log.error({ err: error }, 'a request failed unexpectedly');
    return reply.status(status).send({ error: reasonOf(error) });
  });
  return server;
}

/** Fastify's own errors, such as a body that is too large, bring their status along. */
function statusOf(error: unknown): number {
  if (error instanceof OneError) return HTTP_STATUS[error.code] ?? 400;
  const given = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof given === 'number' ? given : 500;
}
