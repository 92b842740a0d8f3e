// The objects that the access matrix is about: one of each kind, of one owner and one group, in one cluster; in states in which
// whoever is authorized is still refused what she asks for, so that nothing has to be made anew.
import { SCOPES } from '../../../src/model/token-scope.ts';
import { HOST_STATE } from '../../../src/model/host.ts';
import { permissionsFromOctet } from '../../../src/model/permissions.ts';
import type { Vm } from '../../../src/model/vm.ts';
import type { Store } from '../../../src/store/store.ts';
import type { FakeCloud } from '../../unit/fake-cloud.ts';
import { plantBackup } from '../planted.ts';

export const THINGS = {
  vm: 'VM',
  /** Powered off; `vm` is in no state that anything is possible in. */
  off: 'VM',
  image: 'IMAGE',
  backup: 'IMAGE',
  template: 'TEMPLATE',
  datastore: 'DATASTORE',
  backups: 'DATASTORE',
  net: 'NET',
  job: 'BACKUPJOB',
  host: 'HOST',
  cluster: 'CLUSTER',
  /** Somebody in the group of the objects; and somebody and a group that have nothing to do with them. */
  user: 'USER',
  peer: 'USER',
  group: 'GROUP',
  other: 'GROUP',
  zone: 'ZONE',
  secgroup: 'SECGROUP',
  vdc: 'VDC',
} as const;
export type Thing = keyof typeof THINGS;
/** Have an owner, a group and permission bits. */
export const OWNED = ['vm', 'off', 'image', 'backup', 'template', 'datastore', 'backups', 'net', 'job'] as const;
export const IN_CLUSTER: readonly Thing[] = ['datastore', 'backups', 'net', 'host'];
export const LOCKABLE = ['vm', 'image', 'template', 'net', 'job'] as const;

export const isOwned = (thing: Thing): boolean => OWNED.some((one) => one === thing);

export interface Scene {
  cloud: FakeCloud;
  ids: Record<Thing, number>;
  /** Session strings by user, and of mate's tokens for one group. */
  sessions: Map<string, string>;
}

const VM = 'CPU="0.1"\nMEMORY="16"\n';

export async function makeScene(cloud: FakeCloud): Promise<Scene> {
  const { store } = cloud;
  const group = await cloud.id('one.group.allocate', 'crew');
  const other = await cloud.id('one.group.allocate', 'other');
  const { sessions, users } = await makeUsers(cloud, group, other);
  const cluster = await cloud.id('one.cluster.allocate', 'east');
  const datastore = await cloud.id('one.datastore.allocate', 'NAME="d"\nTYPE="IMAGE_DS"', cluster);
  const backups = await cloud.id('one.datastore.allocate', 'NAME="b"\nTYPE="BACKUP_DS"\nDS_MAD="fake"', cluster);
  const image = await cloud.id('one.image.allocate', 'NAME="i"\nSIZE="1"\nFORMAT="raw"', datastore);
  await cloud.until('the image is ready', async () => (await store.images.get(image)).state === 1);
  const net = await cloud.id('one.vn.allocate', 'NAME="n"\nBRIDGE="br0"\nAR=[ TYPE="ETHER", SIZE="9" ]', cluster);
  const devices = `DISK=[ IMAGE_ID="${image}" ]\nNIC=[ NETWORK_ID="${net}" ]`;
  const vm = await cloud.id('one.vm.allocate', `NAME="v"\n${VM}${devices}`, true);
  const off = await cloud.id('one.vm.allocate', `NAME="o"\n${VM}`, true);
  await store.vms.update(vm, (record: Vm) => void Object.assign(record, { state: 0, prevState: 0 }));
  await store.vms.update(off, (record: Vm) => void Object.assign(record, { state: 8, prevState: 8 }));
  const ids: Record<Thing, number> = {
    ...{ vm, off, image, datastore, backups, net, cluster, group, other, zone: 0, secgroup: 0, vdc: 0 },
    backup: await plantBackup(cloud, backups, { name: 'p', vms: [vm] }),
    template: await cloud.id('one.template.allocate', `NAME="t"\n${VM}`),
    job: await cloud.id('one.backupjob.allocate', 'NAME="j"'),
    host: await plantHost(store, cluster),
    user: users.subject,
    peer: users.peer,
  };
  const owner = await store.users.get(users.owner);
  const scene = { cloud, ids, sessions };
  const head = { uid: owner.id, uname: owner.name, gid: group, gname: 'crew' };
  await eachOwned(scene, (record) => void Object.assign(record, head));
  return scene;
}

