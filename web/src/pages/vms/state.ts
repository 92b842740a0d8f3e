// How a VM stands, in one word, from OpenNebula's two numbers. Pure.
import type { Tone } from '../../parts/state-badge.tsx';
import type { texts } from '../../texts/index.ts';

type Word = keyof typeof texts.vms.states;

interface VmState {
  word: Word;
  tone: Tone;
}

const STATES: Readonly<Record<number, VmState>> = {
  0: { word: 'pending', tone: 'calm' },
  1: { word: 'pending', tone: 'calm' },
  2: { word: 'hold', tone: 'calm' },
  4: { word: 'stopped', tone: 'calm' },
  5: { word: 'suspended', tone: 'calm' },
  6: { word: 'done', tone: 'calm' },
  8: { word: 'poweroff', tone: 'calm' },
  9: { word: 'undeployed', tone: 'calm' },
};
const ACTIVE = 3;
const FAILURES = [36, 37, 38, 39, 40, 41, 42, 44, 46, 47, 48, 49, 50];
const BOOTS = [1, 2, 9, 20, 21, 22, 31, 32];
const SHUTDOWNS = [5, 6, 10, 11, 12, 18, 29, 30];
const MIGRATIONS = [4, 7, 8, 35, 43, 45];
const [RUNNING, UNKNOWN, BACKUP, BACKUP_POWEROFF, RESTORE] = [3, 16, 69, 70, 71];

export interface States {
  STATE: number;
  LCM_STATE: number;
}

export function vmState({ STATE, LCM_STATE: lcm }: States): VmState {
  if (STATE !== ACTIVE) return STATES[STATE] ?? { word: 'unknown', tone: 'care' };
  if (lcm === RUNNING) return { word: 'running', tone: 'good' };
  if (lcm === UNKNOWN) return { word: 'unknown', tone: 'care' };
  if (lcm === BACKUP || lcm === BACKUP_POWEROFF) return { word: 'backup', tone: 'busy' };
  if (lcm === RESTORE) return { word: 'restore', tone: 'busy' };
  if (FAILURES.includes(lcm)) return { word: 'failure', tone: 'bad' };
  if (BOOTS.includes(lcm)) return { word: 'boot', tone: 'busy' };
  if (SHUTDOWNS.includes(lcm)) return { word: 'shutdown', tone: 'busy' };
  return MIGRATIONS.includes(lcm) ? { word: 'migrate', tone: 'busy' } : { word: 'busy', tone: 'busy' };
}

/** Whether the guest runs, whatever else is done with it. */
export function isUp({ STATE, LCM_STATE }: States): boolean {
  return STATE === ACTIVE && [RUNNING, UNKNOWN, BACKUP].includes(LCM_STATE);
}

export function isOff({ STATE }: States): boolean {
  return STATE === 8;
}

export function isBackingUp({ STATE, LCM_STATE }: States): boolean {
  return STATE === ACTIVE && (LCM_STATE === BACKUP || LCM_STATE === BACKUP_POWEROFF);
}

/** Whether disks and NICs can come and go now. */
export function canHotplug({ STATE, LCM_STATE }: States): boolean {
  return (STATE === ACTIVE && LCM_STATE === RUNNING) || isOff({ STATE, LCM_STATE });
}
