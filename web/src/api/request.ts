// Requests to the daemon that served this page. The cookie goes along by itself; the token against forged requests is added here.
import { texts } from '../texts/index.ts';
import { attendance } from './attendance.ts';
import { Failure, failureIn, UNREACHABLE } from './failure.ts';

let csrf = '';

/** What every request but GET must carry from now on. Told by whoever began or found the session. */
export function setCsrf(token: string): void {
  csrf = token;
}

export async function request(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
  const { isThere } = attendance;
  if (isThere) attendance.told();
  const response = await answer(path, {
    method,
    headers: {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(!isThere && { 'x-onevault-unattended': '1' }),
      ...(method !== 'GET' && { 'x-onevault-csrf': csrf }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return parsed(await textOf(response));
}

/** What is no JSON as a whole: lines of it, say. */
export async function requestText(path: string): Promise<string> {
  return textOf(await answer(path, { method: 'GET' }));
}

async function textOf(response: Response): Promise<string> {
  const text = await response.text();
  if (!response.ok) throw failureIn(response.status, response.statusText, parsed(text));
  return text;
}

async function answer(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch {
    // fetch says no more than "failed", whatever it was: nobody answered
    throw new Failure(0, { code: -1, name: UNREACHABLE, message: texts.connection.unreachable, retry: true });
  }
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // no answer of the daemon's: what is wrong is told from the status
  }
}
