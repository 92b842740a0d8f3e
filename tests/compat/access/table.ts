// Which right over which object each method takes, as OpenNebula has it: the whole of what the matrix expects.
import { METHODS } from '../../../src/api/methods/all.ts';
import type { Param } from '../clients.ts';
import type { Thing } from './things.ts';

export type Right = 'USE' | 'MANAGE' | 'ADMIN';

/** `MANAGE vm`; `CREATE IMAGE`; `OP backup of vm`, whose right the classes of operations say; `ADMINISTRATOR`. */
export type Need =
  | `${Right} ${Thing}`
  | `CREATE ${'VM' | 'IMAGE' | 'TEMPLATE' | 'DATASTORE' | 'NET' | 'BACKUPJOB' | 'HOST' | 'CLUSTER' | 'USER' | 'GROUP'}`
  | `OP ${Operation} of ${'vm' | 'off'}`
  | 'ADMINISTRATOR';

/** The classes as oned.conf has them. */
export const CLASSES = {
  ...each('ADMIN', 'migrate', 'delete', 'recover', 'retry', 'deploy', 'resched', 'backup', 'restore'),
  ...each('MANAGE', 'undeploy', 'hold', 'release', 'stop', 'suspend', 'resume', 'reboot', 'poweroff', 'disk-attach'),
  ...each('MANAGE', 'nic-attach', 'disk-snapshot', 'terminate', 'disk-resize', 'snapshot', 'updateconf', 'rename'),
  ...each('MANAGE', 'resize', 'update', 'disk-saveas', 'sched-action', 'sg-attach', 'pci-attach'),
} as const;
export type Operation = keyof typeof CLASSES;

function each<R extends Right, O extends string>(right: R, ...operations: O[]): Record<O, R> {
  return Object.fromEntries(operations.map((operation) => [operation, right])) as Record<O, R>;
}

/** An object's id as parameter, or a text with it in the place of `#`. */
export interface Ref {
  thing: Thing;
  text?: string;
}
export interface Row {
  method: string;
  params: ReadonlyArray<Param | Ref>;
  needs: readonly Need[];
  /** It reads, or works on the lock itself: locks do not hold it back. */
  despiteLock?: true;
}

const of = (thing: Thing): Ref => ({ thing });
const within = (thing: Thing, text: string): Ref => ({ thing, text });
const row = (method: string, params: Row['params'], ...needs: Need[]): Row => ({ method, params, needs });
const reading = (method: string, params: Row['params'], ...needs: Need[]): Row => ({
  ...row(method, params, ...needs),
  despiteLock: true,
});

/** A flag that no update takes, so that nothing is changed. */
const NO_FLAG = 7;
const KEEP: readonly number[] = Array<number>(9).fill(-1);
const OTHERS_ADMIN: readonly number[] = [...KEEP.slice(1), 1];
const NO_LEVEL = 9;

type Named = Extract<Thing, 'vm' | 'image' | 'template' | 'datastore' | 'net' | 'job'>;
const WORDS: Record<Named, string> = {
  vm: 'vm',
  image: 'image',
  template: 'template',
  datastore: 'datastore',
  net: 'vn',
  job: 'backupjob',
};

/** What every noun with an owner has. */
function owned(thing: Named, lockable: boolean): Row[] {
  const method = (verb: string): string => `one.${WORDS[thing]}.${verb}`;
  const it = of(thing);
  const vm = thing === 'vm';
  return [
    reading(method('info'), [it], `USE ${thing}`),
    row(method('update'), [it, 'A=b', NO_FLAG], vm ? 'OP update of vm' : `MANAGE ${thing}`),
    row(method('rename'), [it, ''], vm ? 'OP rename of vm' : `MANAGE ${thing}`),
    row(method('chmod'), [it, ...KEEP], `MANAGE ${thing}`),
    row(method('chmod'), [it, ...OTHERS_ADMIN], `MANAGE ${thing}`, `ADMIN ${thing}`),
    row(method('chown'), [it, -1, -1], `MANAGE ${thing}`),
    row(method('chown'), [it, of('peer'), -1], `MANAGE ${thing}`, 'MANAGE peer'),
    row(method('chown'), [it, -1, of('other')], `MANAGE ${thing}`, 'USE other'),
    ...(lockable
      ? [reading(method('lock'), [it, NO_LEVEL], `MANAGE ${thing}`), reading(method('unlock'), [it], `MANAGE ${thing}`)]
      : []),
  ];
}

