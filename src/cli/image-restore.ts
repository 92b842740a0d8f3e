// `oneimage restore`.
import type { Attributes } from '../model/attributes.ts';
import { formatTemplate } from '../wire/template-text.ts';
import { argument, type Family } from './family.ts';
import { Failure } from './failure.ts';
import { follow } from './follow.ts';
import { idOf, NOUN } from './lookup.ts';
import { restorePlanText } from './restore-plan.ts';

interface RestoreOptions {
  datastore?: string;
  no_ip?: boolean;
  no_nic?: boolean;
  no_backup_config?: boolean;
  name?: string;
  increment?: string;
  diskId?: string;
  detach?: boolean;
  dryRun?: boolean;
}

const RESTORE_OPTIONS = [
  ['-d, --datastore <datastore>', 'image datastore for the disks, by id or name'],
  ['--no_ip', 'without the addresses of the NICs'],
  ['--no_nic', 'without NICs'],
  ['--no_backup_config', 'without BACKUP_CONFIG: backups of the restored VM are not set up'],
  ['--name <name>', 'base name of the template and the images'],
  ['--increment <id>', 'point to restore, the last one by default'],
  ['--disk-id <id>', 'this disk only, without a template'],
  ['--dry-run', 'show what would be made and left out, and do nothing'],
  ['--detach', 'return at once, do not follow the restore'],
] as const;

export function addRestore(family: Family): void {
  family.add<RestoreOptions>(
    { usage: 'restore <image>', description: 'Restore a backup as images and a VM template', options: RESTORE_OPTIONS },
    async (session, args, given) => {
      const { client, io } = session;
      if (given.datastore === undefined) throw new Failure('Datastore to restore the backup is mandatory: -d');
      const image = await idOf(client, NOUN.image, argument(args, 0));
      const datastore = await idOf(client, NOUN.datastore, given.datastore);
      if (given.dryRun) {
        const plan = await client.document('image.restoreplan', image, datastore, restoreText(given));
        io.write(restorePlanText(plan));
        return;
      }
      const reply = await client.text('image.restore', image, datastore, restoreText(given));
      const [template = '', ...images] = reply.trim().split(/\s+/);
      io.write(`VM Template: ${template}\nImages: ${images.join(' ')}\n`);
      const [first] = images;
      if (given.detach || first === undefined) return;
      await follow(session, `/api/progress/image/${first}`, `IMAGE ${image}: restore`, `oneimage show ${first}`);
    },
  );
}

/** The options that one.image.restore takes as template text, in the original's order. */
function restoreText(given: RestoreOptions): string {
  const attributes: Attributes = [];
  if (given.no_nic) attributes.push(['NO_NIC', 'YES']);
  if (given.no_ip) attributes.push(['NO_IP', 'YES']);
  if (given.no_backup_config) attributes.push(['NO_BACKUP_CONFIG', 'YES']);
  if (given.name !== undefined) attributes.push(['NAME', given.name]);
  if (given.increment !== undefined) attributes.push(['INCREMENT_ID', digits('--increment', given.increment)]);
  if (given.diskId !== undefined) attributes.push(['DISK_ID', digits('--disk-id', given.diskId)]);
  return formatTemplate(attributes);
}

function digits(option: string, given: string): string {
  if (/^\d+$/.test(given)) return given;
  throw new Failure(`${option} ${given} is no number.`);
}
