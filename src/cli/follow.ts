// Follows a running operation to its end over the server's event stream. A real OpenNebula has no such stream and answers 404:
// then there is nothing to follow and the command ends, as the original's does.
import type { IncomingMessage } from 'node:http';
import type { Operation } from '../model/operation.ts';
import { Failure } from './failure.ts';
import type { Session } from './family.ts';
import { progressView } from './progress.ts';

const NOT_THERE = [404, 405, 501];
const RECONNECTS = 5;
const RECONNECT_MS = 1000;

/**
 * Shows an operation's progress on stderr until it has ended. Throws Failure with its reason unless it is done. `title` names it
 * (`VM 0: backup`), `later` is the command that tells more when the stream is lost.
 */
export async function follow(session: Session, path: string, title: string, later: string): Promise<void> {
  const operation = await followToEnd(session, path, title, later);
  if (operation && operation.result !== 'done') throw new Failure(endText(operation, title));
}

/** Why there is no result: what was cancelled has not failed. */
export function endText({ result, reason }: Operation, title: string): string {
  return result === 'cancelled' ? `${title} was cancelled.` : reason || `${title} failed.`;
}

/** The same for an operation whose end is told by the caller; undefined when the server has no event streams. */
export async function followToEnd(
  session: Session,
  path: string,
  title: string,
  later: string,
): Promise<Operation | undefined> {
  const { io } = session;
  const abort = new AbortController();
  const undo = io.onInterrupt(() => abort.abort());
  const view = await progressView(io, title);
  try {
    const operation = await lastState(session, path, view.update, abort.signal);
    view.stop();
    return operation;
  } catch (error) {
    view.stop();
    if (!abort.signal.aborted) throw error;
    throw new Failure(`${title} goes on without being followed; see ${later}.`);
  } finally {
    undo();
  }
}

/** The operation as it ended; undefined when the server has no event streams. */
async function lastState(
  session: Session,
  path: string,
  update: (operation: Operation) => void,
  signal: AbortSignal,
): Promise<Operation | undefined> {
  let connected = false;
  for (let attempt = 0; ; attempt += 1) {
    try {
      const response = await open(session, path, signal);
      if (NOT_THERE.includes(response.statusCode ?? 0) && !connected) return undefined;
      if (response.statusCode !== 200) {
        throw new Failure(`Its progress cannot be followed: HTTP-Error: ${response.statusCode ?? 0}`);
      }
      connected = true;
      const ended = await readStream(response, (operation) => {
        attempt = 0;
        update(operation);
      });
      if (ended) return ended;
    } catch (error) {
      if (error instanceof Failure && (!connected || attempt >= RECONNECTS)) throw error;
      if (signal.aborted) throw error;
    }
    if (attempt >= RECONNECTS) throw new Failure('The progress stream broke off; what became of it is not known here.');
    await session.io.sleep(RECONNECT_MS);
  }
}

async function open({ client }: Session, path: string, signal: AbortSignal): Promise<IncomingMessage> {
  const authorization = `Basic ${Buffer.from(client.connection.session, 'utf8').toString('base64')}`;
  const response = await client.get(path, { Authorization: authorization, Accept: 'text/event-stream' }, signal);
  if (response.statusCode !== 200) response.resume();
  return response;
}

/** Reads events until the one called `end`, whose operation is returned; undefined when the stream ends without it. */
async function readStream(
  stream: AsyncIterable<Buffer>,
  update: (operation: Operation) => void,
): Promise<Operation | undefined> {
  for await (const { event, data } of serverSentEvents(stream)) {
    const operation = JSON.parse(data) as Operation;
    update(operation);
    if (event === 'end') return operation;
  }
  return undefined;
}

const MAX_EVENT_CHARS = 1024 * 1024;

/** The events of a text/event-stream that carry data. */
export async function* serverSentEvents(
  stream: AsyncIterable<Buffer>,
): AsyncGenerator<{ event: string; data: string }> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    rest += decoder.decode(chunk, { stream: true });
    const blocks = rest.split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? '';
    if (rest.length > MAX_EVENT_CHARS) throw new Failure('The server sent an event without an end.');
    for (const block of blocks) {
      const fields = fieldsOf(block);
      if (fields.data !== '') yield fields;
    }
  }
}

function fieldsOf(block: string): { event: string; data: string } {
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    if (line.startsWith('event:')) event = line.slice('event:'.length).trim();
    else if (line.startsWith('data:')) data.push(line.slice('data:'.length).trimStart());
  }
  return { event, data: data.join('\n') };
}