const action = (name: string, operation: Operation): Row =>
  row('one.vm.action', [name, of('vm')], `OP ${operation} of vm`);
const vm = of('vm');

const vms: readonly Row[] = [
  ...owned('vm', true),
  row('one.vm.allocate', ['CPU=0'], 'CREATE VM'),
  row('one.vm.allocate', [within('image', 'CPU=0\nDISK=[ IMAGE_ID="#" ]')], 'CREATE VM', 'USE image'),
  row('one.vm.allocate', [within('net', 'CPU=0\nNIC=[ NETWORK_ID="#" ]')], 'CREATE VM', 'USE net'),
  ...(['hold', 'release', 'stop', 'suspend', 'resume', 'reboot', 'poweroff', 'undeploy', 'terminate'] as const).map(
    (name) => action(name, name),
  ),
  ...(['reboot', 'poweroff', 'undeploy', 'terminate'] as const).map((name) => action(`${name}-hard`, name)),
  ...['resched', 'unresched'].map((name) => action(name, 'resched')),
  row('one.vm.deploy', [vm, of('host')], 'OP deploy of vm', 'MANAGE host'),
  row('one.vm.deploy', [vm, of('host'), false, of('datastore')], 'OP deploy of vm', 'MANAGE host', 'USE datastore'),
  row('one.vm.migrate', [vm, of('host'), false], 'OP migrate of vm', 'MANAGE host'),
  row(
    'one.vm.migrate',
    [vm, of('host'), false, false, of('datastore'), 0],
    'OP migrate of vm',
    'MANAGE host',
    'USE datastore',
  ),
  row('one.vm.recover', [vm, 0], 'OP recover of vm'),
  row('one.vm.recover', [vm, 1], 'OP recover of vm'),
  row('one.vm.recover', [vm, 2], 'OP retry of vm'),
  row('one.vm.recover', [vm, 3], 'OP delete of vm'),
  row('one.vm.recover', [vm, 4], 'OP delete of vm'),
  row('one.vm.recover', [vm, 5], 'OP delete of vm'),
  row('one.vm.updateconf', [vm, 'A=b', NO_FLAG], 'OP updateconf of vm'),
  row('one.vm.backup', [vm, of('backups')], 'OP backup of vm', 'USE backups'),
  row('one.vm.backup', [vm], 'OP backup of vm'),
  row('one.vm.backupplan', [vm, of('backups')], 'OP backup of vm', 'USE backups'),
  row('one.vm.backupplan', [vm], 'OP backup of vm'),
  row('one.vm.backupcancel', [vm], 'OP backup of vm'),
  reading('one.vm.backupruns', [vm], 'USE vm'),
  reading('one.vm.eligibility', [vm], 'USE vm'),
  row('one.vm.restoreplan', [vm, of('backup'), -1, -1], 'OP restore of vm', 'USE backup', 'USE backups'),
  row('one.vm.restore', [vm, of('backup'), -1, -1], 'OP restore of vm', 'USE backup', 'USE backups'),
  row(
    'one.vm.restoreinstant',
    [of('backup'), of('datastore'), 'NO_IP="none"'],
    'USE backup',
    'USE backups',
    'USE datastore',
    'CREATE IMAGE',
    'CREATE TEMPLATE',
    'CREATE VM',
  ),
  row('one.vm.restoreresume', [vm], 'OP restore of vm'),
  reading('one.vm.monitoring', [vm], 'USE vm'),
  row('one.vm.attach', [vm, 'A=b'], 'OP disk-attach of vm'),
  row(
    'one.vm.attach',
    [of('off'), within('image', 'DISK=[ IMAGE_ID="#", SIZE="none" ]')],
    'OP disk-attach of off',
    'USE image',
  ),
  row('one.vm.detach', [vm, 0], 'OP disk-attach of vm'),
  row('one.vm.attachnic', [vm, 'A=b'], 'OP nic-attach of vm'),
  row(
    'one.vm.attachnic',
    [of('off'), within('net', 'NIC=[ NETWORK_ID="#", IP="none" ]')],
    'OP nic-attach of off',
    'USE net',
  ),
  row('one.vm.detachnic', [vm, 0], 'OP nic-attach of vm'),
  row('one.vm.updatenic', [vm, 0, 'A=b'], 'OP nic-attach of vm'),
  row('one.vm.attachsg', [vm, 0, 0], 'OP sg-attach of vm'),
  row('one.vm.detachsg', [vm, 0, 0], 'OP sg-attach of vm'),
  row('one.vm.attachpci', [vm, 'A=b'], 'OP pci-attach of vm'),
  row('one.vm.detachpci', [vm, 0], 'OP pci-attach of vm'),
  row('one.vm.diskresize', [vm, 0, '9'], 'OP disk-resize of vm'),
  row('one.vm.disksaveas', [vm, 0, 'x', '', -1], 'OP disk-saveas of vm', 'CREATE IMAGE'),
  row('one.vm.disksnapshotcreate', [vm, 0, 'x'], 'OP disk-snapshot of vm'),
  row('one.vm.disksnapshotdelete', [vm, 0, 0], 'OP disk-snapshot of vm'),
  row('one.vm.disksnapshotrevert', [vm, 0, 0], 'OP disk-snapshot of vm'),
  row('one.vm.disksnapshotrename', [vm, 0, 0, 'x'], 'OP disk-snapshot of vm'),
  row('one.vm.snapshotcreate', [vm, 'x'], 'OP snapshot of vm'),
  row('one.vm.snapshotdelete', [vm, 0], 'OP snapshot of vm'),
  row('one.vm.snapshotrevert', [vm, 0], 'OP snapshot of vm'),
  row('one.vm.resize', [vm, 'MEMORY="none"', false], 'OP resize of vm'),
  row('one.vm.schedadd', [vm, 'A=b'], 'OP sched-action of vm'),
  row('one.vm.schedupdate', [vm, 0, 'A=b'], 'OP sched-action of vm'),
  row('one.vm.scheddelete', [vm, 0], 'OP sched-action of vm'),
];

