import { expect, it } from 'vitest';
import { endsOf, isHeld, leaseRows } from './leases.ts';

const V4 = {
  ...{
    AR_ID: 0,
    TYPE: 'IP4' as const,
    SIZE: 3,
    USED_LEASES: 2,
    MAC: '02:00:c0:a8:00:0a',
    MAC_END: '02:00:c0:a8:00:0c',
  },
  ...{ IP: '192.168.0.10', IP_END: '192.168.0.12' },
  LEASES: {
    LEASE: [
      { IP: '192.168.0.10', MAC: '02:00:c0:a8:00:0a', VM: 7 },
      { IP: '192.168.0.11', MAC: '02:00:c0:a8:00:0b', VM: -1 },
    ],
  },
};
const ETHER = {
  ...{
    AR_ID: 2,
    TYPE: 'ETHER' as const,
    SIZE: 2,
    USED_LEASES: 1,
    MAC: '02:00:00:00:00:01',
    MAC_END: '02:00:00:00:00:02',
  },
  LEASES: { LEASE: [{ MAC: '02:00:00:00:00:02', VM: 8 }] },
};

it('lists the addresses of all ranges, and tells those that are held', () => {
  const rows = leaseRows([V4, ETHER]);
  expect(rows.map(({ rangeId, address, vmId }) => [rangeId, address, vmId])).toEqual([
    [0, '192.168.0.10', 7],
    [0, '192.168.0.11', -1],
    [2, '02:00:00:00:00:02', 8],
  ]);
  expect(rows.map(isHeld)).toEqual([false, true, false]);
});

it('says from where to where a range goes', () => {
  expect(endsOf(V4)).toEqual({ first: '192.168.0.10', last: '192.168.0.12' });
  expect(endsOf(ETHER)).toEqual({ first: '02:00:00:00:00:01', last: '02:00:00:00:00:02' });
  expect(endsOf({ ...ETHER, IP6_GLOBAL: '2001:db8::1', IP6_GLOBAL_END: '2001:db8::2' }).first).toBe('2001:db8::1');
});
