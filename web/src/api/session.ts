// Who is signed in. The session itself is a cookie that scripts cannot read; what the page knows is who that is and what they may do.
import { queryOptions, type QueryClient } from '@tanstack/react-query';
import { Failure, failureOf } from './failure.ts';
import { request, setCsrf } from './request.ts';

export interface SessionUser {
  id: number;
  name: string;
  admin: boolean;
  gid: number;
  gids: number[];
  /** Methods that this user may call for something: what is not among them is not offered. */
  may: string[];
}

interface Session {
  csrf: string;
  user: SessionUser;
}

export const SESSION_KEY = ['session'] as const;

/** Null when nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: SESSION_KEY,
  queryFn: async (): Promise<SessionUser | null> => {
    try {
      return begun((await request('GET', '/api/session')) as Session);
    } catch (error) {
      if (failureOf(error).isUnknownUser) return null;
      throw error;
    }
  },
  staleTime: Infinity,
});

/** Who else lets people in, on pages of their own. */
export interface Elsewhere {
  /** What people call it. */
  name: string;
  /** Where a browser is sent there from. */
  path: string;
}

/** What the page for signing in offers, and why the last try elsewhere failed; that is told once. */
export const signInQuery = queryOptions({
  queryKey: ['sign-in'],
  queryFn: async (): Promise<{ elsewhere: Elsewhere[]; failed: Failure | undefined }> => {
    const { elsewhere, failed } = (await request('GET', '/api/sign-in')) as {
      elsewhere: Elsewhere[];
      failed?: { message: string; hint?: string };
    };
    return { elsewhere, failed: failed && new Failure(401, { code: -1, name: 'AUTHENTICATION', ...failed }) };
  },
  staleTime: Infinity,
  gcTime: 0,
});

export async function signIn(client: QueryClient, user: string, password: string): Promise<void> {
  const session = (await request('POST', '/api/session', { user, password })) as Session;
  client.clear(); // nothing of whoever was here before
  client.setQueryData(SESSION_KEY, begun(session));
}

export async function signOut(client: QueryClient): Promise<void> {
  await request('DELETE', '/api/session');
  ended(client);
}

/** The daemon does not know this session any more. */
export function ended(client: QueryClient): void {
  client.setQueryData(SESSION_KEY, null);
}

function begun({ csrf, user }: Session): SessionUser {
  setCsrf(csrf);
  return { ...user, may: Array.isArray(user.may) ? user.may : [] };
}
