// one.vn.* and one.vnpool.*
import { randomBytes } from 'node:crypto';
import { ownedBy } from '../../access/umask.ts';
import { field, merge, text, vectors, type Attributes, type Vector } from '../../model/attributes.ts';
import { DEFAULT_CLUSTER } from '../../model/cluster.ts';
import { CODE, OneError } from '../../model/errors.ts';
import type { AddressRange, VirtualNetwork } from '../../model/vnet.ts';
import { NOUNS } from '../../store/nouns.ts';
import type { Store } from '../../store/store.ts';
import { askedAddress, changeRange, refuseOverlap } from '../../vm/address-range.ts';
import { placeOf } from '../../vm/leases.ts';
import { addRange, describeNetwork, newNetwork } from '../../vm/network.ts';
import { parseTemplate } from '../../wire/template-text.ts';
import { allocating } from '../allocating.ts';
import { appendFlag } from '../flags.ts';
import { method, type Call, type MethodTable } from '../method.ts';
import { authorized, requireCreate } from '../noun.ts';
import { CLUSTER, VNET } from '../nouns/stored.ts';
import { infoMethod, ownedMethods, renameMethod } from '../owned.ts';
import { poolDocument, poolFilter } from '../pool.ts';
import { forgetRules } from '../rules.ts';

export const vnetMethods: MethodTable = {
  ...infoMethod(VNET),
  ...renameMethod(VNET),
  ...ownedMethods(VNET, NOUNS.vnets, { lockable: true }),
  'one.vn.allocate': method(['string', ['int', -1]], async (call, given, clusterId) => {
    requireCreate(call, 'NET');
    const cluster = clusterId < 0 ? DEFAULT_CLUSTER : (await authorized(call, CLUSTER, clusterId, 'ADMIN')).id;
    return createNetwork(call, parseTemplate(given), cluster);
  }),
  'one.vn.update': method(['int', 'string', ['int', 0]], async (call, id, given, append) => {
    const before = await authorized(call, VNET, id, 'MANAGE');
    const template = parseTemplate(given);
    if (!call.caller.admin) refuseMove(before, template);
    const whole = appendFlag(append) ? merge(before.template, template) : template;
    await call.parts.store.vnets.update(id, (vnet) => describeNetwork(vnet, whole));
    return id;
  }),
  'one.vn.delete': method(['int'], async (call, id) => {
    const { name } = await authorized(call, VNET, id, 'MANAGE');
    await call.parts.store.transaction(async (tx) => {
      const leases = await tx.leases.ofVnet(id);
      if (leases.length > 0) refuseUsed(`Network ${id} (${name})`, id, leases);
      await tx.vnets.remove(id);
      await forgetRules(tx, 'NET', id);
    });
    return id;
  }),
  'one.vn.add_ar': method(['int', 'string'], async (call, id, given) => {
    await authorized(call, VNET, id, 'ADMIN');
    const ranges = vectorsIn(given, 'AR');
    await call.parts.store.vnets.update(id, (vnet) => ranges.forEach((range) => addRange(vnet, range, chance)));
    return id;
  }),
  'one.vn.update_ar': method(['int', 'string'], async (call, id, given) => {
    await authorized(call, VNET, id, 'MANAGE');
    const ranges = vectorsIn(given, 'AR');
    await call.parts.store.transaction(async (tx) => {
      for (const range of ranges) await updateRange(tx, id, range);
    });
    return id;
  }),
  'one.vn.rm_ar': method(['int', 'int', ['boolean', false]], async (call, id, arId) => {
    await authorized(call, VNET, id, 'ADMIN');
    await call.parts.store.transaction(async (tx) => {
      await rangeOf(tx, id, arId);
      const leases = (await tx.leases.ofVnet(id)).filter((lease) => lease.arId === arId);
      if (leases.length > 0) refuseUsed(`Range ${arId} of network ${id}`, id, leases);
      await tx.vnets.update(id, (vnet) => void (vnet.ranges = vnet.ranges.filter((range) => range.id !== arId)));
    });
    return id;
  }),
  'one.vn.hold': method(['int', 'string'], async (call, id, given) => {
    await authorized(call, VNET, id, 'MANAGE');
    await call.parts.store.transaction(async (tx) => {
      for (const { arId, index } of leasesIn(await tx.vnets.get(id), given)) {
        await tx.leases.take({ vnetId: id, arId, index, vm: -1, nicId: -1 });
      }
    });
    return id;
  }),
  'one.vn.release': method(['int', 'string'], async (call, id, given) => {
    await authorized(call, VNET, id, 'MANAGE');
    await call.parts.store.transaction(async (tx) => {
      for (const { arId, index, asked } of leasesIn(await tx.vnets.get(id), given)) {
        const lease = await tx.leases.find(id, arId, index);
        if (lease?.vm !== -1) {
          const why = lease ? `used by VM ${lease.vm}` : 'not in use';
          throw new OneError(CODE.ACTION, `${asked} is not held but ${why}; only what is held can be released.`);
        }
        await tx.leases.free(id, arId, index);
      }
    });
    return id;
  }),
  'one.vn.reserve': method(['int', 'string'], async (call, id) => {
    await authorized(call, VNET, id, 'USE');
    throw notOffered('Reservations are not available; hold addresses (onevnet hold), or make a network of its own.');
  }),
  'one.vn.free_ar': method(['int', 'int'], async (call, id) => {
    await authorized(call, VNET, id, 'MANAGE');
    throw notOffered('Reservations are not available, so there is none to free; onevnet rmar removes a range.');
  }),
  'one.vnpool.info': method(['int', 'int', 'int'], (call, flag, start, end) =>
    poolDocument(call, VNET, 'VNET_POOL', poolFilter(call.user, flag, start, end)),
  ),
};

