// The other nouns as the API sees them: where they are kept, whose they are, and how they are shown.
import { clusterTarget, hostTarget, ownedTarget } from '../../access/targets.ts';
import { maskAttributes } from '../../access/sealed-attributes.ts';
import type { BackupJob } from '../../model/backup-job.ts';
import type { Cluster } from '../../model/cluster.ts';
import type { Datastore } from '../../model/datastore.ts';
import type { Host } from '../../model/host.ts';
import { IMAGE_TYPE, type Image } from '../../model/image.ts';
import type { ScheduledAction } from '../../model/scheduled-action.ts';
import type { VirtualNetwork } from '../../model/vnet.ts';
import type { VmTemplate } from '../../model/vm-template.ts';
import type { Vm } from '../../model/vm.ts';
import { backupJobEntryXml, backupJobXml } from '../../wire/documents/backup-job.ts';
import { clusterXml } from '../../wire/documents/cluster.ts';
import { datastoreXml } from '../../wire/documents/datastore.ts';
import { hostXml } from '../../wire/documents/host.ts';
import { imageXml } from '../../wire/documents/image.ts';
import { vmPoolEntryXml, vmXml } from '../../wire/documents/vm.ts';
import { vmTemplateXml } from '../../wire/documents/vm-template.ts';
import { vnetEntryXml, vnetXml } from '../../wire/documents/vnet.ts';
import type { Store } from '../../store/store.ts';
import type { ApiNoun } from '../noun.ts';

export const VM: ApiNoun<Vm> = {
  word: 'vm',
  resource: 'VM',
  label: 'virtual machine',
  pool: (store) => store.vms,
  target: (vm) => ownedTarget('VM', vm),
  entries: () => Promise.resolve((vm) => vmPoolEntryXml(vm, false)),
  document: async ({ parts }, vm) => vmXml(vm, await actionsOf(parts.store, 'action-vm', vm.id)),
};

export const IMAGE: ApiNoun<Image> = {
  word: 'image',
  resource: 'IMAGE',
  label: 'image',
  pool: (store) => store.images,
  target: (image) => ownedTarget('IMAGE', image),
  entries: async ({ parts }) => {
    const users = await parts.store.links.all('vm-image');
    return (image) => imageXml(image, image.type === IMAGE_TYPE.BACKUP ? image.vms : (users.get(image.id) ?? []));
  },
  document: async ({ parts }, image) =>
    imageXml(image, image.type === IMAGE_TYPE.BACKUP ? image.vms : await parts.store.links.of('vm-image', image.id)),
};

export const TEMPLATE: ApiNoun<VmTemplate> = {
  word: 'template',
  resource: 'TEMPLATE',
  label: 'virtual machine template',
  pool: (store) => store.templates,
  target: (template) => ownedTarget('TEMPLATE', template),
  entries: () => Promise.resolve(vmTemplateXml),
};

export const DATASTORE: ApiNoun<Datastore> = {
  word: 'datastore',
  resource: 'DATASTORE',
  label: 'datastore',
  pool: (store) => store.datastores,
  target: (datastore) => ownedTarget('DATASTORE', datastore, datastore.clusters),
  clusterLink: 'datastore-cluster',
  entries: async ({ parts }) => {
    const images = await parts.store.links.all('image-datastore');
    return (datastore) => datastoreXml(masked(datastore), images.get(datastore.id) ?? []);
  },
  document: async ({ parts, caller }, datastore, decrypt) => {
    const images = await parts.store.links.of('image-datastore', datastore.id);
    const seen = decrypt && caller.admin && !caller.scopes ? parts.unsealed(datastore) : masked(datastore);
    return datastoreXml(seen, images);
  },
};

function masked(datastore: Datastore): Datastore {
  return { ...datastore, template: maskAttributes(datastore.template) };
}

const NO_SHARE = { cpu: 0, memoryMb: 0, vms: 0 };

export const HOST: ApiNoun<Host> = {
  word: 'host',
  resource: 'HOST',
  label: 'host',
  pool: (store) => store.hosts,
  target: hostTarget,
  clusterLink: 'host-cluster',
  entries: async ({ parts }) => {
    const shares = await parts.store.links.hostShares();
    const vms = await parts.store.links.all('vm-host');
    return (host) => {
      const { cpu, memoryMb } = shares.get(host.id) ?? NO_SHARE;
      return hostXml(host, { vms: vms.get(host.id) ?? [], cpu, memKb: memoryMb * 1024 });
    };
  },
};

export const CLUSTER: ApiNoun<Cluster> = {
  word: 'cluster',
  resource: 'CLUSTER',
  label: 'cluster',
  pool: (store) => store.clusters,
  target: clusterTarget,
  entries: async ({ parts }) => {
    const { links } = parts.store;
    const [hosts, datastores, vnets] = await Promise.all([
      links.all('host-cluster'),
      links.all('datastore-cluster'),
      links.all('vnet-cluster'),
    ]);
    return (cluster) =>
      clusterXml(cluster, {
        hosts: hosts.get(cluster.id) ?? [],
        datastores: datastores.get(cluster.id) ?? [],
        vnets: vnets.get(cluster.id) ?? [],
      });
  },
};

export const VNET: ApiNoun<VirtualNetwork> = {
  word: 'vn',
  resource: 'NET',
  label: 'virtual network',
  pool: (store) => store.vnets,
  target: (vnet) => ownedTarget('NET', vnet, vnet.clusters),
  clusterLink: 'vnet-cluster',
  entries: async ({ parts }) => {
    const used = await parts.store.leases.counts();
    return (vnet) => vnetEntryXml(vnet, used.get(vnet.id) ?? 0);
  },
  document: async ({ parts }, vnet) => vnetXml(vnet, await parts.store.leases.ofVnet(vnet.id)),
};

export const BACKUP_JOB: ApiNoun<BackupJob> = {
  word: 'backupjob',
  resource: 'BACKUPJOB',
  label: 'backup job',
  pool: (store) => store.backupJobs,
  target: (job) => ownedTarget('BACKUPJOB', job),
  entries: async ({ parts }) => {
    const actions = await parts.store.links.all('action-job');
    return (job) => backupJobEntryXml(job, actions.get(job.id) ?? []);
  },
  document: async ({ parts }, job) => backupJobXml(job, await actionsOf(parts.store, 'action-job', job.id)),
};

/** The scheduled actions of a VM or a job, by id. */
function actionsOf(store: Store, kind: 'action-vm' | 'action-job', target: number): Promise<ScheduledAction[]> {
  return store.actions.list({ link: { kind, target }, ascending: true });
}
