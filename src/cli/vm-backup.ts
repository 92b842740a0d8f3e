// onevm subcommands around backups.
import { argument, done, type Family, type Session } from './family.ts';
import { Failure } from './failure.ts';
import { follow } from './follow.ts';
import { addVmDrill } from './image-drill.ts';
import { idOf, NOUN } from './lookup.ts';
import { addRuns } from './run-list.ts';
import { backupPlanText } from './vm-backup-plan.ts';
import { addEligibility, addProtection } from './vm-protection.ts';
import { addRestore } from './vm-restore.ts';
import { nowOrScheduled, SCHEDULE_OPTIONS, type ScheduleOptions } from './schedule.ts';

export function addBackups(family: Family): void {
  addBackup(family);
  addCancel(family);
  addRuns(family, NOUN.vm, 'backups', 'vm.backupruns', 50);
  addProtection(family);
  addEligibility(family);
  addMode(family);
  addRestore(family);
  addVmDrill(family);
}

interface BackupOptions extends ScheduleOptions {
  datastore?: string;
  reset?: boolean;
  dryRun?: boolean;
  detach?: boolean;
}

function addBackup(family: Family): void {
  const options = [
    ['-d, --datastore <datastore>', 'backup datastore, by id or name; where the chain is by default'],
    ['--reset', 'close the chain and begin a new one'],
    ['--dry-run', 'show what would be done now, and do nothing'],
    ['--detach', 'return at once, do not follow the backup'],
    ...SCHEDULE_OPTIONS,
  ] as const;
  family.add<BackupOptions>(
    { usage: 'backup <vm>', description: 'Back up a VM', options },
    async (session, args, given) => {
      const { client } = session;
      const id = await idOf(client, NOUN.vm, argument(args, 0));
      const datastore = given.datastore === undefined ? -1 : await idOf(client, NOUN.datastore, given.datastore);
      const reset = given.reset ?? false;
      if (given.dryRun) return showPlan(session, id, datastore, reset, given);
      const what = { action: 'backup', args: `${datastore},${reset ? 1 : 0}` };
      await nowOrScheduled(session, NOUN.vm, String(id), given, what, () =>
        backUp(session, id, datastore, reset, given.detach ?? false),
      );
    },
  );
}

async function backUp(session: Session, id: number, datastore: number, reset: boolean, detach: boolean): Promise<void> {
  await session.client.call('vm.backup', id, datastore, reset);
  if (!detach) await follow(session, `/api/progress/vm/${id}`, `VM ${id}: backup`, `onevm show ${id}`);
}

async function showPlan(
  { client, io }: Session,
  id: number,
  datastore: number,
  reset: boolean,
  given: BackupOptions,
): Promise<void> {
  if (given.schedule !== undefined) throw new Failure('--dry-run shows what would be done now; leave --schedule out.');
  io.write(backupPlanText(id, await client.document('vm.backupplan', id, datastore, reset)));
}

function addCancel(family: Family): void {
  family.add({ usage: 'backup-cancel <vm>', description: 'Cancel a running backup' }, async (session, args) => {
    const id = await idOf(session.client, NOUN.vm, argument(args, 0));
    await session.client.call('vm.backupcancel', id);
    done(session, NOUN.vm, id, 'backup cancelled');
  });
}

const APPEND = 1;

/** Only the mode is changed; OpenNebula's first client with this command replaced the rest of the configuration. */
function addMode(family: Family): void {
  family.add(
    { usage: 'backupmode <vm> <FULL|INCREMENT>', description: 'Choose between full and incremental backups' },
    async (session, args) => {
      const mode = argument(args, 1).toUpperCase();
      if (mode !== 'FULL' && mode !== 'INCREMENT') {
        throw new Failure(`The backup mode ${argument(args, 1)} is neither FULL nor INCREMENT.`);
      }
      const id = await idOf(session.client, NOUN.vm, argument(args, 0));
      await session.client.call('vm.updateconf', id, `BACKUP_CONFIG = ["MODE"="${mode}"]`, APPEND);
      done(session, NOUN.vm, id, `backup mode ${mode}`);
    },
  );
}
