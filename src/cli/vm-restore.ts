// `onevm restore`: the disks of a VM put back, or a new VM that runs at once.
import type { Attributes } from '../model/attributes.ts';
import { formatTemplate } from '../wire/template-text.ts';
import { argument, done, type Family, type Session } from './family.ts';
import { Failure } from './failure.ts';
import { follow } from './follow.ts';
import { numberOption } from './ids.ts';
import { idOf, NOUN } from './lookup.ts';
import { restorePlanText } from './restore-plan.ts';

interface Options {
  increment?: string;
  diskId?: string;
  force?: boolean;
  instant?: boolean;
  resume?: boolean;
  datastore?: string;
  name?: string;
  no_ip?: boolean;
  no_nic?: boolean;
  detach?: boolean;
  dryRun?: boolean;
}

const OPTIONS = [
  ['--increment <id>', 'point to restore, the last one by default'],
  ['--disk-id <id>', 'this disk only'],
  ['--force', 'take a backup of another VM, or one whose disks have other sizes'],
  ['--instant', 'make a new VM of <image> that runs at once; its disks are copied while it does'],
  ['-d, --datastore <datastore>', 'with --instant: image datastore for the disks, the first one by default'],
  ['--name <name>', 'with --instant: name of the VM, its template and, with an ending, its images'],
  ['--no_ip', 'with --instant: without the addresses of the NICs'],
  ['--no_nic', 'with --instant: without NICs'],
  ['--resume', 'try the copy behind such a <vm> again'],
  ['--dry-run', 'show what would become of the disks, and do nothing; not with --instant'],
  ['--detach', 'return at once, do not follow the restore'],
] as const;

export function addRestore(family: Family): void {
  family.add<Options>(
    { usage: 'restore <vm|image> [image]', description: 'Put the disks of a VM back to a backup', options: OPTIONS },
    (session, args, given) => {
      if (given.instant) return instant(session, args, given);
      if (given.resume) return resume(session, args, given);
      return inPlace(session, args, given);
    },
  );
}

async function inPlace(session: Session, args: string[], given: Options): Promise<void> {
  const { client, io } = session;
  const increment = numberOption('--increment', given.increment, -1);
  const disk = numberOption('--disk-id', given.diskId, -1);
  const id = await idOf(client, NOUN.vm, argument(args, 0));
  const image = await idOf(client, NOUN.image, argument(args, 1));
  if (given.dryRun) {
    io.write(
      restorePlanText(await client.document('vm.restoreplan', id, image, increment, disk, given.force ?? false)),
    );
    return;
  }
  const force = given.force ? [true] : []; // OpenNebula's own method has no such parameter
  await client.call('vm.restore', id, image, increment, disk, ...force);
  if (given.detach) return done(session, NOUN.vm, id, `restoring from image ${image}`);
  await follow(session, `/api/progress/vm/${id}?kind=restore`, `VM ${id}: restore`, `onevm show ${id}`);
  done(session, NOUN.vm, id, `restored from image ${image}`);
}

const WRITTEN = { diskId: 'disk-id', force: 'force', resume: 'resume', dryRun: 'dry-run' } as const;

async function instant(session: Session, args: string[], given: Options): Promise<void> {
  const { client, io } = session;
  const [wrong] = (['diskId', 'force', 'resume', 'dryRun'] as const).filter((name) => given[name] !== undefined);
  if (wrong !== undefined) throw new Failure(`--${WRITTEN[wrong]} does not go with --instant.`);
  const image = await idOf(client, NOUN.image, argument(args, 0));
  const datastore = given.datastore === undefined ? -1 : await idOf(client, NOUN.datastore, given.datastore);
  const reply = await client.text('vm.restoreinstant', image, datastore, optionText(given));
  io.write(`VM ID: ${reply.trim()}\n`);
  if (!given.detach) await followCopy(session, Number(reply));
}

async function resume(session: Session, args: string[], given: Options): Promise<void> {
  const id = await idOf(session.client, NOUN.vm, argument(args, 0));
  await session.client.call('vm.restoreresume', id);
  if (!given.detach) await followCopy(session, id);
}

/** The VM may run long before this ends. */
async function followCopy(session: Session, id: number): Promise<void> {
  await follow(session, `/api/progress/vm/${id}?kind=restore`, `VM ${id}: its disks`, `onevm show ${id}`);
}

function optionText(given: Options): string {
  const attributes: Attributes = [];
  if (given.no_nic) attributes.push(['NO_NIC', 'YES']);
  if (given.no_ip) attributes.push(['NO_IP', 'YES']);
  if (given.name !== undefined) attributes.push(['NAME', given.name]);
  if (given.increment !== undefined)
    attributes.push(['INCREMENT_ID', String(numberOption('--increment', given.increment, -1))]);
  return formatTemplate(attributes);
}
