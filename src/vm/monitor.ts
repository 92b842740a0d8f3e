// Looks at hosts and datastores and writes down what they have; a host that cannot be reached is shown in ERROR.
import { withText } from '../model/attributes.ts';
import { DATASTORE_TYPE, type Datastore } from '../model/datastore.ts';
import { reasonOf } from '../model/errors.ts';
import { HOST_STATE, type Host } from '../model/host.ts';
import type { WildDomain } from '../hypervisor/hypervisor.ts';
import { withLink } from './host-link.ts';
import { nowSec, type Parts } from './parts.ts';
import { withWilds } from './wild.ts';

/**
 * Reads capacity and versions of a host and the domains of others on it; the first time it also tests whether KVM guests really run
 * there. `usedCpu` is what our guests take, in hundredths of a core.
 */
export async function monitorHost(parts: Parts, host: Host, usedCpu = 0): Promise<Host> {
  if (host.state === HOST_STATE.DISABLED || host.state === HOST_STATE.OFFLINE) return host;
  try {
    const hypervisor = parts.hypervisorOf(host);
    const seen = await hypervisor.describe();
    const kvm = host.kvm ?? (await hypervisor.probeKvm());
    const wilds = await wildsOf(parts, host);
    const rates = await parts.links.ratesOf(host);
    return await parts.store.hosts.update(host.id, (record) => {
      record.state = HOST_STATE.MONITORED;
      record.kvm = kvm;
      record.foreignVmIds = seen.foreignVmIds;
      record.lastMonitored = nowSec(parts.clock);
      Object.assign(record, {
        totalCpu: seen.totalCpu,
        totalMemKb: seen.totalMemKb,
        usedMemKb: seen.usedMemKb,
        usedCpu,
      });
      record.template = withText(record.template, 'ERROR');
      record.template = withText(record.template, 'ARCH', seen.arch);
      record.template = withText(record.template, 'HYPERVISOR_VERSION', seen.hypervisorVersion);
      record.template = withText(record.template, 'LIBVIRT_VERSION', seen.libvirtVersion);
      record.template = withText(record.template, 'WARNING', kvm ? undefined : NO_KVM);
      record.template = withLink(record.template, parts.links.factsOf(host), rates);
      if (wilds) record.template = withWilds(record.template, wilds);
    });
  } catch (error) {
    parts.log.warn({ host: host.id, err: error }, 'a host could not be monitored');
    return parts.store.hosts.update(host.id, (record) => {
      record.state = HOST_STATE.ERROR;
      record.template = withText(record.template, 'ERROR', reasonOf(error));
      record.template = withLink(record.template, factsIfAny(parts, host), undefined);
    });
  }
}

/** Attributes that are wrong are told of as the host's error. */
function factsIfAny(parts: Parts, host: Host): ReturnType<Parts['links']['factsOf']> {
  try {
    return parts.links.factsOf(host);
  } catch {
    return undefined;
  }
}

/** Undefined when they cannot be listed: what the host shows of them stays then. */
async function wildsOf(parts: Parts, host: Host): Promise<WildDomain[] | undefined> {
  try {
    return await parts.hypervisorOf(host).wilds();
  } catch (error) {
    parts.log.warn({ host: host.id, err: error }, 'the domains of others on a host could not be listed');
    return undefined;
  }
}

const NO_KVM = "KVM does not run guests here (tested by booting one); VMs get type='qemu', which is much slower";

async function noteFailure(parts: Parts, id: number, reason: string): Promise<void> {
  if (!(await parts.store.datastores.find(id))) return; // deleted meanwhile
  await parts.store.datastores.update(id, (record) => void (record.monitorError = reason));
}

/** Reads the capacity of a datastore; one that cannot be read keeps its last figures and shows why. */
export async function monitorDatastore(parts: Parts, datastore: Datastore): Promise<void> {
  try {
    const backup = datastore.type === DATASTORE_TYPE.BACKUP_DS;
    const capacity = backup
      ? await (await parts.backupStoreOf(datastore)).capacity(() => recordedMb(parts, datastore.id))
      : await parts.imageStoreOf(datastore).capacity();
    await parts.store.datastores.update(datastore.id, (record) => {
      Object.assign(record, capacity);
      record.lastMonitored = nowSec(parts.clock);
      delete record.monitorError;
    });
    await parts.store.fills.note(datastore.id, { ...capacity, atSec: nowSec(parts.clock) });
  } catch (error) {
    parts.log.warn({ datastore: datastore.id, err: error }, 'a datastore could not be monitored');
    await noteFailure(parts, datastore.id, reasonOf(error));
  }
}

/** What the images of a datastore take, as they are recorded. */
async function recordedMb({ store }: Parts, datastoreId: number): Promise<number> {
  let sum = 0;
  for (const id of await store.links.of('image-datastore', datastoreId))
    sum += (await store.images.find(id))?.sizeMb ?? 0;
  return sum;
}
