// How a host stands, from OpenNebula's numbers of states. Pure.
import type { Tone } from '../../parts/state-badge.tsx';

export type HostState = 'init' | 'monitored' | 'error' | 'disabled' | 'offline';

const STATES: Readonly<Record<number, HostState>> = {
  0: 'init',
  1: 'monitored',
  2: 'monitored',
  3: 'error',
  4: 'disabled',
  5: 'error',
  6: 'init',
  7: 'disabled',
  8: 'offline',
};
const TONES: Readonly<Record<HostState, Tone>> = {
  init: 'busy',
  monitored: 'good',
  error: 'bad',
  disabled: 'calm',
  offline: 'calm',
};

export function hostState(state: number): { state: HostState; tone: Tone } {
  const known = STATES[state] ?? 'error';
  return { state: known, tone: TONES[known] };
}

/** Hundredths of a core as cores: 250 is 2.5. */
export const coresOf = (hundredths: number): number => hundredths / 100;
