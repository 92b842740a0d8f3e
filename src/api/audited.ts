// Writes down who asked for which change and what became of it. A record is written before the change is made, and what cannot be written is
// not done; how it ended is written after it. Of calls that were refused only so many are kept.
import {
  changesSomething,
  isForbidden,
  isRecorded,
  isRefusal,
  knownBy,
  madeBy,
  objectOf,
  told,
} from '../access/audit-event.ts';
import { TooOften } from '../access/rate-limit.ts';
import { NOT_ENDED, type AuditEvent } from '../model/audit.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import type { User } from '../model/user.ts';
import { XmlRpcFault, type Value } from '../wire/xmlrpc.ts';
import type { Services } from './method.ts';
import { parameterNames } from './parameters.ts';

/** What is no call of the interface, and changes or gives out something all the same. */
const OWN = new Set(['session.begin', 'session.end', 'file.list', 'file.read']);
const STRANGE = 'no such method';
const MOST_CHARACTERS = 64;

export interface Asked {
  method: string;
  params: readonly Value[];
  /** What is told instead of the parameters. */
  on?: AuditEvent['on'];
  /** Address that it came from. */
  from: string;
  /** The session string, or through what else the user is known. */
  session: string | { by: string };
  /** Undefined while nobody is known. */
  user?: User | undefined;
}

/** Called by the work once it is known who asks for what, before anything is changed. */
export type Known = (user: User, params?: readonly Value[]) => Promise<void>;

type Working = Pick<Services, 'audit'> & { parts: Pick<Services['parts'], 'store' | 'clock' | 'log'> };

export async function audited<R>(services: Working, asked: Asked, work: (known: Known) => Promise<R>): Promise<R> {
  let begun: { seq: number; event: AuditEvent } | undefined;
  const known: Known = async (user, params = asked.params) => {
    Object.assign(asked, { user, params });
    begun = await begin(services, asked);
  };
  try {
    const result = await work(known);
    await ended(services, asked, begun, { code: 0, result: typeof result === 'number' ? result : -1 });
    return result;
  } catch (error) {
    // it was not looked at, and who calls too often may not fill the log
    if (error instanceof TooOften) throw error;
    await ended(services, asked, begun, { code: codeOf(error), result: -1 });
    throw error;
  }
}

/** Something that OneVault has begun by itself for a user; there is a record of the run already. */
export async function noteBegun(services: Working, asked: Asked): Promise<void> {
  services.audit.writeSoon(await eventOf(services, asked, { code: 0, result: -1 }));
}

function codeOf(error: unknown): number {
  if (error instanceof OneError) return error.code;
  return error instanceof XmlRpcFault ? CODE.XML_RPC_API : CODE.INTERNAL;
}

/** Undefined when nothing has to be written before. */
async function begin(services: Working, asked: Asked): Promise<{ seq: number; event: AuditEvent } | undefined> {
  const { audit, parts } = services;
  const event = await eventOf(services, asked, { code: NOT_ENDED, result: -1 });
  if (!asked.user || event.method === STRANGE || !isRecorded(event.method, event.on, asked.user)) return undefined;
  if (!audit.refusals.hasRoom(keyOf(event))) {
    // who was refused so often fills no database with what will be refused as well; what is not is written when it is known
    parts.log.info({ audit: event }, 'audit: not kept before it has ended, there were too many refusals');
    return undefined;
  }
  try {
    const { seq } = await audit.write(event);
    return { seq, event };
  } catch (cause) {
    throw new OneError(
      CODE.INTERNAL,
      `${event.method} was not carried out, because it cannot be written to the audit log: ${reasonOf(cause)}`,
      { cause, retry: true, hint: 'Nothing was changed. See that the database has room and answers, and try again.' },
    );
  }
}

async function ended(
  services: Working,
  asked: Asked,
  begun: { seq: number; event: AuditEvent } | undefined,
  outcome: Pick<AuditEvent, 'code' | 'result'>,
): Promise<void> {
  const { audit, parts } = services;
  const { code, result } = outcome;
  try {
    if (begun) {
      if (isRefusal(code)) audit.refusals.take(keyOf(begun.event));
      const made = code === 0 ? madeBy(begun.event.method, result) : undefined;
      const { object: _on, ...event } = begun.event;
      const end = { ...event, on: {}, attributes: [], at: parts.clock(), ...outcome, ends: begun.seq };
      audit.writeSoon({ ...end, ...(made !== undefined && { object: made }) });
      return;
    }
    if (!isForbidden(code) && !changesSomething(asked.method)) return;
    const event = await eventOf(services, asked, outcome);
    // nobody has done anything with a method that there is not
    if (event.method === STRANGE && !isForbidden(code)) return;
    if (!isRefusal(code)) return audit.writeSoon(event);
    const omitted = audit.refusals.take(keyOf(event));
    if (omitted === undefined) parts.log.warn({ audit: event }, 'audit: not kept, there are too many refusals');
    else audit.writeSoon(omitted === 0 ? event : { ...event, on: { ...event.on, omitted } });
  } catch (err) {
    // the call has ended, and what it did is not taken back
    parts.log.error(
      { err, method: asked.method, uid: asked.user?.id ?? -1, code },
      'the audit log lacks the end of a call',
    );
  }
}

/** Whose refusals are counted together. */
function keyOf({ uid, user }: AuditEvent): string {
  return uid === -1 ? `name ${user}` : String(uid);
}

async function eventOf(
  { parts, audit }: Working,
  { method, params, on: given, session, user, from }: Asked,
  outcome: Pick<AuditEvent, 'code' | 'result'>,
): Promise<AuditEvent> {
  const name = typeof session === 'string' ? session.slice(0, Math.max(session.indexOf(':'), 0)) : '';
  // a name that nobody has may be a password that was typed in the wrong place
  const known = user === undefined && name !== '' ? await parts.store.users.list({ name, limit: 1 }) : [];
  const by = typeof session === 'string' ? knownBy(user?.tokens, session) : session.by;
  const names = parameterNames(method);
  const said = told(names ?? [], user ? params : []);
  const on = (user ? given : undefined) ?? said.on;
  const object = objectOf(method, on);
  return {
    ...{ at: parts.clock(), uid: user?.id ?? -1, user: user?.name ?? known[0]?.name ?? '' },
    // what is no method may be any text
    ...{ method: names || OWN.has(method) ? method : STRANGE, on, attributes: said.attributes },
    ...{ ...outcome, from: from.slice(0, MOST_CHARACTERS), by, node: audit.nodeName },
    ...(object !== undefined && { object }),
  };
}
