// Looks at all records and says what does not fit together. Pure: the same records, the same findings.
import type { Resource, Selector } from '../model/acl.ts';
import { reasonOf } from '../model/errors.ts';
import { checkName } from '../model/names.ts';
import { POOLS } from '../store/schema.ts';
import { checkBackups } from './backups.ts';
import { checkChains } from './chains.ts';
import { checkDerived } from './derived.ts';
import { finding, type Finding } from './finding.ts';
import { checkLeases } from './leases.ts';
import type { Objects, Records } from './records.ts';
import { checkReferences } from './references.ts';
import { checkStates } from './states.ts';

export function check(records: Records): Finding[] {
  return [
    ...records.damaged.map(({ what, why }) => finding('record')(`The record of ${what} cannot be read: ${why}.`)),
    ...checkDerived(records),
    ...checkLeases(records),
    ...checkReferences(records),
    ...checkStates(records),
    ...checkBackups(records),
    ...checkChains(records),
    ...checkRules(records),
    ...checkNames(records),
  ];
}

/** Kinds whose objects are kept here; of the others nothing is known. */
const POOL_OF: Partial<Record<Resource, keyof Objects>> = {
  VM: 'vms',
  HOST: 'hosts',
  NET: 'vnets',
  IMAGE: 'images',
  USER: 'users',
  TEMPLATE: 'templates',
  GROUP: 'groups',
  DATASTORE: 'datastores',
  CLUSTER: 'clusters',
  BACKUPJOB: 'backupJobs',
};

function checkRules(records: Records): Finding[] {
  const { rules } = records;
  return [...rules.values()].flatMap(({ id, user, resources, object }) => {
    const say = (what: string): Finding[] => [finding('rule')(`rule [${id}] names ${what}, which does not exist.`)];
    const gone = (selector: Selector, kind: Selector['kind'], pool: keyof Objects): boolean =>
      selector.kind === kind && selector.kind !== 'all' && !records[pool].has(selector.id);
    const pools = resources.map((resource) => POOL_OF[resource]);
    return [
      ...(gone(user, 'id', 'users') ? say(`user ${idOf(user)}`) : []),
      ...(gone(user, 'group', 'groups') ? say(`group ${idOf(user)}`) : []),
      ...(gone(object, 'group', 'groups') ? say(`group ${idOf(object)}`) : []),
      ...(gone(object, 'cluster', 'clusters') ? say(`cluster ${idOf(object)}`) : []),
      ...(pools.every((pool) => pool !== undefined && gone(object, 'id', pool))
        ? say(`${resources.join('+')} ${idOf(object)}`)
        : []),
    ];
  });
}

function idOf(selector: Selector): string {
  return selector.kind === 'all' ? '*' : String(selector.id);
}

function checkNames({ entries }: Records): Finding[] {
  const say = finding('name');
  const first = new Map<string, string>();
  return entries.flatMap(({ pool, what, keys: { name, uid } }): Finding[] => {
    const { unique } = POOLS[pool];
    const key = JSON.stringify([pool, name, ...(unique === 'owner' ? [uid] : [])]);
    const other = unique === 'no' ? undefined : first.get(key);
    first.set(key, what);
    if (other !== undefined) return [say(`${what} has the same name as ${other}.`)];
    if (pool === 'acl_pool' || pool === 'action_pool') return [];
    try {
      checkName(name);
      return [];
    } catch (error) {
      return [say(`${what} has a name that none may have: ${reasonOf(error)}`)];
    }
  });
}