const image = of('image');
const images: readonly Row[] = [
  ...owned('image', true),
  row('one.image.allocate', ['SIZE=0', of('datastore')], 'CREATE IMAGE', 'USE datastore'),
  row('one.image.delete', [image], 'MANAGE image'),
  row('one.image.clone', [image, ''], 'USE image', 'CREATE IMAGE', 'USE datastore'),
  row('one.image.clone', [image, '', of('datastore')], 'USE image', 'CREATE IMAGE', 'USE datastore'),
  row('one.image.enable', [image, true], 'MANAGE image'),
  row('one.image.persistent', [image, false], 'MANAGE image'),
  row('one.image.chtype', [image, 'DANCE'], 'MANAGE image'),
  row('one.image.snapshotdelete', [image, 0], 'MANAGE image'),
  row('one.image.snapshotrevert', [image, 0], 'MANAGE image'),
  row('one.image.snapshotflatten', [image, 0], 'MANAGE image'),
  row(
    'one.image.restore',
    [of('backup'), of('datastore'), 'NO_IP="none"'],
    'USE backup',
    'USE backups',
    'USE datastore',
    'CREATE IMAGE',
    'CREATE TEMPLATE',
  ),
  row(
    'one.image.restore',
    [of('backup'), of('datastore'), 'DISK_ID="none"'],
    'USE backup',
    'USE backups',
    'USE datastore',
    'CREATE IMAGE',
  ),
  row(
    'one.image.restoreplan',
    [of('backup'), of('datastore')],
    'USE backup',
    'USE backups',
    'USE datastore',
    'CREATE IMAGE',
    'CREATE TEMPLATE',
  ),
  row(
    'one.image.restoreplan',
    [of('backup'), of('datastore'), 'DISK_ID="0"'],
    'USE backup',
    'USE backups',
    'USE datastore',
    'CREATE IMAGE',
  ),
];

// OneVault's own
const verifying: readonly Row[] = [
  row('one.image.verify', [of('backup'), 99], 'MANAGE backup'),
  row('one.image.drill', [of('backup'), 99], 'MANAGE backup'),
  row('one.image.pin', [of('backup'), 99, 'REASON="x"'], 'MANAGE backup'),
  row('one.image.unpin', [of('backup'), 99], 'MANAGE backup'),
  row('one.image.retention', [of('backup'), 'COLOR="x"'], 'USE backup'),
  row('one.image.copy', [of('backup'), of('datastore')], 'USE backup', 'USE datastore'),
  row('one.image.cancel', [of('backup')], 'MANAGE backup'),
];

