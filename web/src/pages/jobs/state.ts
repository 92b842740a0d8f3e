// How a backup job stands, from the VMs that are still to come, under way or failed. Pure.
import type { BackupJobEntry } from '../../api/documents.ts';
import type { Tone } from '../../parts/state-badge.tsx';

interface JobState {
  state: 'running' | 'failed' | 'waiting' | 'idle';
  tone: Tone;
}

export function jobState(job: Pick<BackupJobEntry, 'BACKING_UP_VMS' | 'ERROR_VMS' | 'OUTDATED_VMS'>): JobState {
  if (job.BACKING_UP_VMS.ID.length > 0) return { state: 'running', tone: 'busy' };
  if (job.OUTDATED_VMS.ID.length > 0) return { state: 'waiting', tone: 'calm' };
  if (job.ERROR_VMS.ID.length > 0) return { state: 'failed', tone: 'bad' };
  return { state: 'idle', tone: 'good' };
}
