// The benchmarks' numbers are what the kernel says they are: its texts are read rightly, and medians, turns and tables hold.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BOUNDARIES, counted, quantileMs } from '../bench/latency.ts';
import { alternate, measure, rotated, type Measurement } from '../bench/measure.ts';
import * as procfs from '../bench/procfs.ts';
import { median, resultTable, summarize, table } from '../bench/report.ts';

describe('counters of the kernel', () => {
  it('CPU that was not idle, without waiting and stolen time', () => {
    expect(procfs.busySec('cpu  100 20 30 4000 500 6 7 800 90 0\ncpu0 1 2 3 4 5 6 7 8 9 0\n')).toBe(1.63);
    expect(procfs.busySec('')).toBe(0);
  });

  it('CPU of a process with its ended children, whatever its name', () => {
    const stat = '42 (a) b (c)) S 1 42 42 0 -1 4194304 1 2 3 4 100 50 25 5 20 0 1 0';
    expect(procfs.processSec(stat)).toBe(1.8);
    expect(procfs.processSec('')).toBe(0);
  });

  it('bytes written by a process, less what never reached the disk', () => {
    const io =
      'rchar: 9\nwchar: 7\nsyscr: 1\nsyscw: 1\nread_bytes: 5\nwrite_bytes: 8192\ncancelled_write_bytes: 4096\n';
    expect(procfs.processWritten(io)).toBe(4096);
  });

  it('the peak of a process', () => {
    expect(procfs.peakRss('VmPeak:\t 999 kB\nVmHWM:\t    2048 kB\nVmRSS:\t 1 kB\n')).toBe(2048 * 1024);
    expect(procfs.peakRss('Name:\tkthreadd\n')).toBe(0);
  });

  it('bytes written to one disk', () => {
    const stats =
      '   8       1 sda1 1 0 8 0 10 2 4000 3 0 1 1\n 254       0 vda 36525 1 3079122 1 12154 19297 1841120 6 0 4 17';
    expect(procfs.diskWritten(stats, 254, 0)).toBe(1_841_120 * 512);
    expect(procfs.diskWritten(stats, 8, 1)).toBe(4000 * 512);
    expect(procfs.diskWritten(stats, 54, 0)).toBeUndefined();
    expect(procfs.diskWritten(stats, 0, 39)).toBeUndefined();
  });

  it('device numbers, large ones too', () => {
    expect(procfs.deviceNumber(65_024)).toEqual({ major: 254, minor: 0 });
    expect(procfs.deviceNumber(0x1000_0103)).toEqual({ major: 1, minor: 0x10003 });
  });
});

describe('medians', () => {
  it('are the middle', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, Number.NaN]);
  });

  it('lie between the extremes and do not care for order', () => {
    const numbers = fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 1 });
    fc.assert(
      fc.property(numbers, (values) => {
        expect(median(values)).toBeGreaterThanOrEqual(Math.min(...values));
        expect(median(values)).toBeLessThanOrEqual(Math.max(...values));
        expect(median([...values].reverse())).toBe(median(values));
      }),
    );
  });
});

