// one.backupjob.* and one.backupjobpool.*: what jobs are, and their runs. Whoever puts a VM into a job must be allowed to back it up
// herself, and to use the datastore.
import { ownedBy } from '../../access/umask.ts';
import { dropVms, vmsOfRun } from '../../backup/job.ts';
import { endJobChains, joinJob, leaveJob } from '../../backup/job-members.ts';
import {
  changedJobTemplate,
  checkJobDatastore,
  checkPriority,
  configOf,
  datastoreOf,
  jobTemplate,
  newPriority,
  vmsOf,
} from '../../backup/job-template.ts';
import { jobSelection } from '../../backup/job-selection.ts';
import { vmsOfJob } from '../../backup/job-vms.ts';
import { merge, text, vectors, type Attributes } from '../../model/attributes.ts';
import { PRIORITY, type BackupJob } from '../../model/backup-job.ts';
import { CODE, OneError } from '../../model/errors.ts';
import { checkName } from '../../model/names.ts';
import type { SchedulerDoor } from '../../schedule/scheduler-door.ts';
import { NOUNS } from '../../store/nouns.ts';
import type { Store } from '../../store/store.ts';
import { nowSec } from '../../vm/parts.ts';
import { removeActions } from '../../vm/schedules.ts';
import { jobSelectionXml } from '../../wire/documents/job-selection.ts';
import { parseTemplate } from '../../wire/template-text.ts';
import { authorizeCopyTo } from '../copy-to.ts';
import { appendFlag } from '../flags.ts';
import { method, type Call, type Method, type MethodTable } from '../method.ts';
import { authorized, IGNORES_LOCK, mayUse, requireCreate } from '../noun.ts';
import { BACKUP_JOB, DATASTORE, VM } from '../nouns/stored.ts';
import { authorizedVm, backupRight } from '../nouns/vm-right.ts';
import { infoMethod, ownedMethods, renameMethod } from '../owned.ts';
import { poolDocument, poolFilter } from '../pool.ts';
import { forgetRules } from '../rules.ts';
import { checkLimit } from '../run-history.ts';
import { addAction } from './schedule.ts';

export const backupJobMethods: MethodTable = {
  ...infoMethod(BACKUP_JOB),
  ...renameMethod(BACKUP_JOB),
  ...ownedMethods(BACKUP_JOB, NOUNS.backupJobs, { lockable: true }),
  'one.backupjob.allocate': method(['string'], allocate),
  'one.backupjob.update': method(['int', 'string', ['int', 0]], update),
  'one.backupjob.selection': method(['string', ['int', -1], ['int', 1000]], selection),
  'one.backupjob.delete': method(['int'], async (call, id) => {
    const job = await authorized(call, BACKUP_JOB, id, 'MANAGE');
    await call.parts.store.transaction(async (tx) => {
      await leaveJob(tx, id, vmsOf(job.template));
      await removeActions(tx, 'action-job', id);
      await tx.backupJobs.remove(id);
      await forgetRules(tx, 'BACKUPJOB', id);
    });
    return id;
  }),
  'one.backupjob.priority': method(['int', 'int'], async (call, id, priority) => {
    await authorized(call, BACKUP_JOB, id, priority >= PRIORITY.DEFAULT ? 'ADMIN' : 'MANAGE');
    checkPriority(priority, String(priority), CODE.ACTION);
    await call.parts.store.backupJobs.update(id, (job) => void (job.priority = priority));
    return id;
  }),
  'one.backupjob.backup': run((scheduler, id) => scheduler.startJob(id)),
  'one.backupjob.cancel': run((scheduler, id) => scheduler.cancelJob(id)),
  'one.backupjob.retry': run((scheduler, id) => scheduler.retryJob(id)),
  'one.backupjobpool.info': method(['int', 'int', 'int'], (call, flag, start, end) =>
    poolDocument(call, BACKUP_JOB, 'BACKUPJOB_POOL', poolFilter(call.user, flag, start, end)),
  ),
};

function run(verb: (scheduler: SchedulerDoor, id: number) => Promise<void>): Method {
  return method(['int'], async (call, id) => {
    await authorized(call, BACKUP_JOB, id, 'MANAGE');
    await verb(call.scheduler, id);
    return id;
  });
}

