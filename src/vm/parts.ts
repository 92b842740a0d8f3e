// What the rooms with hands are given: the store, the clock, and the ways to hosts and datastores.
import type { Logger } from 'pino';
import type { BackupStore } from '../datastore/backup-store.ts';
import type { ImageStore } from '../datastore/image-store.ts';
import type { Ended, WhichProcesses } from '../exec/run-processes.ts';
import type { Hypervisor } from '../hypervisor/hypervisor.ts';
import type { Attributes } from '../model/attributes.ts';
import type { HostFiles } from '../datastore/files.ts';
import type { BackupStoreConfig } from '../model/backup-store-config.ts';
import type { HypervisorConfig } from '../model/hypervisor-config.ts';
import type { MoverEvent, MoverTask } from '../model/mover-protocol.ts';
import type { CarryResult } from '../model/tasks/carry.ts';
import type { Datastore } from '../model/datastore.ts';
import type { Host } from '../model/host.ts';
import type { SshAddress } from '../model/ssh-host.ts';
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
  /** Where a host has it; without one, where its BRIDGE_LIST says that it can be reached, which is here without that. */
  imageStoreOf(datastore: Datastore, host?: Host): ImageStore;
  /** The host that BRIDGE_LIST of a datastore names; undefined when this machine reaches it. */
  bridgeOf(datastore: Datastore): Promise<Host | undefined>;
  /** Files on a host; without one, here. */
  filesOf(host?: Host): HostFiles;
  /** Carries out a task of the mover on a host; without one, here. */
  move: Move;
  /** Aborts when the daemon stops: what is long and can be begun anew ends then. */
  ending: AbortSignal;
  /** Brings a directory from one host to another, straight. `shared`: both have the same one. */
  carry(runId: string, directory: string, from: Host, to: Host): Promise<CarryResult>;
  /** Waits for what a run whose daemon is gone has left working on a host, and ends what takes too long; without one, here. */
  endProcesses(operationId: string, which: WhichProcesses, host?: Host): Promise<Ended>;
  /** The connections to hosts that are reached over SSH. */
  links: HostLinks;
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
  /** Where runs keep sockets and scratch files, one directory each, here and on a host. */
  runDirectory: string;
  runDirectoryOf(host?: Host): string;
}

/** Runs a task to its result; events on the way go to `onEvent`. Throws what the mover reports as an error. */
export type Move = <R>(
  task: MoverTask,
  signal: AbortSignal,
  onEvent: (event: MoverEvent) => void,
  host?: Host,
) => Promise<R>;

/** What went through a host's network cards and disks, in bytes a second. */
export interface Rates {
  netRx: number;
  netTx: number;
  diskRead: number;
  diskWrite: number;
}

export interface HostLinks {
  /** What there is to tell of the connection to a host; undefined for one of this machine. */
  factsOf(host: Host): { isUp: boolean; sinceMs: number; why: string; programs: string } | undefined;
  /** How much has gone through the host since it was asked last; undefined when nobody knows. */
  ratesOf(host: Host): Promise<Rates | undefined>;
  /** Brings the programs there. Returns the names of what was brought. Throws a OneError for a host of this machine. */
  sync(host: Host): Promise<string[]>;
  /** Lets go of all other hosts. */
  retain(hosts: readonly Host[]): void;
  /** Is told when a host can be reached again, or no longer. */
  onChange(listener: (hostId: number) => void): void;
  /** The keys that an SSH server shows, each as `<type> <base64>`; nothing is trusted by it. */
  scan(address: SshAddress): Promise<string[]>;
  /** What a host has to let in. */
  publicKey(): Promise<string>;
}

export function nowSec(clock: Clock): number {
  return Math.floor(clock() / 1000);
}
