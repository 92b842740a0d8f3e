// What the rooms with hands are given: the store, the clock, and the ways to hosts and datastores.
import type { Logger } from 'pino';
import type { BackupStore } from '../datastore/backup-store.ts';
import type { ImageStore } from '../datastore/image-store.ts';
import type { Hypervisor } from '../hypervisor/hypervisor.ts';
import type { Attributes } from '../model/attributes.ts';
import type { BackupStoreConfig, HypervisorConfig } from '../model/mover-protocol.ts';
import type { Datastore } from '../model/datastore.ts';
import type { Host } from '../model/host.ts';
import type { Vm } from '../model/vm.ts';
import type { Duties } from '../nodes/duties.ts';
import type { Store } from '../store/store.ts';
import type { Adoptions } from './adoptions.ts';

/** Milliseconds since the epoch. */
export type Clock = () => number;

export interface Parts {
  store: Store;
  clock: Clock;
  /** Name of the zone whose wall clock and calendar hold. */
  timeZone: string;
  log: Logger;
  /** What this node may work on. */
  duties: Duties;
  hypervisorConfigOf(host: Host): HypervisorConfig;
  hypervisorOf(host: Host): Hypervisor;
  /** Domains that were taken over as they are. */
  adoptions: Adoptions;
  imageStoreOf(datastore: Datastore): ImageStore;
  /** The datastore's configuration with its secrets, for the mover's stdin only. */
  backupStoreConfigOf(datastore: Datastore): Promise<BackupStoreConfig>;
  backupStoreOf(datastore: Datastore): Promise<BackupStore>;
  /** Attributes with their secrets encrypted, as they are kept; what is encrypted already stays as it is. */
  sealed(attributes: Attributes): Attributes;
  /** The datastore with its secrets readable. */
  unsealed(datastore: Datastore): Datastore;
  /** Settles when the disks of a VM that is being restored at once can be read. Throws OneError when they cannot. */
  servesInstant(vm: Vm): Promise<void>;
  /** Where the pictures of drills are kept. */
  screenDirectory: string;
  /** Where runs keep sockets and scratch files, one directory each. */
  runDirectory: string;
}

export function nowSec(clock: Clock): number {
  return Math.floor(clock() / 1000);
}
