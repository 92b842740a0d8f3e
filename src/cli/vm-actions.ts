// onevm subcommands that are an action of the server's and nothing more, most of them now or by schedule.
import { argument, forEachId, type Family } from './family.ts';
import { NOUN } from './lookup.ts';
import { nowOrScheduled, SCHEDULE_OPTIONS, type ScheduleOptions } from './schedule.ts';

interface Action {
  name: string;
  description: string;
  /** Whether there is a form that asks nobody. */
  hard?: true;
  /** Whether it may be put off. */
  scheduled: boolean;
}

const ACTIONS: readonly Action[] = [
  { name: 'hold', description: 'Keep pending VMs from being placed', scheduled: true },
  { name: 'release', description: 'Let VMs on hold be placed', scheduled: true },
  { name: 'stop', description: 'Save the memory of VMs and take them off their host', scheduled: true },
  { name: 'suspend', description: 'Save the memory of VMs on their host', scheduled: true },
  { name: 'resume', description: 'Start VMs again', scheduled: true },
  { name: 'poweroff', description: 'Power VMs off', hard: true, scheduled: true },
  { name: 'reboot', description: 'Reboot VMs', hard: true, scheduled: true },
  { name: 'terminate', description: 'End VMs for good', hard: true, scheduled: true },
  { name: 'undeploy', description: 'Shut VMs down and take them off their host', hard: true, scheduled: true },
  { name: 'resched', description: 'Mark VMs to be placed anew', scheduled: false },
  { name: 'unresched', description: 'Undo resched', scheduled: false },
];

export function addActions(family: Family): void {
  for (const action of ACTIONS) addAction(family, action);
}

const HARD = [['--hard', 'without waiting for the guest']] as const;

function addAction(family: Family, { name, description, hard, scheduled }: Action): void {
  const options = [...(hard ? HARD : []), ...(scheduled ? SCHEDULE_OPTIONS : [])];
  family.add<ScheduleOptions & { hard?: boolean }>(
    { usage: `${name} <vms>`, description, options },
    async (session, args, given) => {
      const action = given.hard ? `${name}-hard` : name;
      const list = argument(args, 0);
      const act = (id: number): Promise<unknown> => session.client.call('vm.action', action, id);
      if (scheduled) await nowOrScheduled(session, NOUN.vm, list, given, { action }, act);
      else await forEachId(session, NOUN.vm, list, action, act);
    },
  );
}
