// The one HTTP port: XML-RPC at /RPC2, the same in JSON under /api, changes as events, figures for Prometheus, whether the daemon is well,
// and the web console.
import { Readable } from 'node:stream';
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { TooOften } from '../access/rate-limit.ts';
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
import { signInRoutes } from './sign-in.ts';
import { STRICT, type Tls } from './tls.ts';
import { answer } from './xmlrpc.ts';

const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** For so long a request may come in; its answer may take as long as it likes. */
const MOST_REQUEST_MS = 300_000;

/** `trustProxy` are addresses and networks whose X-Forwarded headers are believed; those of others are not read. */
export function buildServer(services: Services, trustProxy: string[] = [], tls?: Tls): FastifyInstance {
  const options: FastifyServerOptions = {
    ...{ bodyLimit: MAX_BODY_BYTES, logger: false, forceCloseConnections: true },
    trustProxy: trustProxy.length > 0 && trustProxy,
    ...(tls && { serverFactory: (handler) => tls.serverFor(handler) }),
  };
  const server = Fastify(options);
  if (tls)
    server.addHook('onRequest', async (_request, reply) => void reply.header('strict-transport-security', STRICT));
  const sessions = new Sessions(services.parts.store, services.parts.clock, {
    ...(services.passwords && { drivers: services.passwords }),
    ...(services.sessionLimits && { idleSec: services.sessionLimits.idleSec }),
  });
  server.server.requestTimeout = MOST_REQUEST_MS; // Fastify sets none: a body that never ends would be waited for
  server.removeAllContentTypeParsers();
  // OpenNebula's clients disagree about Content-Type, and one sends none: the body is always XML text
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  server.post('/RPC2', async (request, reply) => {
    const body = typeof request.body === 'string' ? request.body : '';
    const answered = await answer(body, services, sessions, request.ip);
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
  signInRoutes(server, services);
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
    if (error instanceof TooOften) void reply.header('retry-after', String(error.waitSec));
    return reply.status(status).send(body);
  });
  return server;
}