describe('a report', () => {
  const run = (wallSec: number, diskBytes?: number): Measurement => ({
    wallSec,
    involvedSec: wallSec * 2,
    systemSec: wallSec * 3,
    processSec: { qemu: 1 },
    diskBytes,
    writtenBytes: 2 ** 20,
    peakRssBytes: { self: 2 ** 26 },
  });

  it('has medians of each number', () => {
    expect(summarize([run(1, 10), run(3), run(2, 30)])).toMatchObject({
      runs: 3,
      median: { wallSec: 2, involvedSec: 4, systemSec: 6, processSec: { qemu: 1 }, diskBytes: 20 },
      wallSecRange: [1, 3],
    });
    expect(summarize([run(1)]).median.diskBytes).toBeUndefined();
    expect(() => summarize([])).toThrow(/Nothing was measured/);
  });

  it('compares with the first variant', () => {
    const summaries = new Map([
      ['bare', summarize([run(2, 2 ** 20)])],
      ['ours', summarize([run(3)])],
    ]);
    const [head, bare, ours] = resultTable(summaries).split('\n');
    expect(head).toMatch(/^variant +runs +wall s/);
    expect(bare?.split(/  +/)).toEqual([
      'bare',
      '1',
      '2.00',
      '2.00-2.00',
      '1.00',
      '4.00',
      '1.00',
      '6.00',
      '1.0',
      '1.0',
      'self 64.0',
    ]);
    expect(ours?.split(/  +/).slice(4, 9)).toEqual(['1.50', '6.00', '1.50', '9.00', '-']);
  });

  it('aligns columns of unequal rows', () => {
    expect(table([['a', 'b'], ['long', '1', '22'], ['x']])).toBe('a     b\nlong  1  22\nx');
    expect(table([])).toBe('');
  });
});

describe('variants', () => {
  it('take turns, each round begun by another', async () => {
    const order: string[] = [];
    const variant = (name: string) => ({
      name,
      before: () => Promise.resolve(void order.push(`+${name}`)),
      work: () => Promise.resolve(order.push(name)),
      after: () => Promise.resolve(void order.push(`-${name}`)),
    });
    const results = await alternate([variant('a'), variant('b')], 2);
    expect(order.join(' ')).toBe('+a a -a +b b -b +b b -b +a a -a');
    expect([...results].map(([name, runs]) => [name, runs.length])).toEqual([
      ['a', 2],
      ['b', 2],
    ]);
    expect([rotated([1, 2, 3], 4), rotated([], 1)]).toEqual([[2, 3, 1], []]);
  });

  it('are cleaned up after although they fail', async () => {
    let cleaned = false;
    const after = (): Promise<void> => Promise.resolve(void (cleaned = true));
    const work = { argv: ['false'] };
    await expect(alternate([{ name: 'a', work, after }], 1)).rejects.toThrow(/false ended with code 1/);
    expect(cleaned).toBe(true);
  });
});

describe('a measurement', () => {
  it('counts the CPU and the memory of a command', async () => {
    const burn = 'const b = Buffer.alloc(150e6, 1); const end = Date.now() + 400; while (Date.now() < end); b.at(1)';
    const found = await measure({ argv: [process.execPath, '-e', burn] });
    expect(found.involvedSec).toBeGreaterThan(0.1);
    expect(found.systemSec).toBeGreaterThan(0.1);
    expect(found.peakRssBytes['command']).toBeGreaterThan(150e6);
    expect(found.diskBytes).toBeUndefined();
  });
});

describe('a histogram of latencies', () => {
  it('has quantiles to within a bin, the one below its first bound and the one above its last included', () => {
    const boundaries = [1e6, 2e6, 4e6];
    expect(quantileMs({ boundaries, bins: [0, 100, 0, 0] }, 0.5)).toBe(1.5);
    expect(quantileMs({ boundaries, bins: [50, 0, 50, 0] }, 0.5)).toBe(1);
    expect(quantileMs({ boundaries, bins: [50, 0, 50, 0] }, 0.99)).toBeCloseTo(3.96);
    expect(quantileMs({ boundaries, bins: [0, 0, 0, 10] }, 0.5)).toBeGreaterThan(4);
    expect(quantileMs({ boundaries, bins: [0, 0, 0, 0] }, 0.5)).toBeNaN();
    expect(counted({ boundaries, bins: [1, 2, 3, 4] })).toBe(10);
  });

  it('goes from hundredths of milliseconds to half a minute, upwards', () => {
    expect(BOUNDARIES[0]).toBe(10_000);
    expect(BOUNDARIES.at(-1)).toBeGreaterThan(30e9);
    expect(BOUNDARIES.toSorted((a, b) => a - b)).toEqual(BOUNDARIES);
  });
});
