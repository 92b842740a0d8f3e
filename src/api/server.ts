// The one HTTP port: XML-RPC at /RPC2, the same in JSON under /api, changes as events, figures for Prometheus, whether the daemon is well,
// and the web console.
import { Readable } from 'node:stream';
import Fastify, { type FastifyInstance } from 'fastify';
import { CODE, OneError } from '../model/errors.ts';
import { callRoutes } from './calls.ts';
import { changeRoutes } from './changes.ts';
import { compressAnswers } from './compress.ts';
import { consoleFiles } from './console-files.ts';
import { sessionRoutes } from './console-session.ts';
import { drillScreenRoute } from './drill-screen.ts';
import { eventRoutes } from './events.ts';
import { fileRoutes } from './files.ts';
import { NodeProofs } from './forward-proof.ts';
import { nodeRoutes } from './forward-receive.ts';
import { MISDIRECTED, NotReached } from './forward-send.ts';
import type { Services } from './method.ts';
import { metricsRoute } from './metrics.ts';
import { openApi } from './openapi.ts';
import { problemOf } from './problem.ts';
import { progressRoutes } from './progress.ts';
import { rightsRoute } from './rights.ts';
import { Sessions } from './session.ts';
import { answer } from './xmlrpc.ts';

const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** `trustProxy` are addresses and networks whose X-Forwarded headers are believed; those of others are not read. */
export function buildServer(services: Services, trustProxy: string[] = []): FastifyInstance {
  const server = Fastify({
    ...{ bodyLimit: MAX_BODY_BYTES, logger: false, forceCloseConnections: true },
    trustProxy: trustProxy.length > 0 && trustProxy,
  });
  const sessions = new Sessions(services.parts.store, services.parts.clock, {
    ...(services.passwords && { drivers: services.passwords }),
  });
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
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(String(body)));
    } catch {
      done(new OneError(CODE.XML_RPC_API, 'The body is no JSON.'));
    }
  });
  compressAnswers(server);
  callRoutes(server, services, sessions);
  sessionRoutes(server, services, sessions);
  rightsRoute(server, services, sessions);
  changeRoutes(server, services, sessions);
  server.get('/api/openapi.json', () => openApi());
  server.get('/api/health', () => ({ status: 'ok' }));
  progressRoutes(server, services, sessions);
  eventRoutes(server, services, sessions);
  drillScreenRoute(server, services, sessions);
  fileRoutes(server, services, sessions);
  metricsRoute(server, services, sessions);
  nodeRoutes(server, services);
  consoleFiles(server);
  server.setErrorHandler((error, request, reply) => {
    if (error instanceof NotReached && NodeProofs.has(request)) return reply.status(MISDIRECTED).send(error.message);
    const { status, body } = problemOf(error);
    if (status >= 500) services.parts.log.error({ err: error }, 'a request failed unexpectedly');
    return reply.status(status).send(body);
  });
  return server;
}
