// The daemon's state of all backups, which several parts of the overview show.
import { useQuery } from '@tanstack/react-query';
import { poolQuery } from '../../api/queries.ts';

/** Of each list; how many there are in all is in the summary. */
export const MOST = 50;

export function useStatus() {
  return useQuery({
    ...poolQuery('system', 'one.system.backupstatus', { limit: MOST }),
    select: ({ BACKUP_STATUS }) => BACKUP_STATUS,
  });
}

/** Counts of everything, which stay small however many VMs there are. */
export function useSummary() {
  return useQuery({ ...poolQuery('system', 'one.system.summary', {}), select: ({ SUMMARY }) => SUMMARY });
}
