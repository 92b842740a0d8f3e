// The names of what quotas are of: datastores and networks. Of images, which may be many, the number has to do.
import { useQueries } from '@tanstack/react-query';
import { poolQuery } from '../api/queries.ts';
import { texts } from '../texts/index.ts';
import type { QuotaKind } from './quota-rows.ts';

const EVERYTHING = { filter: -2, from: -1, to: -1 };
const { kinds } = texts.quotas;

export interface Things {
  nameOf: (kind: QuotaKind, id: number) => string;
  /** What limits of a kind can be set for; of images nothing is listed. */
  choices: (kind: QuotaKind) => ReadonlyArray<{ ID: number; NAME: string }>;
}

export function useThings(): Things {
  const [stores, networks] = useQueries({
    queries: [poolQuery('datastore', 'one.datastorepool.info', {}), poolQuery('vnet', 'one.vnpool.info', EVERYTHING)],
  });
  const choices = (kind: QuotaKind): ReadonlyArray<{ ID: number; NAME: string }> => {
    if (kind === 'DATASTORE') return stores.data?.DATASTORE_POOL.DATASTORE ?? [];
    return kind === 'NETWORK' ? (networks.data?.VNET_POOL.VNET ?? []) : [];
  };
  return {
    choices,
    nameOf: (kind, id) => {
      if (kind === 'VM') return kinds.VM;
      return `${kinds[kind]} ${choices(kind).find(({ ID }) => ID === id)?.NAME ?? id}`;
    },
  };
}
