import { expect, it } from 'vitest';
import { readStats } from './stats.ts';

it('adds up the disks and network cards of each domain', () => {
  const printed = `Domain: 'one-1'
  cpu.time=1500000000
  cpu.user=400000000
  balloon.current=196608
  balloon.rss=150000
  net.count=2
  net.0.name=one-1-0
  net.0.rx.bytes=10
  net.0.tx.bytes=1
  net.1.rx.bytes=20
  net.1.tx.bytes=2
  block.count=2
  block.0.name=vda
  block.0.rd.reqs=9
  block.0.rd.bytes=300
  block.0.wr.bytes=30
  block.1.rd.bytes=400
  block.1.wr.bytes=40

Domain: 'it's Domain: 'x''
  balloon.current=1024

Domain: 'one-2'

`;
  const none = { cpuTimeNs: 0, memoryKb: 0, netRxBytes: 0, netTxBytes: 0, diskReadBytes: 0, diskWriteBytes: 0 };
  expect([...readStats(printed)]).toEqual([
    [
      'one-1',
      { cpuTimeNs: 1.5e9, memoryKb: 150000, netRxBytes: 30, netTxBytes: 3, diskReadBytes: 700, diskWriteBytes: 70 },
    ],
    ["it's Domain: 'x'", { ...none, memoryKb: 1024 }],
    ['one-2', none],
  ]);
  expect(readStats('').size).toBe(0);
});
