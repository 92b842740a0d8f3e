// The datastores for images that this user may see, to choose from.
import { useQuery } from '@tanstack/react-query';
import { poolQuery } from '../../api/queries.ts';

/** OpenNebula's number of datastores for images. */
const IMAGE_DS = 0;

export function useImageDatastores(): Array<{ value: string; label: string }> {
  const pool = useQuery(poolQuery('datastore', 'one.datastorepool.info', {}));
  return (pool.data?.DATASTORE_POOL.DATASTORE ?? [])
    .filter(({ TYPE }) => TYPE === IMAGE_DS)
    .map(({ ID, NAME }) => ({ value: String(ID), label: NAME }));
}
