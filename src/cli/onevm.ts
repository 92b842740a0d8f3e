// The onevm command.
import { vectors } from '../model/attributes.ts';
import { formatTemplate } from '../wire/template-text.ts';
import { attributesOf } from '../wire/template-xml.ts';
import { Family, type Session } from './family.ts';
import { processIo, type Io } from './io.ts';
import { addList, addShow, addTop } from './list.ts';
import { idOf, NOUN } from './lookup.ts';
import { addChmod, addLocks, addOwnership, addRename, addUpdate } from './object-commands.ts';
import { addScheduleCommands } from './schedule.ts';
import { addActions } from './vm-actions.ts';
import { addBackups } from './vm-backup.ts';
import { addCreate } from './vm-create.ts';
import { addDisks } from './vm-disks.ts';
import { lastHistory, vmListing } from './vm-list.ts';
import { addNics } from './vm-nics.ts';
import { addPlaces } from './vm-place.ts';
import { vmText } from './vm-show.ts';
import { addSnapshots } from './vm-snapshots.ts';

export function onevm(io: Io): Family {
  const family = new Family('onevm', 'Virtual machines and their backups', io);
  addCreate(family);
  addList(family, vmListing);
  addTop(family, vmListing);
  addShowVm(family);
  addBackups(family);
  addActions(family);
  addPlaces(family);
  addDisks(family);
  addSnapshots(family);
  addNics(family);
  addUpdate(family, NOUN.vm, { description: 'Change the user template', element: 'USER_TEMPLATE' });
  addUpdate(family, NOUN.vm, {
    name: 'updateconf',
    description: 'Change the configuration, BACKUP_CONFIG among it',
    present: presentConfiguration,
  });
  addRename(family, NOUN.vm);
  addOwnership(family, NOUN.vm);
  addChmod(family, NOUN.vm);
  addLocks(family, NOUN.vm);
  addScheduleCommands(family, NOUN.vm, [false]);
  return family;
}

interface ShowOptions {
  decrypt?: boolean;
  all?: boolean;
}

function addShowVm(family: Family): void {
  addShow<ShowOptions>(
    family,
    'vm',
    async ({ client }, given, { decrypt = false }) =>
      client.document('vm.info', await idOf(client, NOUN.vm, given), decrypt),
    async (session, vm, { all = false }) =>
      vmText(vm, await clusterName(session, lastHistory(vm)?.textOf('CID')), nowSec(session), all),
    [
      ['--decrypt', 'show secrets in the clear, to administrators'],
      ['--all', 'disks, NICs and snapshots in the template part as well'],
    ],
  );
}

function nowSec({ io }: Session): number {
  return Math.trunc(io.now() / 1000);
}

/** The name of a cluster. The one with id 0 exists everywhere and need not be asked for when the server knows no clusters. */
async function clusterName({ client }: Session, id: string | undefined): Promise<string> {
  if (id === undefined || id === '-1') return 'default';
  try {
    return (await client.document('cluster.info', Number(id), false)).textOf('NAME');
  } catch {
    // A VM is worth showing without the name of its cluster, as the original does.
    return id === '0' ? 'default' : 'ERROR';
  }
}

const CONFIGURATION = ['OS', 'FEATURES', 'INPUT', 'GRAPHICS', 'VIDEO', 'RAW', 'CONTEXT', 'CPU_MODEL'];
const BACKUP_SETTINGS = [
  'BACKUP_VOLATILE',
  'FREEZE_FAILURE',
  'FREEZE_LIMIT',
  'FS_FREEZE',
  'INCREMENT_MODE',
  'KEEP_DAILY',
  'KEEP_LAST',
  'KEEP_MONTHLY',
  'KEEP_WEEKLY',
  'KEEP_YEARLY',
  'MODE',
];

/** What updateconf may change, as it is now. What the server itself keeps in BACKUP_CONFIG is left out. */
async function presentConfiguration({ client }: Session, id: number): Promise<string> {
  const vm = await client.document('vm.info', id, false);
  const [template, backups] = [vm.child('TEMPLATE'), vm.child('BACKUPS')];
  const configuration = template ? attributesOf(template).filter(([name]) => CONFIGURATION.includes(name)) : [];
  const [config = []] = backups ? vectors(attributesOf(backups), 'BACKUP_CONFIG') : [];
  const settings = config.filter(([name]) => BACKUP_SETTINGS.includes(name));
  if (settings.length > 0) configuration.push(['BACKUP_CONFIG', settings]);
  return formatTemplate(configuration);
}

if (import.meta.main) process.exitCode = await onevm(processIo()).main(process.argv.slice(2));
