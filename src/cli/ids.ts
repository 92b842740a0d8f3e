// Numbers inside an object, as users type them: disks, NICs, snapshots. A snapshot may be called by its name, which costs one call.
import { Failure } from './failure.ts';
import type { Session } from './family.ts';

/** The number of a disk, NIC, ... Throws Failure, naming `what`, when it is none. */
export function partId(what: string, given: string): number {
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw new Failure(`"${given}" is not a valid ID of a ${what}.`);
}

/** An option's number; `none` without the option. */
export function numberOption(option: string, given: string | undefined, none: number): number {
  if (given === undefined) return none;
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw new Failure(`${option} ${given} is no number.`);
}

/** A snapshot of a whole VM by number or name. */
export async function vmSnapshotId({ client }: Session, vm: number, given: string): Promise<number> {
  if (/^\d{1,9}$/.test(given)) return Number(given);
  const document = await client.document('vm.info', vm, false);
  const snapshot = document.children('TEMPLATE/SNAPSHOT').find((candidate) => candidate.textOf('NAME') === given);
  if (snapshot) return Number(snapshot.textOf('SNAPSHOT_ID'));
  throw new Failure(`VM ${vm} has no snapshot named ${given}.`);
}

/** A snapshot of one disk by number or name. */
export async function diskSnapshotId({ client }: Session, vm: number, disk: number, given: string): Promise<number> {
  if (/^\d{1,9}$/.test(given)) return Number(given);
  const document = await client.document('vm.info', vm, false);
  const snapshot = document
    .children('SNAPSHOTS')
    .filter((snapshots) => snapshots.textOf('DISK_ID') === String(disk))
    .flatMap((snapshots) => snapshots.children('SNAPSHOT'))
    .find((candidate) => candidate.textOf('NAME') === given);
  if (snapshot) return Number(snapshot.textOf('ID'));
  throw new Failure(`Disk ${disk} of VM ${vm} has no snapshot named ${given}.`);
}
