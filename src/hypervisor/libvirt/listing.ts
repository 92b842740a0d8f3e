// Every domain that libvirt has, from one call, and the state of one. A name is any text without line breaks and slashes, chosen by
// whoever uses the host, so it is never looked for inside other text. Pure.
import type { DomainState } from '../hypervisor.ts';

export interface Listed {
  name: string;
  uuid: string;
  state: DomainState;
}

/** One virsh script: states by name, then uuids with names. */
export const LISTING = 'domstats --state; list --all --uuid --name';

const STATE = /^ {2}state\.state=(\d)$/m;

/** libvirt's numbers of states: no state, running, blocked, paused, being shut down, off, crashed, suspended by its guest. */
const STATES: Record<string, DomainState> = {
  0: 'running',
  1: 'running',
  2: 'running',
  3: 'paused',
  4: 'running',
  5: 'shutoff',
  6: 'crashed',
  7: 'paused',
};

/** Asks virsh for the state of one domain, by a name that is no text of anybody else's. */
export function stateQuestion(name: string): string {
  return `domstats --state --domain ${name}`;
}

/** The state in virsh's answer; null when there is none. */
export function readState(printed: string): DomainState | null {
  return STATES[STATE.exec(printed)?.[1] ?? ''] ?? null;
}

/** Domains that came or went between the two answers are left out. */
export function readListing(printed: string): Listed[] {
  const states = new Map<string, DomainState>();
  const found: Listed[] = [];
  let name: string | undefined;
  for (const line of printed.split('\n')) {
    const state = readState(line);
    if (name !== undefined && state !== null) states.set(name, state);
    name = /^Domain: '(.*)'$/.exec(line)?.[1] ?? (line.startsWith('  ') ? name : undefined);
    const [, uuid, named] = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) (.+)$/.exec(line) ?? [];
    const itsState = named === undefined ? undefined : states.get(named);
    if (uuid !== undefined && named !== undefined && itsState !== undefined) {
      found.push({ name: named, uuid, state: itsState });
    }
  }
  return found;
}
