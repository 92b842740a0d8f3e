import { expect, it } from 'vitest';
import { withLink } from './host-link.ts';

const up = { isUp: true, sinceMs: 0, why: '', programs: '/var/lib/onevault/host/onevault-0.1.0-abc' };
const rates = { netRx: 1, netTx: 2, diskRead: 3, diskWrite: 4 };

it('tells of a connection that is there, and of what goes through the host', () => {
  expect(withLink([['RACK', '7']], up, rates)).toEqual([
    ['RACK', '7'],
    ['SSH_CONNECTION', 'up since 1970-01-01T00:00:00Z'],
    ['SSH_PROGRAMS', 'onevault-0.1.0-abc'],
    [
      'SSH_RATES',
      [
        ['NETRX', '1'],
        ['NETTX', '2'],
        ['DISKRD', '3'],
        ['DISKWR', '4'],
      ],
    ],
  ]);
});

it('tells of one that is not, and nothing of a host of this machine', () => {
  const before = withLink([], up, rates);
  const down = { ...up, isUp: false, sinceMs: 1000, programs: '' };
  expect(withLink(before, down, undefined).sort()).toEqual([
    ['SSH_CONNECTION', 'down since 1970-01-01T00:00:01Z'],
    ['SSH_PROGRAMS', 'onevault-0.1.0-abc'],
  ]);
  expect(withLink(before, undefined, undefined)).toEqual([]);
});
