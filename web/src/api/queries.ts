// What pages ask for, and under which key it is kept: [noun, 'pool', ...] and [noun, id, ...], so that a change of a noun finds all that
// shows it. The daemon tells of changes; nothing is asked for again on a timer.
import { QueryClient, queryOptions } from '@tanstack/react-query';
import { call, type Method, type Params, type Result } from './call.ts';
import { failureOf } from './failure.ts';
import { request } from './request.ts';

/** The nouns in the key of queries and in the changes that the daemon tells of. */
export type Noun =
  | 'vm'
  | 'image'
  | 'template'
  | 'datastore'
  | 'host'
  | 'cluster'
  | 'vnet'
  | 'user'
  | 'group'
  | 'acl'
  | 'backupjob'
  | 'secgroup'
  | 'vdc'
  | 'zone'
  | 'system';

export type Right = 'USE' | 'MANAGE' | 'ADMIN';

const MOST_TRIES = 3;

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Infinity, // until the daemon says that it changed
        gcTime: 5 * 60_000,
        refetchOnWindowFocus: false,
        retry: (tried, error) => failureOf(error).retry && tried < MOST_TRIES,
      },
    },
  });
}

/** A pool: everything of a noun that this user may see. */
export function poolQuery<M extends Method>(noun: Noun, method: M, params: Params<M>) {
  return queryOptions<Result<M>>({
    queryKey: [noun, 'pool', method, params],
    queryFn: () => call(method, params),
  });
}

/** One object, or something that is told of it. */
export function objectQuery<M extends Method>(noun: Noun, id: number, method: M, params: Params<M>) {
  return queryOptions<Result<M>>({
    queryKey: [noun, id, method, params],
    queryFn: () => call(method, params),
  });
}

/** What this user may do with each of these objects. */
export function rightsQuery(noun: Noun, ids: readonly number[]) {
  return queryOptions({
    queryKey: ['rights', noun, ids],
    queryFn: async (): Promise<Record<string, Right[]>> =>
      ids.length === 0 ? {} : ((await request('POST', '/api/rights', { noun, ids })) as Record<string, Right[]>),
  });
}
