// Places as admission sees them: how many backups each host, datastore and network takes, and with what weight it gets its turns. Pure.
import type { Limits } from '../model/limits.ts';
import { USUAL_WEIGHT, type BackupNetwork, type DatastoreLimits, type HostLimits } from '../model/load-limits.ts';

export interface Places {
  hosts: ReadonlyMap<number, HostLimits>;
  datastores: ReadonlyMap<number, DatastoreLimits>;
}

export const NO_PLACES: Places = { hosts: new Map(), datastores: new Map() };

/** The limits of the whole installation, and what its places say. */
export interface Rules extends Places {
  limits: Limits;
}

export function weightOfHost({ hosts }: Places, hostId: number): number {
  return hosts.get(hostId)?.weight ?? USUAL_WEIGHT;
}

export function weightOfDatastore({ datastores }: Places, datastoreId: number): number {
  return datastores.get(datastoreId)?.weight ?? USUAL_WEIGHT;
}

/** One that a host names and the configuration does not have limits nothing. */
export function networkOf({ hosts, limits }: Rules, hostId: number): BackupNetwork | undefined {
  const name = hosts.get(hostId)?.network;
  return name === undefined ? undefined : limits.networks.find((network) => network.name === name);
}
