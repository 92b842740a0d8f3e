// POST /api/rights {noun, ids}: what the caller may do with each of these objects, USE, MANAGE and ADMIN. Of one that is not there, or that
// may not be used, it says nothing.
import type { FastifyInstance } from 'fastify';
import { allows } from '../access/authorize.ts';
import { CODE, OneError } from '../model/errors.ts';
import { callerOf, type Asking } from './http-session.ts';
import type { Services } from './method.ts';
import { INSTALLATIONS, NOUNS, type AnyNoun } from './nouns/all.ts';
import type { Sessions } from './session.ts';

const MOST_IDS = 10_000;
const PAGE = 500;
const RIGHTS = ['USE', 'MANAGE', 'ADMIN'] as const;

export function rightsRoute(server: FastifyInstance, services: Services, sessions: Sessions): void {
  server.post('/api/rights', async (request) => {
    const asking = await callerOf(request, sessions, services);
    const { noun, ids } = questionOf(request.body);
    if (typeof noun !== 'string') return Object.fromEntries(await rightsOf(asking, noun, ids));
    return asking.caller.admin ? Object.fromEntries(ids.map((id) => [id, RIGHTS])) : {};
  });
}

async function rightsOf(
  { parts, caller }: Asking,
  noun: AnyNoun,
  ids: readonly number[],
): Promise<Map<number, string[]>> {
  const rights = new Map<number, string[]>();
  for (let at = 0; at < ids.length; at += PAGE) {
    for (const object of await noun.pool(parts.store).list({ ids: ids.slice(at, at + PAGE) })) {
      const target = { ...noun.target(object), lock: undefined }; // a lock is told when it is met, with who locked it
      const allowed = RIGHTS.filter((right) => allows(caller, right, target));
      if (allowed.includes('USE')) rights.set(object.id, allowed);
    }
  }
  return rights;
}

/** The noun, or the name of one whose objects belong to the installation. */
function questionOf(body: unknown): { noun: AnyNoun | string; ids: number[] } {
  const { noun, ids } = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const name = typeof noun === 'string' ? noun : '';
  const known = Object.hasOwn(NOUNS, name) ? NOUNS[name] : INSTALLATIONS.find((each) => each === name);
  if (known === undefined) {
    throw new OneError(
      CODE.XML_RPC_API,
      `noun=${JSON.stringify(name.slice(0, 100))} must be one of ${Object.keys(NOUNS).join(', ')}.`,
    );
  }
  if (!Array.isArray(ids) || ids.length > MOST_IDS || !ids.every((id): id is number => Number.isInteger(id))) {
    throw new OneError(CODE.XML_RPC_API, `ids must be a list of at most ${MOST_IDS} whole numbers.`);
  }
  return { noun: known, ids };
}
