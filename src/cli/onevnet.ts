// The onevnet command.
import type { Attributes, Vector } from '../model/attributes.ts';
import { formatTemplate } from '../wire/template-text.ts';
import { argument, done, Family } from './family.ts';
import { Failure } from './failure.ts';
import { createTemplate, requiredTemplate } from './input.ts';
import { processIo, type Io } from './io.ts';
import { addList, addShow } from './list.ts';
import { idOf, NOUN } from './lookup.ts';
import { addChmod, addDelete, addLocks, addOwnership, addRename, addUpdate } from './object-commands.ts';
import { addUpdateRange, rangeId } from './vnet-range.ts';
import { vnetListing } from './vnet-list.ts';
import { vnetText } from './vnet-show.ts';

export function onevnet(io: Io): Family {
  const family = new Family('onevnet', 'Virtual networks and their addresses', io);
  addCreate(family);
  addList(family, vnetListing);
  addShow(
    family,
    'vnet',
    async ({ client }, given) => client.document('vn.info', await idOf(client, NOUN.vnet, given), false),
    (_session, vnet) => vnetText(vnet),
  );
  addDelete(family, NOUN.vnet);
  addUpdate(family, NOUN.vnet);
  addRename(family, NOUN.vnet);
  addOwnership(family, NOUN.vnet);
  addChmod(family, NOUN.vnet);
  addLocks(family, NOUN.vnet);
  addAddRange(family);
  addUpdateRange(family);
  addRemoveRange(family);
  addLeaseCommand(family, 'hold', 'Keep an address, so that no VM gets it', 'on hold');
  addLeaseCommand(family, 'release', 'Give back an address that was kept', 'lease released');
  return family;
}

function addCreate(family: Family): void {
  family.add<{ cluster?: string }>(
    {
      usage: 'create [file]',
      description: 'Create a network from a template',
      options: [['-c, --cluster <cluster>', 'cluster it belongs to']],
    },
    async ({ client, io }, [file], given) => {
      const template = await requiredTemplate(io, file, 1);
      const cluster = given.cluster === undefined ? -1 : await idOf(client, NOUN.cluster, given.cluster);
      io.write(`ID: ${await client.text('vn.allocate', template, cluster)}\n`);
    },
  );
}

interface RangeOptions {
  type?: string;
  size?: string;
  ip?: string;
  mac?: string;
  ip6?: string;
  ip6_global?: string;
  ip6_ula?: string;
  gateway?: string;
  netmask?: string;
  vn_mad?: string;
  vlanid?: string;
}

const RANGE_OPTIONS = [
  ['-s, --size <count>', 'how many addresses'],
  ['-i, --ip <address>', 'the first IPv4 address'],
  ['-m, --mac <address>', 'the first MAC address; chosen by the server when missing'],
  ['-6, --ip6 <address>', 'the first IPv6 address, 2001:db8::1/64'],
  ['-g, --ip6_global <prefix>', 'global IPv6 prefix'],
  ['-u, --ip6_ula <prefix>', 'local IPv6 prefix'],
  ['-t, --type <type>', 'IP4, IP6, IP4_6 or ETHER; by default what the addresses given are'],
  ['--gateway <address>', 'its gateway'],
  ['--netmask <mask>', 'its netmask'],
  ['--vn_mad <driver>', 'its driver'],
  ['--vlanid <id>', 'its VLAN'],
] as const;

function addAddRange(family: Family): void {
  family.add<RangeOptions>(
    {
      usage: 'addar <vnet> [file]',
      description: 'Add a range of addresses, from options or from a template with AR = [ ... ]',
      options: RANGE_OPTIONS,
    },
    async (session, args, given) => {
      const { client, io } = session;
      const id = await idOf(client, NOUN.vnet, argument(args, 0));
      const template = await createTemplate(io, args[1], rangeAttributes(given));
      await client.call('vn.add_ar', id, template);
      done(session, NOUN.vnet, id, 'address range added');
    },
  );
}

/** AR = [ ... ] of the options; nothing when none of them was given. */
function rangeAttributes(given: RangeOptions): Attributes {
  const fields: Array<[string, string | undefined]> = [
    ['SIZE', given.size],
    ['IP', given.ip],
    ['MAC', given.mac],
    ['IP6', given.ip6],
    ['GLOBAL_PREFIX', given.ip6_global],
    ['ULA_PREFIX', given.ip6_ula],
    ['GATEWAY', given.gateway],
    ['NETWORK_MASK', given.netmask],
    ['VN_MAD', given.vn_mad],
    ['VLAN_ID', given.vlanid],
  ];
  const vector: Vector = fields.filter((field): field is [string, string] => field[1] !== undefined);
  if (vector.length === 0 && given.type === undefined) return [];
  if (given.size === undefined) throw new Failure('The number of addresses is mandatory: --size');
  return [['AR', [['TYPE', given.type?.toUpperCase() ?? rangeType(given)], ...vector]]];
}

function rangeType(given: RangeOptions): string {
  const four = given.ip === undefined ? '' : 'IP4';
  const six = given.ip6_global !== undefined || given.ip6_ula !== undefined;
  if (given.ip6 !== undefined) return four === '' ? 'IP6_STATIC' : 'IP4_6_STATIC';
  if (six) return four === '' ? 'IP6' : 'IP4_6';
  return four || 'ETHER';
}

function addRemoveRange(family: Family): void {
  family.add({ usage: 'rmar <vnet> <range>', description: 'Remove a range of addresses' }, async (session, args) => {
    const id = await idOf(session.client, NOUN.vnet, argument(args, 0));
    await session.client.call('vn.rm_ar', id, rangeId(argument(args, 1)));
    done(session, NOUN.vnet, id, 'address range removed');
  });
}

function addLeaseCommand(family: Family, name: 'hold' | 'release', description: string, doneText: string): void {
  const options = [['-a, --address_range <range>', 'the range that the address is in']] as const;
  family.add<{ address_range?: string }>(
    { usage: `${name} <vnet> <address>`, description: `${description}: an IP or a MAC address`, options },
    async (session, args, given) => {
      const id = await idOf(session.client, NOUN.vnet, argument(args, 0));
      const address = argument(args, 1);
      const lease: Vector = [[addressKind(address), address]];
      if (given.address_range !== undefined) lease.push(['AR_ID', String(rangeId(given.address_range))]);
      await session.client.call(`vn.${name}`, id, formatTemplate([['LEASES', lease]]));
      done(session, NOUN.vnet, id, doneText);
    },
  );
}

function addressKind(address: string): string {
  if (/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(address)) return 'MAC';
  return address.includes(':') ? 'IP6' : 'IP';
}

if (import.meta.main) process.exitCode = await onevnet(processIo()).main(process.argv.slice(2));
