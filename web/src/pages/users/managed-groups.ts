// The groups that this user may put others into, and take them out of.
import { useQuery } from '@tanstack/react-query';
import type { GroupEntry } from '../../api/documents.ts';
import { poolQuery } from '../../api/queries.ts';
import { useRights } from '../../parts/use-rights.ts';

const NONE: readonly GroupEntry[] = [];
const idOf = ({ ID }: GroupEntry): number => ID;

export function useManagedGroups(): readonly GroupEntry[] {
  const groups = useQuery(poolQuery('group', 'one.grouppool.info', {})).data?.GROUP_POOL.GROUP ?? NONE;
  const { rightsOf } = useRights('group', groups, idOf);
  return groups.filter((group) => rightsOf(group)?.includes('MANAGE'));
}
