// The objects that the search finds: of each noun with pages, one line.
import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { poolQuery } from '../api/queries.ts';
import { pathOf, type Shown } from '../parts/paths.ts';
import { texts } from '../texts/index.ts';
import type { Found } from './finding.ts';

const EVERYTHING = { filter: -2, from: -1, to: -1 };

export function useObjects(): Found[] {
  const [jobs, datastores, hosts, users, groups] = useQueries({
    queries: [
      poolQuery('backupjob', 'one.backupjobpool.info', EVERYTHING),
      poolQuery('datastore', 'one.datastorepool.info', {}),
      poolQuery('host', 'one.hostpool.info', {}),
      poolQuery('user', 'one.userpool.info', {}),
      poolQuery('group', 'one.grouppool.info', {}),
    ],
  });
  return useMemo(
    () => [
      ...listed('backupjob', texts.jobs.one, jobs.data?.BACKUPJOB_POOL.BACKUPJOB),
      ...listed('datastore', texts.datastores.one, datastores.data?.DATASTORE_POOL.DATASTORE),
      ...listed('host', texts.hosts.one, hosts.data?.HOST_POOL.HOST),
      ...listed('user', texts.users.one, users.data?.USER_POOL.USER),
      ...listed('group', texts.groups.one, groups.data?.GROUP_POOL.GROUP),
    ],
    [jobs.data, datastores.data, hosts.data, users.data, groups.data],
  );
}

function listed(noun: Shown, kind: string, objects: ReadonlyArray<{ ID: number; NAME: string }> = []): Found[] {
  return objects.map(({ ID, NAME }) => ({
    key: `${noun}-${ID}`,
    label: NAME,
    kind: `${kind} ${ID}`,
    to: pathOf(noun, ID),
  }));
}