async function allocate(call: Call, given: string): Promise<number> {
  requireCreate(call, 'BACKUPJOB');
  const { user, parts } = call;
  const asked = parseTemplate(given);
  const name = checkName(text(asked, 'NAME') ?? '');
  const priority = newPriority(asked);
  if (priority > PRIORITY.DEFAULT && !call.caller.admin) {
    throw new OneError(
      CODE.AUTHORIZATION,
      `User [${user.id}] : Not authorized to give a backup job PRIORITY="${priority}"; above ${PRIORITY.DEFAULT} administrators do.`,
    );
  }
  const template = jobTemplate(asked);
  await authorizeUse(call, template, []);
  const owner = ownedBy(user);
  const job = await parts.store.transaction(async (tx) => {
    const made = await tx.backupJobs.allocate((id): BackupJob => ({
      id,
      ...owner,
      name,
      priority,
      lastBackupTime: 0,
      lastBackupDurationSec: 0,
      updatedVms: [],
      outdatedVms: [],
      backingUpVms: [],
      errorVms: [],
      cancelledVms: [],
      template,
    }));
    await joinJob(tx, made.id, vmsOf(template));
    const place = { parent: { type: 'BACKUPJOB' as const, id: made.id }, startSec: nowSec(parts.clock) };
    for (const vector of vectors(asked, 'SCHED_ACTION')) await addAction(call, tx, place, vector);
    return made;
  });
  call.scheduler.stir();
  return job.id;
}

async function update(call: Call, id: number, given: string, append: number): Promise<number> {
  const seen = await authorized(call, BACKUP_JOB, id, 'MANAGE');
  const asked = parseTemplate(given);
  const merging = appendFlag(append);
  const changed = (before: Attributes): Attributes =>
    changedJobTemplate(before, merging ? merge(before, asked) : asked);
  await authorizeUse(call, changed(seen.template), seen.template);
  await call.parts.store.transaction(async (tx) => {
    const { template: earlier } = await tx.backupJobs.get(id);
    const before = vmsOf(earlier);
    const { template } = await tx.backupJobs.update(id, (job) => void (job.template = changed(job.template)));
    const after = vmsOf(template);
    const joining = after.filter((vm) => !before.includes(vm));
    if (joining.some((vm) => vmsOf(seen.template).includes(vm))) {
      throw new OneError(CODE.ACTION, `Backup job ${id} was changed by somebody else just now; try again.`, {
        retry: true,
      });
    }
    await leaveJob(
      tx,
      id,
      before.filter((vm) => !after.includes(vm)),
    );
    await joinJob(tx, id, joining);
    await endJobChains(tx, after, configOf(earlier), configOf(template));
    await dropLeft(tx, id);
  });
  return id;
}

/** What a template, laid over that of a job that is there, would have backed up: with the rights of the job's owner, as its runs are. */
async function selection(call: Call, given: string, id: number, limit: number): Promise<string> {
  const asked = given.trim() === '' ? [] : parseTemplate(given);
  const job = id < 0 ? undefined : await authorized(call, BACKUP_JOB, id, 'USE', IGNORES_LOCK);
  const template = jobTemplate(merge(job?.template ?? [], asked));
  const found = await jobSelection(
    call.parts.store,
    { id, template },
    {
      seen: (vm) => mayUse(call, VM, vm),
      allowed: await backupRight(call, job?.uid ?? call.user.id),
      limit: checkLimit(limit),
    },
  );
  return jobSelectionXml(found);
}

/** VMs that the job neither lists nor selects any more leave its run. */
async function dropLeft(tx: Store, id: number): Promise<void> {
  const job = await tx.backupJobs.get(id);
  const { listed, selected } = await vmsOfJob(tx, job);
  const stay = new Set([...listed, ...selected]);
  const left = vmsOfRun(job).filter((vm) => !stay.has(vm));
  if (left.length > 0) await tx.backupJobs.update(id, (record) => dropVms(record, left));
}

/** What is new in a template takes the rights that using it without a job would take. */
async function authorizeUse(call: Call, template: Attributes, before: Attributes): Promise<void> {
  const known = new Set(vmsOf(before));
  for (const vm of vmsOf(template)) if (!known.has(vm)) await authorizedVm(call, vm, 'backup');
  await authorizeCopyTo(call, template, before);
  const id = datastoreOf(template);
  if (id === undefined || id === datastoreOf(before)) return;
  checkJobDatastore(await authorized(call, DATASTORE, id, 'USE'));
}