const template = of('template');
const templates: readonly Row[] = [
  ...owned('template', true),
  row('one.template.allocate', ['NAME=""'], 'CREATE TEMPLATE'),
  row('one.template.clone', [template, ''], 'USE template', 'CREATE TEMPLATE'),
  row('one.template.instantiate', [template, '', true, 'CPU=0'], 'USE template'),
  row('one.template.delete', [template], 'MANAGE template'),
];

const datastore = of('datastore');
const net = of('net');
const places: readonly Row[] = [
  ...owned('datastore', false),
  row('one.datastore.allocate', ['NAME=""'], 'CREATE DATASTORE'),
  row('one.datastore.allocate', ['NAME=""', of('cluster')], 'CREATE DATASTORE', 'ADMIN cluster'),
  row('one.datastore.delete', [datastore], 'ADMIN datastore'),
  row('one.datastore.enable', [datastore, true], 'MANAGE datastore'),
  reading('one.datastore.fill', [datastore], 'USE datastore'),
  row('one.datastore.rescan', [datastore], 'ADMIN datastore'),
  ...owned('net', true),
  row('one.vn.allocate', ['NAME=""'], 'CREATE NET'),
  row('one.vn.allocate', ['NAME=""', of('cluster')], 'CREATE NET', 'ADMIN cluster'),
  row('one.vn.delete', [net], 'MANAGE net'),
  row('one.vn.add_ar', [net, 'A=b'], 'ADMIN net'),
  row('one.vn.rm_ar', [net, 9], 'ADMIN net'),
  row('one.vn.update_ar', [net, 'A=b'], 'MANAGE net'),
  row('one.vn.hold', [net, 'A=b'], 'MANAGE net'),
  row('one.vn.release', [net, 'A=b'], 'MANAGE net'),
  row('one.vn.free_ar', [net, 0], 'MANAGE net'),
  row('one.vn.reserve', [net, 'A=b'], 'USE net'),
  reading('one.host.info', [of('host')], 'USE host'),
  reading('one.host.monitoring', [of('host')], 'USE host'),
  row('one.host.allocate', ['', 'fake', 'fake'], 'CREATE HOST'),
  row('one.host.allocate', ['', 'fake', 'fake', of('cluster')], 'CREATE HOST', 'ADMIN cluster'),
  row('one.host.update', [of('host'), 'A=b', NO_FLAG], 'ADMIN host'),
  row('one.host.rename', [of('host'), ''], 'ADMIN host'),
  row('one.host.status', [of('host'), NO_FLAG], 'ADMIN host'),
  row('one.host.sync', [of('host')], 'ADMIN host'),
  row('one.host.sshkeys', ['nobody'], 'CREATE HOST'),
  row('one.host.delete', [of('host')], 'ADMIN host'),
  reading('one.cluster.info', [of('cluster')], 'USE cluster'),
  row('one.cluster.allocate', [''], 'CREATE CLUSTER'),
  row('one.cluster.update', [of('cluster'), 'A=b', NO_FLAG], 'MANAGE cluster'),
  row('one.cluster.rename', [of('cluster'), ''], 'MANAGE cluster'),
  row('one.cluster.delete', [of('cluster')], 'ADMIN cluster'),
  ...(['host', 'datastore', 'net'] as const).flatMap((thing) =>
    ['add', 'del'].map((verb) =>
      row(
        `one.cluster.${verb}${thing === 'net' ? 'vnet' : thing}`,
        [of('cluster'), of(thing)],
        'ADMIN cluster',
        `ADMIN ${thing}`,
      ),
    ),
  ),
];

const job = of('job');
const jobs: readonly Row[] = [
  ...owned('job', true),
  row('one.backupjob.allocate', ['NAME=""'], 'CREATE BACKUPJOB'),
  // OpenNebula asks for no right over what a job names; here it takes what a backup without a job would
  row(
    'one.backupjob.allocate',
    [within('vm', 'NAME="x"\nBACKUP_VMS="#"\nDATASTORE_ID="1"')],
    'CREATE BACKUPJOB',
    'OP backup of vm',
  ),
  row('one.backupjob.allocate', [within('backups', 'NAME="x"\nDATASTORE_ID="#"')], 'CREATE BACKUPJOB', 'USE backups'),
  row('one.backupjob.update', [job, within('vm', 'BACKUP_VMS="#"'), 1], 'MANAGE job', 'OP backup of vm'),
  row('one.backupjob.delete', [job], 'MANAGE job'),
  row('one.backupjob.priority', [job, -1], 'MANAGE job'),
  row('one.backupjob.priority', [job, 49], 'MANAGE job'),
  row('one.backupjob.priority', [job, 50], 'ADMIN job'),
  row('one.backupjob.backup', [job], 'MANAGE job'),
  reading('one.backupjob.runs', [job], 'USE job'),
  reading('one.backupjob.selection', ['', job], 'USE job'),
  row('one.backupjob.cancel', [job], 'MANAGE job'),
  row('one.backupjob.retry', [job], 'MANAGE job'),
  row('one.backupjob.schedadd', [job, 'A=b'], 'MANAGE job'),
  row('one.backupjob.schedupdate', [job, 0, 'A=b'], 'MANAGE job'),
  row('one.backupjob.scheddelete', [job, 0], 'MANAGE job'),
];

