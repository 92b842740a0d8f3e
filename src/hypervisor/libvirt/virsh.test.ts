import { describe, expect, it } from 'vitest';
import { readEvent } from './events.ts';
import { readList } from './virsh.ts';

describe('readList', () => {
  it('knows the states of its own domains and leaves others out', () => {
    const table = ` Id   Name        State
---------------------------
 1    one-1       running
 2    one-20      paused
 12   one-3       in shutdown
 -    one-4       shut off
 -    one-5       crashed
 3    webserver   running
 -    one-x       shut off
`;
    expect(Object.fromEntries(readList(table))).toEqual({
      'one-1': 'running',
      'one-20': 'paused',
      'one-3': 'running',
      'one-4': 'shutoff',
      'one-5': 'crashed',
    });
  });
});

describe('readEvent', () => {
  const at = '2026-01-02 07:01:39.999+0000: ';

  it('reads lifecycle events', () => {
    const line = `${at}event 'lifecycle' for domain 'one-9': Stopped Shutdown`;
    expect(readEvent(line)).toEqual({ domain: 'one-9', event: 'Stopped Shutdown' });
    expect(readEvent(`${at}event 'lifecycle' for domain one-9: Started Booted`)?.event).toBe('Started Booted');
  });

  it.each([
    `${at}event 'lifecycle' for domain 'web': Stopped Shutdown`,
    `${at}event 'agent-lifecycle' for domain 'one-9': state: 'connected' reason: 'channel event'`,
    'events received: 3',
    '',
  ])('passes over %j', (line) => {
    expect(readEvent(line)).toBeNull();
  });
});
