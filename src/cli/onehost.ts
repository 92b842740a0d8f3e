// The onehost command.
import type { XmlElement } from '../wire/xml-read.ts';
import { Failure } from './failure.ts';
import { argument, Family, type Session } from './family.ts';
import { addSshKey, addSync, createOverSsh, type SshGiven } from './host-ssh.ts';
import { hostListing, wilds } from './host-list.ts';
import { hostText, importTemplate } from './host-show.ts';
import { processIo, type Io } from './io.ts';
import { addList, addShow, rowsText } from './list.ts';
import { idOf, NOUN } from './lookup.ts';
import { addCall, addDelete, addRename, addUpdate } from './object-commands.ts';
import { hasHost, lastHistory, vmListing } from './vm-list.ts';

export function onehost(io: Io): Family {
  const family = new Family('onehost', 'Hypervisor hosts', io);
  addCreate(family);
  addList(family, hostListing);
  addShow(
    family,
    'host',
    async ({ client }, given) => client.document('host.info', await idOf(client, NOUN.host, given), false),
    async (session, host) => hostText(host, await vmsOn(session, host.textOf('ID'))),
  );
  addDelete(family, NOUN.host);
  addStates(family);
  addUpdate(family, NOUN.host, { omitted: ['VM', 'WILDS'] });
  addRename(family, NOUN.host);
  addImport(family);
  addSync(family);
  addSshKey(family);
  return family;
}

/** The list of the VMs whose last host this is. */
async function vmsOn({ client, io }: Session, hostId: string): Promise<string> {
  const pool = await client.document(NOUN.vm.pool, ...NOUN.vm.poolParams);
  const isHere = (vm: XmlElement): boolean => hasHost(vm) && lastHistory(vm)?.textOf('HID') === hostId;
  return rowsText(
    pool.children('VM').filter(isHere),
    vmListing.columns(Math.trunc(io.now() / 1000)),
    vmListing.shown,
    {},
  );
}

function addCreate(family: Family): void {
  const options = [
    ['-i, --im <driver>', 'how the host is watched, kvm'],
    ['-v, --vm <driver>', 'its hypervisor, kvm'],
    ['-c, --cluster <cluster>', 'cluster it belongs to'],
    ['--ssh <address>', 'another machine, reached as user@host[:port]'],
    ['--host-key <key>', 'the key of its SSH server, or a file that has it'],
    ['-y, --yes', 'trust the key that it shows'],
  ] as const;
  family.add<{ im?: string; vm?: string; cluster?: string } & SshGiven>(
    { usage: 'create <name>', description: 'Add a host', options },
    async ({ client, io }, args, given) => {
      if (given.ssh !== undefined) return createOverSsh({ client, io }, argument(args, 0), given.ssh, given);
      if (given.im === undefined || given.vm === undefined) throw new Failure('Drivers are mandatory: -i and -v');
      const cluster = given.cluster === undefined ? -1 : await idOf(client, NOUN.cluster, given.cluster);
      io.write(`ID: ${await client.text('host.allocate', argument(args, 0), given.im, given.vm, cluster)}\n`);
    },
  );
}

/** Their numbers are those of one.host.status. */
function addStates(family: Family): void {
  addCall(family, NOUN.host, 'enable', 'Place VMs on it', 'enabled', { verb: 'status', params: [0] });
  addCall(family, NOUN.host, 'disable', 'Place no more VMs on it', 'disabled', { verb: 'status', params: [1] });
  addCall(family, NOUN.host, 'offline', 'Do not look at it any more', 'offline', { verb: 'status', params: [2] });
}

const NO_DATASTORE = -1;

function addImport(family: Family): void {
  family.add(
    { usage: 'importvm <host> <domain>', description: 'Manage a machine that runs on the host as a VM' },
    async ({ client, io }, args) => {
      const id = await idOf(client, NOUN.host, argument(args, 0));
      const domain = argument(args, 1);
      const host = await client.document('host.info', id, false);
      const template = importTemplate(wildNamed(host, domain));
      const vm = await client.text('vm.allocate', template, false);
      await client.call('vm.deploy', Number(vm), id, false, NO_DATASTORE, '');
      io.write(`ID: ${vm}\n`);
    },
  );
}

function wildNamed(host: XmlElement, domain: string): XmlElement {
  const [wild, other] = wilds(host).filter((machine) =>
    [machine.textOf('VM_NAME'), machine.textOf('DEPLOY_ID')].includes(domain),
  );
  if (!wild) throw new Failure(`Host ${host.textOf('NAME')} has no wild machine ${domain}; see onehost show.`);
  if (other) throw new Failure(`Host ${host.textOf('NAME')} has several machines ${domain}; use an IMPORT-ID.`);
  return wild;
}

if (import.meta.main) process.exitCode = await onehost(processIo()).main(process.argv.slice(2));
