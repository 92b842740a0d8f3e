// Asks a running OpenNebula for what an import needs to know, over its XML-RPC interface. Nothing is changed there.
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import { formatCall, parseResponse, type Value } from '../wire/xmlrpc.ts';

const TIMEOUT_MS = 60_000;
/** Everything that the user may see, of all states. */
const ALL = -2;
const NO_BOUND = -1;
const ANY_BUT_DONE = -1;

/** The documents of datastores, images and machines. `session` is `user:password`. */
export async function documentsOf(
  endpoint: string,
  session: string,
  signal: AbortSignal,
): Promise<Array<{ name: string; text: string }>> {
  const calls: Array<[string, Value[]]> = [
    ['one.datastorepool.info', []],
    ['one.imagepool.info', [ALL, NO_BOUND, NO_BOUND]],
    ['one.vmpool.infoextended', [ALL, NO_BOUND, NO_BOUND, ANY_BUT_DONE]],
  ];
  const documents: Array<{ name: string; text: string }> = [];
  for (const [method, params] of calls) {
    documents.push({ name: `${method} of ${endpoint}`, text: await call(endpoint, session, method, params, signal) });
  }
  return documents;
}

async function call(
  endpoint: string,
  session: string,
  method: string,
  params: Value[],
  signal: AbortSignal,
): Promise<string> {
  let answer: Value[];
  try {
    const reply = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'text/xml' },
      body: formatCall(method, [session, ...params]),
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    answer = parseResponse(await reply.text());
  } catch (cause) {
    signal.throwIfAborted();
    const why = cause instanceof Error && cause.cause !== undefined ? reasonOf(cause.cause) : reasonOf(cause);
    throw new OneError(CODE.ACTION, `${method} could not be asked of ${endpoint}: ${why}.`, {
      cause,
      hint: 'The endpoint is that of oned, such as http://frontend:2633/RPC2; or give documents in files.',
    });
  }
  const [good, value] = answer;
  if (good === true && typeof value === 'string') return value;
  throw new OneError(
    CODE.ACTION,
    `${endpoint} refused ${method}: ${typeof value === 'string' ? value : 'it said nothing'}`,
  );
}
