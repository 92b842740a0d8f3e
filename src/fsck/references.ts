// Whether everything that objects name exists, and whether the names they keep of it are the ones it has. Pure.
import { field, text, vectors } from '../model/attributes.ts';
import type { Owned } from '../model/permissions.ts';
import { VM_STATE, type Vm } from '../model/vm.ts';
import { finding, type Finding } from './finding.ts';
import type { Records } from './records.ts';

const say = finding('reference');

export function checkReferences(records: Records): Finding[] {
  return [
    ...checkOwners(records),
    ...checkMembers(records),
    ...checkClusters(records),
    ...[...records.images.values()].flatMap(({ id, datastoreId, datastore }) =>
      missing(`image [${id}] (${datastore})`, 'datastore', datastoreId, records.datastores),
    ),
    ...[...records.vms.values()].flatMap((vm) => (vm.state === VM_STATE.DONE ? [] : checkVm(records, vm))),
    ...[...records.backupJobs.values()].flatMap(({ id, template }) =>
      missing(`backup job [${id}]`, 'datastore', numberOf(text(template, 'DATASTORE_ID')), records.datastores),
    ),
    ...[...records.actions.values()].flatMap(({ id, parent }) =>
      parent.type === 'VM'
        ? missing(`scheduled action [${id}]`, 'virtual machine', parent.id, records.vms)
        : missing(`scheduled action [${id}]`, 'backup job', parent.id, records.backupJobs),
    ),
  ];
}

function missing(who: string, noun: string, id: number | undefined, among: ReadonlyMap<number, unknown>): Finding[] {
  return id === undefined || among.has(id) ? [] : [say(`${who} names ${noun} ${id}, which does not exist.`)];
}

function checkOwners({ vms, images, templates, datastores, vnets, backupJobs, users, groups }: Records): Finding[] {
  const pools: Array<[noun: string, objects: Iterable<Owned>]> = [
    ['VM', [...vms.values()].filter(({ state }) => state !== VM_STATE.DONE)],
    ['image', images.values()],
    ['template', templates.values()],
    ['datastore', datastores.values()],
    ['network', vnets.values()],
    ['backup job', backupJobs.values()],
  ];
  return pools.flatMap(([noun, objects]) =>
    [...objects].flatMap(({ id, uid, gid, uname, gname }) => [
      ...named(`${noun} [${id}]`, 'user', uid, uname, users),
      ...named(`${noun} [${id}]`, 'group', gid, gname, groups),
    ]),
  );
}

/** As `missing`, and the name that is kept beside the id must be right. */
function named(
  who: string,
  noun: string,
  id: number,
  name: string,
  among: ReadonlyMap<number, { name: string }>,
): Finding[] {
  const other = among.get(id);
  if (!other || other.name === name) return missing(who, noun, id, among);
  return [say(`${who} calls its ${noun} ${id} "${name}"; the name is "${other.name}".`)];
}

function checkMembers({ users, groups }: Records): Finding[] {
  const found: Finding[] = [];
  for (const { id, gid, gname, groups: of } of users.values()) {
    found.push(...named(`user [${id}]`, 'group', gid, gname, groups));
    found.push(...of.filter((one) => one !== gid).flatMap((one) => missing(`user [${id}]`, 'group', one, groups)));
    if (!of.includes(gid)) found.push(say(`user [${id}] has group ${gid} as the primary one, but is not in it.`));
  }
  for (const { id, admins } of groups.values()) {
    for (const admin of admins) {
      if (!users.get(admin)?.groups.includes(id)) {
        found.push(say(`group [${id}] has user ${admin} as administrator, who is not in it.`));
      }
    }
  }
  return found;
}

function checkClusters({ hosts, datastores, vnets, clusters }: Records): Finding[] {
  const several: Array<[string, { id: number; clusters: number[] }]> = [
    ...[...datastores.values()].map((one): [string, typeof one] => ['datastore', one]),
    ...[...vnets.values()].map((one): [string, typeof one] => ['network', one]),
  ];
  return [
    ...[...hosts.values()].flatMap(({ id, clusterId, cluster }) =>
      named(`host [${id}]`, 'cluster', clusterId, cluster, clusters),
    ),
    ...several.flatMap(([noun, { id, clusters: of }]) =>
      of.flatMap((one) => missing(`${noun} [${id}]`, 'cluster', one, clusters)),
    ),
  ];
}

function checkVm({ images, vnets, hosts, datastores }: Records, { id, template, history }: Vm): Finding[] {
  const who = `VM [${id}]`;
  const last = history.at(-1);
  return [
    ...vectors(template, 'DISK').flatMap((disk) => missing(who, 'image', numberOf(field(disk, 'IMAGE_ID')), images)),
    ...vectors(template, 'NIC').flatMap((nic) => missing(who, 'network', numberOf(field(nic, 'NETWORK_ID')), vnets)),
    ...missing(who, 'host', last?.hid, hosts),
    ...missing(who, 'datastore', last?.dsId, datastores),
  ];
}

function numberOf(id: string | undefined): number | undefined {
  return id === undefined || id === '' ? undefined : Number(id);
}
