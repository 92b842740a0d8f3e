// Carries out scheduled work with the rights of the user who scheduled it, through the same methods that she could call herself.
import { makeCaller, type Caller } from '../access/authorize.ts';
import { backupsOf } from '../backup/remove.ts';
import { newestPoint } from '../drill/record.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { ScheduledAction } from '../model/scheduled-action.ts';
import type { User } from '../model/user.ts';
import type { Acting } from '../schedule/acting.ts';
import { readDiskSnapshotArgs } from '../schedule/action-args.ts';
import type { Value } from '../wire/xmlrpc.ts';
import { audited, noteBegun, type Asked } from './audited.ts';
import type { Call, Services } from './method.ts';
import { METHODS } from './methods/all.ts';
import { authorized } from './noun.ts';
import { BACKUP_JOB, DATASTORE, IMAGE } from './nouns/stored.ts';
import { authorizedVm } from './nouns/vm-right.ts';

const ALL_GROUPS = -1;

/** `services` are those of the daemon, which are complete by the time that something is due. */
export function actingThrough(services: () => Services): Acting {
  const as = (uid: number): Promise<Call> => callOf(services(), uid);
  return {
    mayBackUp: async (uid, vmId, datastoreId, by) => {
      const call = await as(uid);
      await authorizedVm(call, vmId, by === 'job' ? 'backup' : 'sched-action');
      // that none was given is said where it is looked for
      if (datastoreId >= 0) await authorized(call, DATASTORE, datastoreId, 'USE');
    },
    mayRunJob: async (uid, jobId, actionId) => {
      const call = await as(uid);
      await audited(call, by(actionId, call, 'one.backupjob.backup', [jobId]), async (known) => {
        await authorized(call, BACKUP_JOB, jobId, 'MANAGE');
        await known(call.user);
      });
    },
    backupBegun: async (uid, { vmId, datastoreId, actionId }) => {
      try {
        const call = await as(uid);
        await noteBegun(call, by(actionId, call, 'one.vm.backup', [vmId, datastoreId]));
      } catch (err) {
        // the backup goes on, and its run says who asked for it
        services().parts.log.error({ err, vm: vmId, action: actionId }, 'the audit log lacks a backup of a schedule');
      }
    },
    drill: async ({ id, uid, parent }, alongside) => {
      const call = await as(uid);
      const vm = await authorizedVm(call, parent.id, 'sched-action');
      const newest = newestPoint(await backupsOf(call.parts.store, vm));
      if (!newest) throw noBackup(parent.id);
      const image = await authorized(call, IMAGE, newest.image.id, 'MANAGE');
      const asked = { by: 'schedule' as const, uid, actionId: id };
      await audited(call, by(id, call, 'one.image.drill', [image.id, newest.point.id]), async (known) => {
        await known(call.user);
        await call.drills.start(image, newest.point.id, { wish: {}, asked, alongside });
      });
    },
    perform: async (action) => {
      const { name, params } = methodFor(action);
      const call = await as(action.uid);
      await authorizedVm(call, action.parent.id, 'sched-action');
      const method = METHODS[name];
      if (!method) return;
      await audited(call, by(action.id, call, name, params), async (known) => {
        await known(call.user);
        await call.forwarding.carryOut(name, method, call, params);
      });
    },
  };
}

/** What the audit log is told: nobody asks from anywhere, but a schedule of hers. */
function by(actionId: number, { user }: Call, method: string, params: Value[]): Asked {
  return { method, params, from: '', session: { by: `schedule ${actionId}` }, user };
}

function noBackup(vmId: number): OneError {
  const message = `Virtual machine ${vmId} has no backup that could be drilled: none that is ready and not known to be damaged.`;
  return new OneError(CODE.ACTION, message, { objectId: vmId, hint: `onevm backup ${vmId} makes one.` });
}

/** A call as a user makes one. Throws when she is gone or disabled. */
async function callOf(services: Services, uid: number): Promise<Call> {
  const { store } = services.parts;
  const user: User | undefined = await store.users.find(uid);
  if (!user?.enabled) {
    const what = user ? `is disabled` : 'does not exist any more';
    throw new OneError(
      CODE.AUTHORIZATION,
      `User [${uid}], who scheduled it, ${what}; an administrator has to schedule it again.`,
    );
  }
  const caller: Caller = makeCaller(user, ALL_GROUPS, await store.rules.list());
  return { ...services, user, caller, forwarded: false };
}

/** The method that does what an action says, with its parameters. */
function methodFor({ action, args, parent: { id } }: ScheduledAction): { name: string; params: Value[] } {
  switch (action) {
    case 'snapshot-create':
      return { name: 'one.vm.snapshotcreate', params: [id, args] };
    case 'snapshot-revert':
    case 'snapshot-delete':
      return { name: `one.vm.${action.replace('-', '')}`, params: [id, Number(args)] };
    case 'disk-snapshot-create':
    case 'disk-snapshot-revert':
    case 'disk-snapshot-delete': {
      const { diskId, snapshot } = readDiskSnapshotArgs(action, args);
      const which = action === 'disk-snapshot-create' ? snapshot : Number(snapshot);
      return { name: `one.vm.${action.replaceAll('-', '')}`, params: [id, diskId, which] };
    }
    case 'backup':
    case 'drill':
      throw new OneError(CODE.INTERNAL, `A ${action} is begun by the scheduler itself.`);
    default:
      return { name: 'one.vm.action', params: [action, id] };
  }
}