const user = of('user');
const group = of('group');
const people: readonly Row[] = [
  reading('one.user.info', [user], 'USE user'),
  row('one.user.allocate', ['', 'x', 'core', [0]], 'ADMINISTRATOR'),
  row('one.user.update', [user, 'A=b', NO_FLAG], 'MANAGE user'),
  // OpenNebula lets MANAGE change a password and make a login token; here it takes ADMIN to become somebody else
  row('one.user.passwd', [user, ''], 'ADMIN user'),
  row('one.user.login', ['subject', 'short', 60], 'ADMIN user'),
  row('one.user.chauth', [user, 'dance', 'x'], 'ADMIN user'),
  row('one.user.enable', [user, true], 'ADMIN user'),
  row('one.user.quota', [user, 'DANCE=[ A="b" ]'], 'ADMIN user'),
  row('one.user.delete', [user], 'ADMIN user'),
  row('one.user.chgrp', [user, group], 'MANAGE user', 'MANAGE group'),
  row('one.user.addgroup', [user, group], 'MANAGE user', 'MANAGE group'),
  row('one.user.delgroup', [user, group], 'MANAGE user', 'MANAGE group'),
  reading('one.group.info', [group], 'USE group'),
  row('one.group.allocate', [''], 'CREATE GROUP'),
  row('one.group.update', [group, 'A=b', NO_FLAG], 'MANAGE group'),
  row('one.group.quota', [group, 'DANCE=[ A="b" ]'], 'ADMIN group'),
  row('one.group.delete', [group], 'ADMIN group'),
  row('one.group.addadmin', [group, user], 'MANAGE group', 'MANAGE user'),
  row('one.group.deladmin', [group, user], 'MANAGE group', 'MANAGE user'),
  row('one.userquota.update', ['DANCE=[ A="b" ]'], 'ADMINISTRATOR'),
  row('one.groupquota.update', ['DANCE=[ A="b" ]'], 'ADMINISTRATOR'),
  row('one.acl.addrule', ['', '', ''], 'ADMINISTRATOR'),
  row('one.acl.delrule', [4711], 'ADMINISTRATOR'),
  row('one.acl.info', [], 'ADMINISTRATOR'),
  row('one.system.config', [], 'ADMINISTRATOR'),
  row('one.system.nodes', [], 'ADMINISTRATOR'),
  row('one.system.audit', [], 'ADMINISTRATOR'),
  row('one.system.auditverify', [], 'ADMINISTRATOR'),
  row('one.system.backupself', [datastore], 'ADMINISTRATOR'),
  reading('one.zone.info', [of('zone')], 'USE zone'),
  reading('one.secgroup.info', [of('secgroup')], 'USE secgroup'),
  reading('one.vdc.info', [of('vdc')], 'USE vdc'),
];

const ALL = [...vms, ...images, ...verifying, ...templates, ...places, ...jobs, ...people];

/** The rows of what is offered. */
export const ROWS: readonly Row[] = ALL.filter(({ method }) => Object.hasOwn(METHODS, method));
export const METHODS_IN_TABLE: ReadonlySet<string> = new Set(ALL.map(({ method }) => method));
/** Whoever calls these gets what she may see; and those that say nothing of anybody. */
export const FOR_ALL: ReadonlySet<string> = new Set([
  'one.system.version',
  'one.system.backupstatus',
  'one.system.summary',
  'one.system.runs',
  'one.system.runfigures',
  'one.system.calendar',
  'one.system.occurrences',
  'one.userquota.info',
  'one.groupquota.info',
  ...Object.keys(METHODS).filter((method) => /^one\.[a-z]+pool\./.test(method)),
]);
