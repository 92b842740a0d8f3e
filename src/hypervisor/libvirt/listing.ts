// Every domain that libvirt has, from one call. A name is any text without line breaks and slashes, chosen by whoever uses the
// host, so it is never looked for inside other text. Pure.
import type { DomainState } from '../hypervisor.ts';

export interface Listed {
  name: string;
  uuid: string;
  state: DomainState;
}

/** One virsh script: states by name, then uuids with names. */
export const LISTING = 'domstats --state; list --all --uuid --name';

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

/** Domains that came or went between the two answers are left out. */
export function readListing(printed: string): Listed[] {
  const states = new Map<string, DomainState>();
  const found: Listed[] = [];
  let name: string | undefined;
  for (const line of printed.split('\n')) {
    const state = STATES[/^ {2}state\.state=(\d)$/.exec(line)?.[1] ?? ''];
    if (name !== undefined && state !== undefined) states.set(name, state);
    name = /^Domain: '(.*)'$/.exec(line)?.[1] ?? (line.startsWith('  ') ? name : undefined);
    const [, uuid, named] = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) (.+)$/.exec(line) ?? [];
    const itsState = named === undefined ? undefined : states.get(named);
    if (uuid !== undefined && named !== undefined && itsState !== undefined) {
      found.push({ name: named, uuid, state: itsState });
    }
  }
  return found;
}
