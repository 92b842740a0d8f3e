// The door to what is kept: one pool per noun and the records of runs. A change is read, changed and written in one
// transaction; several changes that belong together go through `transaction`, and then only its `tx` may be used inside.
import type { Datastore } from '../model/datastore.ts';
import type { Host } from '../model/host.ts';
import type { Image } from '../model/image.ts';
import type { Operation } from '../model/operation.ts';
import type { Group, User } from '../model/user.ts';
import type { Vm } from '../model/vm.ts';
import type { VmTemplate } from '../model/vm-template.ts';

export interface Filter {
  /** Object ids from..to, both included. */
  from?: number;
  to?: number;
  /** Any of these values of the object's state. */
  states?: number[];
  notState?: number;
  name?: string;
  /** Page of the result. */
  offset?: number;
  limit?: number;
  /** Newest first, as OpenNebula's lists; the default. */
  ascending?: boolean;
}

export interface Pool<T> {
  /** Stores what `make` returns for the next free id, or for `id` when one is given (bootstrap only). */
  allocate(make: (id: number) => T, id?: number): Promise<T>;
  find(id: number): Promise<T | undefined>;
  /** Like `find`, but an unknown id is OpenNebula's NO_EXISTS error. */
  get(id: number): Promise<T>;
  /** Reads, changes in place and writes; returns the new object. */
  update(id: number, change: (object: T) => void): Promise<T>;
  remove(id: number): Promise<void>;
  /** The next ids given out are above `id`. */
  skipTo(id: number): Promise<void>;
  list(filter?: Filter): Promise<T[]>;
}

export interface Operations {
  add(operation: Operation): Promise<void>;
  save(operation: Operation): Promise<void>;
  find(id: string): Promise<Operation | undefined>;
  running(): Promise<Operation[]>;
  /** The newest first. */
  ofVm(vmId: number, limit: number): Promise<Operation[]>;
  /** The newest of all, newest first. */
  recent(limit: number): Promise<Operation[]>;
}

export interface Store {
  vms: Pool<Vm>;
  images: Pool<Image>;
  templates: Pool<VmTemplate>;
  datastores: Pool<Datastore>;
  hosts: Pool<Host>;
  users: Pool<User>;
  groups: Pool<Group>;
  operations: Operations;
  /** Id of this OneVault: made with its records, and never changed. */
  installation(): Promise<string>;
  transaction<R>(work: (tx: Store) => Promise<R>): Promise<R>;
  close(): Promise<void>;
}
