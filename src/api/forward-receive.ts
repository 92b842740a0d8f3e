// POST /api/node/call: what another control node asks this one. Its proof is checked, and the method is carried out for the user whom it
// names. Nothing that came this way goes on to a third node.
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { CODE, OneError } from '../model/errors.ts';
import { answerOfError, readNodeCall, type NodeAnswer } from './forward-answer.ts';
import { NodeProofs, notBelieved, type OnBehalf } from './forward-proof.ts';
import { MISDIRECTED, NotReached } from './forward-send.ts';
import { subjectOf } from './forward-table.ts';
import { CALL_PATH, WAITING_PATH } from './forwarding.ts';
import type { Result, Services } from './method.ts';
import { METHODS } from './methods/all.ts';

export function nodeRoutes(server: FastifyInstance, services: Services): void {
  server.post(CALL_PATH, async (request, reply) => {
    if (!NodeProofs.has(request)) throw notBelieved('it comes without a proof');
    const who = await services.forwarding.proofs.whoOf(request);
    try {
      return await told(reply, await carryOut(services, who, String(request.body)));
    } catch (error) {
      if (error instanceof NotReached) return reply.status(MISDIRECTED).type('text/plain').send(error.message);
      const { answer, unexpected } = answerOfError(error);
      if (unexpected) services.parts.log.error({ err: error }, 'a call of another control node failed unexpectedly');
      return answer;
    }
  });
  server.get(WAITING_PATH, async (request) => {
    if (!NodeProofs.has(request)) throw notBelieved('it comes without a proof');
    await services.forwarding.proofs.whoOf(request);
    return services.scheduler.waiting();
  });
}

async function carryOut(services: Services, who: OnBehalf, body: string): Promise<Result> {
  const { method: name, params } = readNodeCall(body);
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (!method) throw new OneError(CODE.INTERNAL, `Method '${name.slice(0, 100)}' is not known to this version.`);
  if (!(await services.forwarding.hasSubject(subjectOf(name, params)))) {
    throw new NotReached(CODE.ACTION, 'What the call is about is not the work of this node.', { retry: true });
  }
  return method.run({ ...services, ...who }, params);
}

async function told(reply: FastifyReply, result: Result): Promise<NodeAnswer | FastifyReply> {
  if (typeof result !== 'object') return { result };
  // an error from here on breaks the answer off
  return reply.type('text/plain; charset=utf-8').send(Readable.from(result));
}
