// Nouns by the word that the JSON interface and the console have for them.
import type { ApiNoun } from '../noun.ts';
import { GROUP, USER } from './people.ts';
import { BACKUP_JOB, CLUSTER, DATASTORE, HOST, IMAGE, TEMPLATE, VM, VNET } from './stored.ts';

/** What every noun has, whatever its objects are. */
export type AnyNoun = ApiNoun<{ id: number; name: string }>;

export const NOUNS: Readonly<Record<string, AnyNoun>> = {
  vm: VM as unknown as AnyNoun,
  image: IMAGE as unknown as AnyNoun,
  template: TEMPLATE as unknown as AnyNoun,
  datastore: DATASTORE as unknown as AnyNoun,
  host: HOST as unknown as AnyNoun,
  cluster: CLUSTER as unknown as AnyNoun,
  vnet: VNET as unknown as AnyNoun,
  user: USER as unknown as AnyNoun,
  group: GROUP as unknown as AnyNoun,
  backupjob: BACKUP_JOB as unknown as AnyNoun,
};

/** Nouns whose objects belong to the installation: administrators change them. */
export const INSTALLATIONS: readonly string[] = ['acl', 'secgroup', 'vdc', 'zone', 'system'];
