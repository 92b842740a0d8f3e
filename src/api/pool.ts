// Lists: which part of a pool is asked for, and its document, written piece by piece so that no pool is ever in memory whole.
import { CODE, OneError } from '../model/errors.ts';
import type { User } from '../model/user.ts';
import type { Filter } from '../store/store.ts';
import type { Call } from './method.ts';
import { visibleTo, type ApiNoun } from './noun.ts';

const FLAG = { PRIMARY_GROUP: -4, MINE: -3, ALL: -2, MINE_AND_GROUPS: -1 } as const;

/**
 * OpenNebula's pool parameters as a filter: `flag` whose, `start` and `end` which. -1,-1 is all; start and end are a range,
 * open where one is -1; an end below -1 is a page of that length from offset start.
 */
export function poolFilter(
  user: Pick<User, 'id' | 'gid' | 'groups'>,
  flag: number,
  start: number,
  end: number,
): Filter {
  if (flag < FLAG.PRIMARY_GROUP) {
    throw new OneError(CODE.XML_RPC_API, `Incorrect filter_flag ${flag}; it must be -4, -3, -2, -1 or a user id.`);
  }
  const owner = whose(user, flag);
  const part: Filter =
    end < -1
      ? { offset: Math.max(start, 0), limit: -end }
      : { ...(start >= 0 && { from: start }), ...(end >= 0 && { to: end }) };
  return { ...part, ...(owner && { owner }) };
}

function whose({ id, gid, groups }: Pick<User, 'id' | 'gid' | 'groups'>, flag: number): Filter['owner'] {
  if (flag === FLAG.ALL) return undefined;
  if (flag === FLAG.PRIMARY_GROUP) return { gids: [gid] };
  if (flag === FLAG.MINE) return { uid: id };
  if (flag === FLAG.MINE_AND_GROUPS) return { uid: id, gids: [...new Set([gid, ...groups])] };
  return { uid: flag };
}

/** The document of what the caller may see of a pool, in pieces; `end` stands after the entries. */
export async function poolDocument<T extends { id: number; name: string }>(
  call: Call,
  noun: ApiNoun<T>,
  root: string,
  filter: Filter,
  entry?: (object: T) => string,
  end = '',
): Promise<AsyncIterable<string>> {
  const toEntry = entry ?? (await noun.entries(call));
  return documentOf(root, noun.pool(call.parts.store).each({ ...filter, ...visibleTo(call, noun) }), toEntry, end);
}

async function* documentOf<T>(
  root: string,
  batches: AsyncIterable<T[]>,
  entry: (object: T) => string,
  end: string,
): AsyncGenerator<string, void, undefined> {
  yield `<${root}>`;
  for await (const batch of batches) {
    yield batch.map(entry).join('');
    await new Promise(setImmediate); // whoever else waits for an answer gets it between two batches
  }
  yield `${end}</${root}>`;
}