interface Users {
  owner: number;
  subject: number;
  peer: number;
}

async function makeUsers(
  cloud: FakeCloud,
  crew: number,
  other: number,
): Promise<{ sessions: Map<string, string>; users: Users }> {
  const sessions = new Map([['oneadmin', cloud.session]]);
  const inCrew = { gid: crew, gname: 'crew', groups: [crew] };
  const people: Array<[string, object]> = [
    ['owner', inCrew],
    ['member', inCrew],
    ['boss', inCrew],
    ['subject', inCrew],
    ['mate', { gid: other, gname: 'other', groups: [other, crew] }],
    ['peer', { gid: other, gname: 'other', groups: [other] }],
    ['stranger', {}],
    ['helper', {}],
  ];
  for (const [name, change] of people) sessions.set(name, await cloud.user(name, change));
  const idOf = async (name: string): Promise<number> => (await cloud.store.users.list({ name }))[0]?.id ?? -1;
  const users = { owner: await idOf('owner'), subject: await idOf('subject'), peer: await idOf('peer') };
  await cloud.call('one.group.addadmin', crew, await idOf('boss'));
  for (const [name, egid] of [
    ['mate for crew', crew],
    ['mate for other', other],
  ] as const) {
    sessions.set(name, `mate:${await cloud.text(sessions.get('mate') ?? '', 'one.user.login', 'mate', '', -1, egid)}`);
  }
  for (const scope of SCOPES) {
    const token = await cloud.text(cloud.session, 'one.user.login', 'oneadmin', '', -1, -1, scope);
    sessions.set(`oneadmin for ${scope}`, `oneadmin:${token}`);
  }
  const token = await cloud.text(sessions.get('mate') ?? '', 'one.user.login', 'mate', '', -1, -1, 'backup');
  sessions.set('mate for backup', `mate:${token}`);
  // who owns something is not deleted
  await cloud.callAs(sessions.get('oneadmin') ?? '', 'one.template.allocate', 'NAME="of the subject"');
  const [template] = await cloud.store.templates.list({ name: 'of the subject' });
  await cloud.store.templates.update(template?.id ?? -1, (record) => void (record.uid = users.subject));
  return { sessions, users };
}

async function plantHost(store: Store, cluster: number): Promise<number> {
  const state = HOST_STATE.OFFLINE;
  const nothing = { totalCpu: 0, totalMemKb: 0, usedCpu: 0, usedMemKb: 0, lastMonitored: 0, kvm: null, template: [] };
  const drivers = { imMad: 'fake', vmMad: 'fake', clusterId: cluster, cluster: 'east' };
  const host = await store.hosts.allocate((id) => ({
    ...{ id, name: 'h', state, prevState: state },
    ...drivers,
    ...nothing,
  }));
  return host.id;
}

/** Changes all objects that have an owner. */
export async function eachOwned({ cloud, ids }: Scene, change: (record: object) => void): Promise<void> {
  const { vms, images, templates, datastores, vnets, backupJobs } = cloud.store;
  for (const id of [ids.vm, ids.off]) await vms.update(id, change);
  for (const id of [ids.image, ids.backup]) await images.update(id, change);
  for (const id of [ids.datastore, ids.backups]) await datastores.update(id, change);
  await templates.update(ids.template, change);
  await vnets.update(ids.net, change);
  await backupJobs.update(ids.job, change);
}

export function giveBits(scene: Scene, octet: number): Promise<void> {
  return eachOwned(scene, (record) => void Object.assign(record, { permissions: permissionsFromOctet(octet) }));
}
