// Webhooks: the notice as JSON in a POST request, signed when there is a secret. Redirects are followed on the same host alone.
import { createHmac } from 'node:crypto';
import { CODE, OneError } from '../model/errors.ts';
import type { WebhookSettings } from '../model/notice-settings.ts';
import type { Notice } from './notice.ts';
import { readSecret } from './secret-file.ts';
import type { Way } from './way.ts';

const MAX_REDIRECTS = 3;
/** Redirects after which the request is the same one; after the others a POST would become a GET. */
const SAME_REQUEST = [307, 308];
/** Refusals that may be another answer later. */
const LATER = [408, 425, 429];

interface Post {
  body: string;
  headers: Record<string, string>;
  signal: AbortSignal;
}

export function webhookWay(settings: WebhookSettings): Way {
  return {
    kind: 'webhook',
    selection: settings,
    tries: 3,
    gathers: false,
    check: async () => {
      await secretOf(settings);
    },
    tell: async (notices, signal) => {
      for (const notice of notices) await sendNotice(settings, notice, signal);
    },
  };
}

async function sendNotice(settings: WebhookSettings, notice: Notice, signal: AbortSignal): Promise<void> {
  const body = JSON.stringify(notice);
  const secret = await secretOf(settings);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'OneVault',
    'x-onevault-run': notice.id,
    ...(secret !== undefined && { 'x-onevault-signature': signature(secret, body) }),
  };
  const late = AbortSignal.timeout(settings.timeoutSec * 1000);
  const response = await post(new URL(settings.url), { body, headers, signal: AbortSignal.any([signal, late]) }, late);
  if (response.status >= 200 && response.status < 300) return;
  const retry = response.status >= 500 || LATER.includes(response.status);
  throw new OneError(CODE.INTERNAL, `The address answered with status ${response.status}.`, { retry });
}

/** As receivers compute it over the body's bytes. */
export function signature(secret: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

async function secretOf({ secretFile }: WebhookSettings): Promise<string | undefined> {
  return secretFile === undefined ? undefined : readSecret('WEBHOOK/SECRET_FILE', secretFile);
}

async function post(first: URL, request: Post, late: AbortSignal): Promise<Response> {
  let url = first;
  for (let redirects = 0; ; redirects += 1) {
    const response = await once(url, request, late);
    const location = response.headers.get('location');
    if (!SAME_REQUEST.includes(response.status) || location === null) return response;
    const next = URL.parse(location, url.href);
    if (!next || !staysSafe(url, next)) {
      throw new OneError(CODE.INTERNAL, 'The address redirects to another host, which is not followed.');
    }
    if (redirects === MAX_REDIRECTS) throw new OneError(CODE.INTERNAL, 'The address redirects again and again.');
    url = next;
  }
}

/** The same host and port, or the same host over TLS from now on. */
function staysSafe(from: URL, to: URL): boolean {
  return (
    from.origin === to.origin ||
    (from.hostname === to.hostname && from.protocol === 'http:' && to.protocol === 'https:')
  );
}

async function once(url: URL, request: Post, late: AbortSignal): Promise<Response> {
  try {
    const response = await fetch(url, { ...request, method: 'POST', redirect: 'manual' });
    await response.body?.cancel(); // only the status counts
    return response;
  } catch (cause) {
    const why = late.aborted ? 'did not answer in time' : `could not be reached: ${causeOf(cause)}`;
    throw new OneError(CODE.INTERNAL, `The address ${why}.`, { retry: true, cause });
  }
}

/** What fetch hides in the causes of its error; the address with its tokens is not in there. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return causeOf(error.cause);
  if (error instanceof AggregateError) return error.errors.map(causeOf).join('; ');
  return error.message;
}
