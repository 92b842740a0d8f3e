// one.vm.action, deploy, migrate and recover: what happens to a VM as a whole; and the figures of VMs and hosts over time.
import { CODE, OneError } from '../../model/errors.ts';
import type { Attributes } from '../../model/attributes.ts';
import { VM_STATE, type Vm } from '../../model/vm.ts';
import type { By } from '../../vm/history.ts';
import { MIGRATIONS } from '../../vm/migrate.ts';
import { nowSec } from '../../vm/parts.ts';
import { whyNotOn } from '../../vm/placement.ts';
import { RECOVERIES, type Recovery } from '../../vm/recover.ts';
import type { HostUse, Sample, Samples } from '../../vm/samples.ts';
import type { Action } from '../../vm/states.ts';
import { hostMonitoringXml, MONITORING_DATA, vmMonitoringXml } from '../../wire/documents/monitoring.ts';
import { branch } from '../../wire/xml-write.ts';
import { method, type Call, type MethodTable } from '../method.ts';
import { authorized, IGNORES_LOCK } from '../noun.ts';
import { DATASTORE, HOST, VM } from '../nouns/stored.ts';
import { authorizedVm } from '../nouns/vm-right.ts';
import { poolDocument, poolFilter } from '../pool.ts';

const ALL = -2;

/** What one.vm.action may ask for. */
const ACTIONS: readonly Action[] = [
  ...(['hold', 'release', 'resume', 'suspend', 'stop', 'poweroff', 'poweroff-hard', 'reboot', 'reboot-hard'] as const),
  ...(['undeploy', 'undeploy-hard', 'terminate', 'terminate-hard', 'resched', 'unresched'] as const),
];

/** The right that each way to recover takes. */
const RIGHTS: Record<Recovery, string> = {
  failure: 'recover',
  success: 'recover',
  retry: 'retry',
  delete: 'delete',
  recreate: 'delete',
  'delete-db': 'delete',
};

export const vmPowerMethods: MethodTable = {
  'one.vm.action': method(['string', 'int'], async (call, name, id) => {
    const action = ACTIONS.find((known) => known === name);
    if (action === undefined) {
      throw new OneError(CODE.ACTION, `Action "${name}" is not available; there are ${ACTIONS.join(', ')}.`);
    }
    await authorizedVm(call, id, action);
    await call.vms.act(action, id, byOf(call));
    call.tick.stir();
    return id;
  }),
  'one.vm.deploy': method(
    ['int', 'int', ['boolean', false], ['int', -1], ['string', '']],
    async (call, id, hostId, enforce, datastoreId, extra) => {
      const vm = await authorizedVm(call, id, 'deploy');
      const host = await authorized(call, HOST, hostId, 'MANAGE');
      if (datastoreId >= 0) await authorized(call, DATASTORE, datastoreId, 'USE');
      if (extra.trim() !== '') {
        throw new OneError(CODE.ACTION, 'A template cannot be given at deployment; change the VM first.', {
          objectId: id,
        });
      }
      const why = enforce ? whyNotOn(vm, host, await call.parts.store.links.hostShares()) : undefined;
      if (why !== undefined) throw new OneError(CODE.ACTION, why, { objectId: hostId, retry: true });
      await call.vms.deploy(id, host, datastoreId);
      call.tick.stir();
      return id;
    },
  ),
  'one.vm.migrate': method(
    ['int', 'int', ['boolean', false], ['boolean', false], ['int', -1], ['int', 0]],
    async (call, id, hostId, live, _enforce, datastoreId, type) => {
      await authorizedVm(call, id, 'migrate');
      const host = await authorized(call, HOST, hostId, 'MANAGE');
      if (datastoreId >= 0) await authorized(call, DATASTORE, datastoreId, 'USE');
      if (live) {
        throw new OneError(CODE.ACTION, `Virtual machine ${id} cannot be migrated live.`, {
          objectId: id,
          hint: 'Leave --live out: its memory is saved, and it goes on from there on the other host.',
        });
      }
      const kind = MIGRATIONS[type];
      if (kind === undefined) {
        throw new OneError(
          CODE.XML_RPC_API,
          `Migration type ${type} is not known; it must be 0 (save), 1 (poweroff) or 2 (poweroff hard).`,
        );
      }
      await call.vms.migrate(id, host, kind, datastoreId, byOf(call));
      call.tick.stir();
      return id;
    },
  ),
  'one.vm.recover': method(['int', 'int'], async (call, id, operation) => {
    const recovery = RECOVERIES[operation];
    if (recovery === undefined) {
      const known = RECOVERIES.map((name, number) => `${number} (${name})`).join(', ');
      throw new OneError(CODE.XML_RPC_API, `Recover operation ${operation} is not known; it must be one of ${known}.`);
    }
    await authorizedVm(call, id, RIGHTS[recovery]);
    await call.vms.recover(id, recovery, byOf(call), async () => {
      await call.backups.stop(id);
      await call.restores.inPlace.stop(id);
    });
    call.tick.stir();
    return id;
  }),
  'one.vm.monitoring': method(['int'], async (call, id) => {
    await authorized(call, VM, id, 'USE', IGNORES_LOCK);
    return branch(MONITORING_DATA, vmEntries(id, call.tick.figures.vms.of(id)));
  }),
  'one.vmpool.monitoring': method(['int', ['int', -1]], (call, flag, seconds) => {
    const entry = (vm: Vm): string => vmEntries(vm.id, within(call, call.tick.figures.vms, vm.id, seconds));
    const filter = { ...poolFilter(call.user, flag, -1, -1), notState: VM_STATE.DONE };
    return poolDocument(call, VM, MONITORING_DATA, filter, entry);
  }),
  'one.host.monitoring': method(['int'], async (call, id) => {
    await authorized(call, HOST, id, 'USE');
    return branch(MONITORING_DATA, hostEntries(id, call.tick.figures.hosts.of(id)));
  }),
  'one.hostpool.monitoring': method([['int', -1]], (call, seconds) =>
    poolDocument(call, HOST, MONITORING_DATA, poolFilter(call.user, ALL, -1, -1), ({ id }) =>
      hostEntries(id, within(call, call.tick.figures.hosts, id, seconds)),
    ),
  ),
};

function byOf({ user }: Call): By {
  return { uid: user.id, gid: user.gid };
}

/** The samples of the last so many seconds: -1 for all there are, 0 for the newest alone. */
function within<F>(call: Call, samples: Samples<F>, id: number, seconds: number): ReadonlyArray<Sample<F>> {
  const last = samples.last(id);
  if (seconds === 0) return last ? [last] : [];
  return samples.of(id, seconds < 0 ? 0 : nowSec(call.parts.clock) - seconds);
}

function vmEntries(vmId: number, samples: ReadonlyArray<Sample<Attributes>>): string {
  return samples.map(({ at, figures }) => vmMonitoringXml({ vmId, timestamp: at, figures })).join('');
}

function hostEntries(hostId: number, samples: ReadonlyArray<Sample<HostUse>>): string {
  return samples.map(({ at, figures }) => hostMonitoringXml({ hostId, timestamp: at, ...figures })).join('');
}
