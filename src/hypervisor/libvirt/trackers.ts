// The trackers of a machine under CBT, running or off: what can be gone on from, and what goes when a backup is recorded or has failed.
import type { SettleTask } from '../../model/tasks/settle.ts';
import type { BackupBegin, TrackerQuestion, TrackerState } from '../hypervisor.ts';
import { readDomain } from './live-xml.ts';
import { dropLive, forgetCheckpoints, readLive, type Chosen } from './live-trackers.ts';
import { dropOff, readOff } from './off-trackers.ts';
import { bitmapTracking } from './tracking.ts';
import type { Virsh } from './virsh.ts';

export async function trackers(virsh: Virsh, question: TrackerQuestion): Promise<TrackerState[]> {
  if (!(await virsh.isActive(question.domain))) return readOff(question.disks, question.name);
  const states = await readLive(virsh, question, readDomain(await virsh.xml(question.domain)));
  return states.map(({ disk, trouble, dirtyBytes }) => ({ diskId: disk.diskId, trouble, dirtyBytes }));
}

/** Drops every bitmap and checkpoint of the VM but those named; those of other names are somebody else's. */
export async function settle(
  virsh: Virsh,
  { keep, ...machine }: Pick<SettleTask, 'vmId' | 'domain' | 'disks' | 'keep'>,
): Promise<string[]> {
  return drop(virsh, machine, (name) => !keep.includes(name));
}

/** Drops the tracker that a dead run began. */
export async function dropBegun(virsh: Virsh, begin: BackupBegin): Promise<string[]> {
  const tracking = bitmapTracking(begin);
  return tracking === null ? [] : drop(virsh, begin, (name) => name === tracking.next);
}

async function drop(
  virsh: Virsh,
  machine: Pick<SettleTask, 'vmId' | 'domain' | 'disks'>,
  chosen: Chosen,
): Promise<string[]> {
  const state = await virsh.state(machine.domain);
  if (state === 'running' || state === 'paused') return dropLive(virsh, machine, chosen);
  const forgotten = state === null ? [] : await forgetCheckpoints(virsh, machine, chosen);
  return [...forgotten, ...(await dropOff(machine.disks, machine.vmId, chosen))];
}
