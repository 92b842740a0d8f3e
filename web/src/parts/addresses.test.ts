import { expect, it } from 'vitest';
import { isIp4, isMac } from './addresses.ts';

it('tells addresses from what is none', () => {
  expect(['10.0.0.1', ' 192.168.0.255 ', '10.0.0.256', '10.0.0', '10.0.0.1.2', 'a.b.c.d'].map(isIp4)).toEqual([
    ...[true, true, false, false, false, false],
  ]);
  expect(['02:00:C0:a8:00:0a', '02:00:c0:a8:00', '02-00-c0-a8-00-0a'].map(isMac)).toEqual([true, false, false]);
});
