// Which of what is to begin is this node's: what begins a job is done on `main`, what is done to a VM on the node of its host. Backups that
// wait for a VM which has gone to another node's host are passed on.
import type { ScheduledAction } from '../model/scheduled-action.ts';
import { LOOK } from '../nodes/duties.ts';
import { hostDuty, MAIN, type Duty } from '../nodes/duty.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import type { Parts } from '../vm/parts.ts';
import type { Waited, WaitedBackup } from './waited.ts';

/** The host of each VM that is on one. */
type Hosts = ReadonlyMap<number, number>;

export function dutyOfAction({ parent }: Pick<ScheduledAction, 'parent'>, hosts: Hosts): Duty {
  return parent.type === 'VM' ? hostDuty(hosts.get(parent.id) ?? -1) : MAIN;
}

/** `keeps` is true of those that begin just now. */
export async function passOn(
  { duties }: Pick<Parts, 'duties'>,
  { waited, log, hosts, keeps }: { waited: Waited; log: OperationLog; hosts: Hosts; keeps: (vmId: number) => boolean },
): Promise<void> {
  const gone = ({ operation: { vmId } }: WaitedBackup): boolean =>
    !duties.owns(hostDuty(hosts.get(vmId) ?? -1)) && !keeps(vmId);
  for (const { operation } of waited.all().filter(gone)) {
    operation.hostId = hosts.get(operation.vmId) ?? -1;
    waited.begun(operation);
    await log.handOver(operation);
    duties.tell(LOOK);
  }
}
