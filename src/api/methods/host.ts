// one.host.* and one.hostpool.*
import { DEFAULT_CLUSTER } from '../../model/cluster.ts';
import { CODE, OneError } from '../../model/errors.ts';
import { text, type Attributes } from '../../model/attributes.ts';
import { HOST_STATE, type Host, type HostState } from '../../model/host.ts';
import { BACKUP_NETWORK, hostLimits } from '../../model/load-limits.ts';
import { checkName } from '../../model/names.ts';
import { isOverSsh, readSshAddress, sshHostOf } from '../../model/ssh-host.ts';
import { parseTemplate } from '../../wire/template-text.ts';
import { NODE } from '../../nodes/duty.ts';
import { method, type Call, type MethodTable } from '../method.ts';
import { authorized, requireCreate } from '../noun.ts';
import { CLUSTER, HOST } from '../nouns/stored.ts';
import { infoMethod, renameMethod, updateMethod } from '../owned.ts';
import { poolDocument } from '../pool.ts';
import { forgetRules } from '../rules.ts';

/** VM drivers with the hypervisor driver that carries each out. */
export const VM_MADS = ['kvm', 'qemu', 'fake'] as const;

/** Throws a OneError that names the attribute that is not right. */
function check(call: Call, host: Pick<Host, 'id' | 'template'>): void {
  if (isOverSsh(host)) sshHostOf(host, '');
  checkLoad(call, host.template);
}

/** What one.host.status is given, and the state a host is in until it is next looked at. */
const STATUS: readonly HostState[] = [HOST_STATE.INIT, HOST_STATE.DISABLED, HOST_STATE.OFFLINE];

export const hostMethods: MethodTable = {
  ...infoMethod(HOST),
  ...renameMethod(HOST, 'ADMIN'),
  ...updateMethod(HOST, (call, host, template) => check(call, { ...host, template }), 'ADMIN'),
  'one.host.allocate': method(
    ['string', 'string', 'string', ['int', -1], ['string', '']],
    async (call, name, imMad, vmMad, clusterId, given) => {
      requireCreate(call, 'HOST');
      const { store } = call.parts;
      if (!VM_MADS.some((known) => known === vmMad)) {
        throw new OneError(CODE.ALLOCATE, `VM_MAD "${vmMad}" is not known; it must be one of ${VM_MADS.join(', ')}.`);
      }
      const cluster =
        clusterId < 0 ? await store.clusters.get(DEFAULT_CLUSTER) : await authorized(call, CLUSTER, clusterId, 'ADMIN');
      const template = parseTemplate(given);
      check(call, { id: -1, template });
      const host = await store.hosts.allocate((id) => ({
        id,
        name: checkName(name),
        state: HOST_STATE.INIT,
        prevState: HOST_STATE.INIT,
        imMad,
        vmMad,
        clusterId: cluster.id,
        cluster: cluster.name,
        totalCpu: 0,
        totalMemKb: 0,
        usedCpu: 0,
        usedMemKb: 0,
        lastMonitored: 0,
        kvm: null,
        template: vmMad === 'fake' ? template : withNode(call, template),
      }));
      call.tick.stir();
      return host.id;
    },
  ),
  'one.host.status': method(['int', 'int'], async (call, id, status) => {
    await authorized(call, HOST, id, 'ADMIN');
    const state = STATUS[status];
    if (state === undefined) {
      throw new OneError(CODE.XML_RPC_API, `Host status ${status} is not known; 0 enables, 1 disables, 2 is offline.`);
    }
    await call.parts.store.hosts.update(id, (host) => {
      host.prevState = host.state;
      host.state = state;
      host.lastMonitored = state === HOST_STATE.INIT ? 0 : host.lastMonitored;
    });
    call.tick.stir();
    return id;
  }),
  'one.host.delete': method(['int'], async (call, id) => {
    await authorized(call, HOST, id, 'ADMIN');
    await call.parts.store.transaction(async (tx) => {
      const vms = await tx.links.of('vm-host', id);
      if (vms.length > 0) {
        throw new OneError(CODE.ACTION, `Host ${id} cannot be deleted: VM ${vms.join(', ')} is on it.`, {
          objectId: id,
        });
      }
      await tx.hosts.remove(id);
      await forgetRules(tx, 'HOST', id);
    });
    return id;
  }),
  'one.host.sync': method(['int'], async (call, id) => {
    const host = await authorized(call, HOST, id, 'ADMIN');
    return (await call.parts.links.sync(host)).join(' ');
  }),
  /** The first line is what hosts have to let in; the others are the keys that the server shows. */
  'one.host.sshkeys': method(['string'], async (call, address) => {
    requireCreate(call, 'HOST');
    const { links } = call.parts;
    const shown = address === '' ? [] : await links.scan(readSshAddress(address));
    return [await links.publicKey(), ...shown].join('\n');
  }),
  'one.hostpool.info': method([], (call) => poolDocument(call, HOST, 'HOST_POOL', {})),
};

/** A host that is not reached over SSH is the machine of this node, among several. */
function withNode({ parts: { duties } }: Call, template: Attributes): Attributes {
  const { localName } = duties;
  const isSaid = isOverSsh({ template }) || text(template, NODE) !== undefined;
  return isSaid || localName === undefined ? template : [...template, [NODE, localName]];
}

/** Refuses limits of backups that are none, and a network that the configuration does not have. */
function checkLoad({ limits: { networks } }: Call, template: Attributes): void {
  const { network } = hostLimits({ template });
  if (network === undefined || networks.some(({ name }) => name === network)) return;
  const known = networks.length === 0 ? 'it has none' : `it has ${networks.map(({ name }) => name).join(', ')}`;
  throw new OneError(CODE.ACTION, `${BACKUP_NETWORK}="${network}" is no network of the configuration: ${known}.`, {
    hint: `Add BACKUP_NETWORK=[ NAME="${network}" ] to it, or name another.`,
  });
}
