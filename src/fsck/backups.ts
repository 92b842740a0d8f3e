// Whether VMs and their backups know each other, and VMs and their backup jobs. Pure.
import { text } from '../model/attributes.ts';
import { IMAGE_TYPE } from '../model/image.ts';
import { VM_STATE, type Vm } from '../model/vm.ts';
import { finding, type Finding } from './finding.ts';
import type { Records } from './records.ts';

const say = finding('backup');

export function checkBackups(records: Records): Finding[] {
  return [
    ...[...records.vms.values()].flatMap((vm) => checkVm(records, vm)),
    ...checkImages(records),
    ...checkJobs(records),
  ];
}

function checkVm({ images }: Records, { id, backups }: Vm): Finding[] {
  const found: Finding[] = [];
  for (const backup of backups.ids) {
    const image = images.get(backup);
    if (!image) found.push(say(`VM [${id}] has backup ${backup}, which does not exist.`));
    else if (image.type !== IMAGE_TYPE.BACKUP) found.push(say(`VM [${id}] has backup ${backup}, which is no backup.`));
    else if (!image.vms.includes(id)) found.push(say(`VM [${id}] has backup ${backup}, which is not of it.`));
  }
  const { incrementalBackupId: chain } = backups.config;
  if (chain !== -1 && !backups.ids.includes(chain)) {
    found.push(say(`VM [${id}] goes on with the chain of backup ${chain}, which is not among its backups.`));
  }
  return found;
}

function checkImages({ images, vms }: Records): Finding[] {
  return [...images.values()].flatMap(({ id, type, vms: of }) => {
    if (type !== IMAGE_TYPE.BACKUP) return [];
    if (of.length === 0) return [say(`image [${id}] is a backup of no VM.`)];
    return of
      .filter((vm) => !vms.get(vm)?.backups.ids.includes(id))
      .map((vm) => say(`image [${id}] is a backup of VM ${vm}, which does not ${vms.has(vm) ? 'list it' : 'exist'}.`));
  });
}

function checkJobs({ backupJobs, vms }: Records): Finding[] {
  const listed = new Map([...backupJobs.values()].map(({ id, template }) => [id, idsIn(text(template, 'BACKUP_VMS'))]));
  const living = [...vms.values()].filter(({ state }) => state !== VM_STATE.DONE);
  const found: Finding[] = [];
  for (const { id, backups } of living) {
    const job = backups.config.backupJobId;
    if (job !== undefined && !listed.get(job)?.has(id)) {
      found.push(
        say(
          `VM [${id}] says that it is in backup job ${job}, which does not ${listed.has(job) ? 'list it' : 'exist'}.`,
        ),
      );
    }
    for (const [other, ids] of listed) {
      if (ids.has(id) && job !== other)
        found.push(say(`backup job [${other}] lists VM ${id}, which says that it is not in it.`));
    }
  }
  return found;
}

function idsIn(list = ''): Set<number> {
  return new Set(list.split(',').flatMap((id) => (id.trim() === '' ? [] : [Number(id)])));
}
