// one.vm.sched* and one.backupjob.sched*: what is done at a time. Whoever may schedule on an object may change what others scheduled on
// it; the action is then done with the rights of the one who changed it.
import { vectors, type Vector } from '../../model/attributes.ts';
import { CODE, OneError } from '../../model/errors.ts';
import type { ScheduledAction } from '../../model/scheduled-action.ts';
import { requireBackupDatastore } from '../../backup/plan.ts';
import { readBackupArgs } from '../../schedule/action-args.ts';
import { become } from '../../schedule/become.ts';
import { changeScheduledAction, readScheduledAction } from '../../schedule/action-template.ts';
import type { Store } from '../../store/store.ts';
import { nowSec } from '../../vm/parts.ts';
import { parseTemplate } from '../../wire/template-text.ts';
import { VM_STATE } from '../../model/vm.ts';
import { method, type Call, type MethodTable } from '../method.ts';
import { authorized } from '../noun.ts';
import { BACKUP_JOB, DATASTORE } from '../nouns/stored.ts';
import { authorizedVm } from '../nouns/vm-right.ts';

type Parent = ScheduledAction['parent'];

export const scheduleMethods: MethodTable = {
  'one.vm.schedadd': method(['int', 'string'], async (call, id, text) => add(call, await ofVm(call, id), text)),
  'one.vm.schedupdate': method(['int', 'int', 'string'], async (call, id, actionId, text) =>
    update(call, await ofVm(call, id), actionId, text),
  ),
  'one.vm.scheddelete': method(['int', 'int'], async (call, id, actionId) =>
    remove(call, await ofVm(call, id), actionId),
  ),
  'one.backupjob.schedadd': method(['int', 'string'], async (call, id, text) => add(call, await ofJob(call, id), text)),
  'one.backupjob.schedupdate': method(['int', 'int', 'string'], async (call, id, actionId, text) =>
    update(call, await ofJob(call, id), actionId, text),
  ),
  'one.backupjob.scheddelete': method(['int', 'int'], async (call, id, actionId) =>
    remove(call, await ofJob(call, id), actionId),
  ),
};

interface Place {
  parent: Parent;
  /** Epoch seconds that `+N` counts from. */
  startSec: number;
}

async function ofVm(call: Call, id: number): Promise<Place> {
  const vm = await authorizedVm(call, id, 'sched-action');
  if (vm.state === VM_STATE.DONE) {
    throw new OneError(CODE.ACTION, `Virtual machine ${id} has ended; nothing can be scheduled on it.`, {
      objectId: id,
    });
  }
  return { parent: { type: 'VM', id }, startSec: vm.stime };
}

async function ofJob(call: Call, id: number): Promise<Place> {
  await authorized(call, BACKUP_JOB, id, 'MANAGE');
  return { parent: { type: 'BACKUPJOB', id }, startSec: nowSec(call.parts.clock) };
}

async function add(call: Call, place: Place, text: string): Promise<number> {
  const vector = onlyOne(text);
  const read = readAction(call, place, vector);
  await requireTarget(call, read);
  const { id } = await keepAction(call, call.parts.store, read);
  call.scheduler.stir();
  return id;
}

/** Adds a scheduled action of the caller's, which becomes due once it is committed. */
export function addAction(call: Call, tx: Store, place: Place, vector: Vector): Promise<ScheduledAction> {
  return keepAction(call, tx, readAction(call, place, vector));
}

type ReadAction = ReturnType<typeof readScheduledAction>;

function readAction({ parts, schedulePolicy }: Call, { parent, startSec }: Place, vector: Vector): ReadAction {
  return readScheduledAction(vector, {
    ...{ parent, startSec, nowSec: nowSec(parts.clock), zone: schedulePolicy.timeZone },
  });
}

function keepAction({ user }: Call, tx: Store, read: ReadAction): Promise<ScheduledAction> {
  return tx.actions.allocate((id) => ({ ...read, id, uid: user.id }));
}

/** Where a backup is to go must be there and be its author's to use: that is said now, not when it is due. It is asked again then. */
async function requireTarget(call: Call, { action, args }: Pick<ScheduledAction, 'action' | 'args'>): Promise<void> {
  if (action !== 'backup') return;
  const { datastoreId } = readBackupArgs(args);
  if (datastoreId >= 0) requireBackupDatastore(await authorized(call, DATASTORE, datastoreId, 'USE'));
}

async function update(call: Call, { parent, startSec }: Place, actionId: number, text: string): Promise<number> {
  const vector = onlyOne(text);
  const present = await find(call, parent, actionId);
  const now = nowSec(call.parts.clock);
  const zone = call.schedulePolicy.timeZone;
  await requireTarget(call, changeScheduledAction(present, vector, { parent, startSec, nowSec: now, zone }));
  await call.parts.store.actions.update(actionId, (record) => {
    const next = changeScheduledAction(record, vector, { parent, startSec, nowSec: now, zone });
    become(record, { ...next, uid: call.user.id });
  });
  call.scheduler.changed(actionId);
  return actionId;
}

async function remove(call: Call, { parent }: Place, actionId: number): Promise<number> {
  await find(call, parent, actionId);
  await call.parts.store.actions.remove(actionId);
  call.scheduler.changed(actionId);
  return actionId;
}

async function find(call: Call, parent: Parent, actionId: number): Promise<ScheduledAction> {
  const action = await call.parts.store.actions.find(actionId);
  if (action?.parent.type === parent.type && action.parent.id === parent.id) return action;
  const of = parent.type === 'VM' ? `virtual machine ${parent.id}` : `backup job ${parent.id}`;
  throw new OneError(CODE.NO_EXISTS, `Error getting scheduled action [${actionId}]. It does not exist for ${of}.`, {
    objectId: actionId,
  });
}

/** The one SCHED_ACTION that a text holds. */
function onlyOne(text: string): Vector {
  const given = parseTemplate(text);
  if (typeof given.find(([name]) => name === 'SCHED_ACTION')?.[1] === 'string')
    throw new OneError(CODE.INTERNAL, 'SCHED_ACTION is not right; it must be a vector: SCHED_ACTION=[ ... ].');
  const found = vectors(given, 'SCHED_ACTION');
  const other = given.find(([name]) => name !== 'SCHED_ACTION')?.[0];
  const [vector] = found;
  if (vector && found.length === 1 && other === undefined) return vector;
  const what = other === undefined ? `there are ${found.length}` : `there is ${other}`;
  throw new OneError(CODE.INTERNAL, `The template must hold one SCHED_ACTION=[ ... ] and nothing else; ${what}.`);
}
