// Writes down who asked for which change and what became of it: in the database, chained, and as a line of the log. A call has ended by then, so what
// cannot be written is said in the log and takes nothing back.
import { changesSomething, knownBy, told } from '../access/audit-event.ts';
import { TooOften } from '../access/rate-limit.ts';
import type { AuditEvent } from '../model/audit.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { User } from '../model/user.ts';
import type { Value } from '../wire/xmlrpc.ts';
import type { Services } from './method.ts';
import { parameterNames } from './parameters.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Logins of nobody that are kept in a minute: whoever guesses may not fill the database. All are in the log. */
const MOST_REFUSED = 120;

export interface Asked {
  method: string;
  params: readonly Value[];
  /** Address that it came from. */
  from: string;
  /** The session string, or through what else the user is known. */
  session: string | { by: string };
  /** Undefined while nobody is known. */
  user?: User | undefined;
}

type Working = Pick<Services, 'parts' | 'nodeName' | 'auditKeepDays'>;

/** `asked.user` may be set by the work, once it is known who asks. */
export async function audited<R>(services: Working, asked: Asked, work: () => Promise<R>): Promise<R> {
  try {
    const result = await work();
    await note(services, asked, 0, typeof result === 'number' ? result : -1);
    return result;
  } catch (error) {
    // it was not looked at, and who calls too often may not fill the log
    if (error instanceof TooOften) throw error;
    await note(services, asked, error instanceof OneError ? error.code : CODE.INTERNAL, -1);
    throw error;
  }
}

async function note(services: Working, asked: Asked, code: number, result: number): Promise<void> {
  const strange = code === CODE.AUTHENTICATION;
  if (!strange && !changesSomething(asked.method)) return;
  const { store, clock, log } = services.parts;
  try {
    const event = await eventOf(services, asked, { code, result });
    if (strange && !mayKeepRefused(services.parts, clock())) {
      log.warn({ audit: event }, 'audit: not kept, there are too many refused logins');
      return;
    }
    const { seq, hash } = await store.audit.append(event);
    log.info({ audit: event, seq, hash }, 'audit');
    await dropOld(services);
  } catch (err) {
    log.error(
      { err, method: asked.method, uid: asked.user?.id ?? -1, code },
      'a call could not be written to the audit log',
    );
  }
}

async function eventOf(
  { parts, nodeName = '' }: Working,
  { method, params, session, user, from }: Asked,
  ended: Pick<AuditEvent, 'code' | 'result'>,
): Promise<AuditEvent> {
  const given = typeof session === 'string' ? session.slice(0, Math.max(session.indexOf(':'), 0)) : '';
  // a name that nobody has may be a password that was typed in the wrong place
  const known = user === undefined && given !== '' ? await parts.store.users.list({ name: given, limit: 1 }) : [];
  const by = typeof session === 'string' ? knownBy(user?.tokens, session) : session.by;
  return {
    ...{
      at: parts.clock(),
      uid: user?.id ?? -1,
      user: user?.name ?? known[0]?.name ?? '',
      method: method.slice(0, 128),
    },
    ...told(parameterNames(method) ?? [], user ? params : []),
    ...ended,
    ...{ from, by, node: nodeName },
  };
}

const refused = new WeakMap<object, { minute: number; count: number }>();

function mayKeepRefused(parts: object, nowMs: number): boolean {
  const minute = Math.floor(nowMs / MINUTE_MS);
  const before = refused.get(parts);
  const count = before?.minute === minute ? before.count + 1 : 1;
  refused.set(parts, { minute, count });
  return count <= MOST_REFUSED;
}

const dropped = new WeakMap<object, number>();

/** Once a day, with the first call. */
async function dropOld({ parts, nodeName = '', auditKeepDays = 0 }: Working): Promise<void> {
  const now = parts.clock();
  if (auditKeepDays === 0 || now - (dropped.get(parts) ?? 0) < DAY_MS) return;
  dropped.set(parts, now);
  const count = await parts.store.audit.drop(now - auditKeepDays * DAY_MS, { at: now, node: nodeName });
  if (count > 0) parts.log.info({ count }, 'old records of the audit log were dropped');
}
