import { expect, it } from 'vitest';
import { LocalHost, readTraffic } from './host-door.ts';

it('sums what went through cards and disks, once each', () => {
  const net = [
    'Inter-|   Receive                                                |  Transmit',
    ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed',
    '    lo: 900 1 0 0 0 0 0 0 900 1 0 0 0 0 0 0',
    '  eth0: 100 1 0 0 0 0 0 0 20 1 0 0 0 0 0 0',
    ' vnet3: 700 1 0 0 0 0 0 0 700 1 0 0 0 0 0 0',
    '  eth1:   3 1 0 0 0 0 0 0 4 1 0 0 0 0 0 0',
    '',
  ].join('\n');
  const disks = ['   8       0 sda 5 0 10 0 6 0 20 0 0 0 0', '   8       1 sda1 5 0 10 0 6 0 20 0 0 0 0', ''].join(
    '\n',
  );
  expect(readTraffic(net, disks, new Set(['sda', 'loop0']))).toEqual({
    ...{ netRxBytes: 103, netTxBytes: 24 },
    ...{ diskReadBytes: 5120, diskWriteBytes: 10_240 },
  });
});

it('reads those of this machine', async () => {
  const { netRxBytes, diskReadBytes } = await new LocalHost().traffic();
  expect([netRxBytes >= 0, diskReadBytes >= 0]).toEqual([true, true]);
  expect(await new LocalHost().versionOf('no-such-program')).toBeUndefined();
});
