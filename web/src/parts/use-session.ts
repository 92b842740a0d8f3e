// Who is signed in, for components inside the shell, and what they may do.
import { useQuery } from '@tanstack/react-query';
import { sessionQuery, type SessionUser } from '../api/session.ts';

const NOBODY: SessionUser = { id: -1, name: '', admin: false, gid: -1, gids: [], may: [] };

export function useSession(): SessionUser {
  return useQuery(sessionQuery).data ?? NOBODY;
}

/** Whether this user may call a method for anything at all: `may('one.vm.allocate')`. */
export function useMay(): (method: string) => boolean {
  const { may } = useSession();
  return (method) => may.includes(method);
}