const chance = (): number => randomBytes(4).readUInt32BE();
const notOffered = (why: string): OneError => new OneError(CODE.ACTION, why);

async function createNetwork(call: Call, template: Attributes, cluster: number): Promise<number> {
  const { parts, user } = call;
  const created = await parts.store.vnets.allocate((id) => {
    const place = {
      id,
      ...ownedBy(user),
      clusters: [cluster],
    };
    return allocating(() => newNetwork(place, template, chance));
  });
  return created.id;
}

/** Which bridge a network joins reaches into the hosts: that is for administrators. */
function refuseMove(before: VirtualNetwork, given: Attributes): void {
  for (const [name, has] of [
    ['BRIDGE', before.bridge],
    ['VN_MAD', before.vnMad],
  ] as const) {
    if ((text(given, name) ?? has) === has) continue;
    throw new OneError(CODE.AUTHORIZATION, `${name} of a network can be changed by administrators only.`);
  }
}

async function rangeOf(tx: Store, vnetId: number, arId: number): Promise<AddressRange> {
  const { name, ranges } = await tx.vnets.get(vnetId);
  const range = ranges.find((one) => one.id === arId);
  if (range) return range;
  const known = ranges.map(({ id }) => id).join(', ');
  throw new OneError(
    CODE.ACTION,
    `Network ${vnetId} (${name}) has no address range ${arId}; it has ${known || 'none'}.`,
  );
}

async function updateRange(tx: Store, vnetId: number, given: Vector): Promise<void> {
  const asked = field(given, 'AR_ID') ?? '';
  if (!/^\d{1,9}$/.test(asked)) {
    throw new OneError(CODE.ACTION, `AR_ID="${asked}" is not right: it must be the number of the range to change.`);
  }
  const range = await rangeOf(tx, vnetId, Number(asked));
  const used = (await tx.leases.ofVnet(vnetId)).filter((lease) => lease.arId === range.id);
  const after = changeRange(range, given, Math.max(-1, ...used.map(({ index }) => index)));
  await tx.vnets.update(vnetId, (vnet) => {
    refuseOverlap(vnet.ranges, after);
    vnet.ranges = vnet.ranges.map((one) => (one.id === after.id ? after : one));
  });
}

interface Asked {
  arId: number;
  index: number;
  /** In messages. */
  asked: string;
}

/** The addresses that LEASES=[ IP or MAC, AR_ID ] name; AR_ID may be left out. */
function leasesIn(vnet: VirtualNetwork, given: string): Asked[] {
  return vectorsIn(given, 'LEASES').map((lease) => {
    const address = askedAddress(lease);
    const asked = address.ip === undefined ? `MAC="${address.mac ?? ''}"` : `IP="${address.ip}"`;
    const arId = field(lease, 'AR_ID') ?? '';
    const ranges = vnet.ranges.filter(({ id }) => arId === '' || String(id) === arId);
    const place = placeOf({ ...vnet, ranges }, address);
    if (place) return { arId: place.range.id, index: place.index, asked };
    const where = arId === '' ? `network ${vnet.id} (${vnet.name})` : `range ${arId} of network ${vnet.id}`;
    throw new OneError(CODE.ACTION, `${asked} is no address of ${where}.`, { objectId: vnet.id });
  });
}

function vectorsIn(given: string, name: string): Vector[] {
  const found = vectors(parseTemplate(given), name);
  if (found.length > 0) return found;
  throw new OneError(CODE.ACTION, `The template has no ${name}=[ ... ], which says what is meant.`);
}

function refuseUsed(what: string, objectId: number, leases: ReadonlyArray<{ vm: number }>): never {
  const vms = [...new Set(leases.map(({ vm }) => vm))].filter((vm) => vm >= 0);
  const held = leases.some(({ vm }) => vm === -1) ? ['addresses that are held'] : [];
  const by = [...(vms.length > 0 ? [`VM ${vms.join(', ')}`] : []), ...held].join(' and ');
  throw new OneError(CODE.ACTION, `${what} has ${leases.length} addresses in use: ${by}.`, { objectId });
}
