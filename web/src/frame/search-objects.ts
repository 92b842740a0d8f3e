// The objects that the search finds: those of each noun with pages that this user may see. A pool that cannot be had is left out.
import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { poolQuery } from '../api/queries.ts';
import { isBackupImage, pathOf, type Shown } from '../parts/paths.ts';
import { texts } from '../texts/index.ts';
import type { Found } from './finding.ts';

const EVERYTHING = { filter: -2, from: -1, to: -1 };
const isDisk = (image: { TYPE: number }): boolean => !isBackupImage(image);

interface Named {
  ID: number;
  NAME: string;
}

export function useObjects(): Found[] {
  const [vms, images, jobs, templates, datastores, networks, hosts, users, groups] = useQueries({
    queries: [
      poolQuery('vm', 'one.vmpool.info', EVERYTHING),
      poolQuery('image', 'one.imagepool.info', EVERYTHING),
      poolQuery('backupjob', 'one.backupjobpool.info', EVERYTHING),
      poolQuery('template', 'one.templatepool.info', EVERYTHING),
      poolQuery('datastore', 'one.datastorepool.info', {}),
      poolQuery('vnet', 'one.vnpool.info', EVERYTHING),
      poolQuery('host', 'one.hostpool.info', {}),
      poolQuery('user', 'one.userpool.info', {}),
      poolQuery('group', 'one.grouppool.info', {}),
    ],
  });
  const lists = [
    useListed('vm', vms.data?.VM_POOL.VM),
    useListed('image', images.data?.IMAGE_POOL.IMAGE, isBackupImage),
    useListed('disk', images.data?.IMAGE_POOL.IMAGE, isDisk),
    useListed('backupjob', jobs.data?.BACKUPJOB_POOL.BACKUPJOB),
    useListed('template', templates.data?.VMTEMPLATE_POOL.VMTEMPLATE),
    useListed('datastore', datastores.data?.DATASTORE_POOL.DATASTORE),
    useListed('vnet', networks.data?.VNET_POOL.VNET),
    useListed('host', hosts.data?.HOST_POOL.HOST),
    useListed('user', users.data?.USER_POOL.USER),
    useListed('group', groups.data?.GROUP_POOL.GROUP),
  ];
  return lists.flat();
}

/** Long lists are made anew only when what they are of changed. */
function useListed<T extends Named>(
  noun: Shown,
  objects: readonly T[] | undefined,
  shown?: (object: T) => boolean,
): Found[] {
  return useMemo(() => listed(noun, shown ? objects?.filter(shown) : objects), [noun, objects, shown]);
}

function listed(noun: Shown, objects: readonly Named[] = []): Found[] {
  const kind = texts.common.nouns[noun];
  return objects.map(({ ID, NAME }) => ({
    key: `${noun}-${ID}`,
    label: NAME,
    kind: `${kind} ${ID}`,
    to: pathOf(noun, ID),
  }));
}
