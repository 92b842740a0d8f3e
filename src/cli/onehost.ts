// The onehost command.
import type { XmlElement } from '../wire/xml-read.ts';
import { Failure } from './failure.ts';
import { argument, Family, type Session } from './family.ts';
import { hostListing } from './host-list.ts';
import { hostText } from './host-show.ts';
import { processIo, type Io } from './io.ts';
import { addList, addShow, rowsText } from './list.ts';
import { idOf, NOUN } from './lookup.ts';
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
  ] as const;
  family.add<{ im?: string; vm?: string; cluster?: string }>(
    { usage: 'create <name>', description: 'Add a host', options },
    async ({ client, io }, args, given) => {
      if (given.im === undefined || given.vm === undefined) throw new Failure('Drivers are mandatory: -i and -v');
      const cluster = given.cluster === undefined ? -1 : await idOf(client, NOUN.cluster, given.cluster);
      io.write(`ID: ${await client.text('host.allocate', argument(args, 0), given.im, given.vm, cluster)}\n`);
    },
  );
}

if (import.meta.main) process.exitCode = await onehost(processIo()).main(process.argv.slice(2));
