// Passes a GET on to the control node that has what it is about, and its answer back as it comes, whatever its size.
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { reasonOf } from '../model/errors.ts';
import type { Subject } from './forward-table.ts';
import type { Call, Services } from './method.ts';

/** What the client is told of the other node's answer. */
const HEADERS = ['content-type', 'content-length', 'cache-control'];

/** False when the request is for this node. */
export async function passedOn(
  { forwarding, parts }: Services,
  subject: Subject,
  call: Pick<Call, 'caller' | 'forwarded'>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<boolean> {
  const answer = await forwarding.answerTo(subject, call, request.url);
  if (!answer) return false;
  sendAnswer(answer, reply, (error) =>
    parts.log.warn({ path: request.url.split('?')[0], reason: reasonOf(error) }, 'an answer of another node broke off'),
  );
  return true;
}

/** The client hears the end of what breaks off as an end of the connection, so that nobody takes a part for the whole. */
export function sendAnswer(answer: Response, reply: FastifyReply, broke: (error: Error) => void): void {
  void reply.status(answer.status);
  for (const name of HEADERS) {
    const value = answer.headers.get(name);
    if (value !== null) void reply.header(name, value);
  }
  const body = answer.body as ReadableStream<Uint8Array> | null;
  void reply.send(body === null ? '' : Readable.fromWeb(body).on('error', broke));
}
