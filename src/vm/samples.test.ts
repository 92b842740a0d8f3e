import { expect, it } from 'vitest';
import type { DomainStats } from '../hypervisor/hypervisor.ts';
import { text, type Attributes } from '../model/attributes.ts';
import { figuresOf, Samples, worthWriting } from './samples.ts';

const NONE: DomainStats = {
  cpuTimeNs: 0,
  memoryKb: 1000,
  netRxBytes: 1,
  netTxBytes: 2,
  diskReadBytes: 3,
  diskWriteBytes: 4,
};
const reading = (atMs: number, cpuTimeNs: number): { atMs: number; stats: DomainStats } => ({
  atMs,
  stats: { ...NONE, cpuTimeNs },
});
const cpu = (figures: Attributes): string | undefined => text(figures, 'CPU');

it('makes percent of a core of two readings', () => {
  expect(cpu(figuresOf(undefined, reading(1000, 5e9)))).toBe('0.00');
  expect(cpu(figuresOf(reading(1000, 5e9), reading(31_000, 20e9)))).toBe('50.00');
  expect(cpu(figuresOf(reading(1000, 5e9), reading(2000, 8e9)))).toBe('300.00');
  expect(cpu(figuresOf(reading(1000, 5e9), reading(1000, 8e9)))).toBe('0.00');
  expect(cpu(figuresOf(reading(1000, 5e9), reading(2000, 1e9)))).toBe('0.00'); // started anew meanwhile
  expect(figuresOf(undefined, reading(0, 0)).slice(1)).toEqual([
    ['DISKRDBYTES', '3'],
    ['DISKWRBYTES', '4'],
    ['MEMORY', '1000'],
    ['NETRX', '1'],
    ['NETTX', '2'],
  ]);
});

it('writes what has changed enough, and after a while whatever has changed', () => {
  const known: Attributes = [
    ['CPU', '10.00'],
    ['MEMORY', '100000'],
    ['NETRX', '0'],
  ];
  const worth = (name: string, value: string, sinceSec: number): boolean =>
    worthWriting(
      known,
      known.map(([one, before]) => [one, one === name ? value : before]),
      sinceSec,
    );
  expect([worth('CPU', '14.00', 30), worth('CPU', '15.50', 30), worth('CPU', '4.00', 30)]).toEqual([false, true, true]);
  expect([worth('MEMORY', '104096', 30), worth('MEMORY', '104097', 30)]).toEqual([false, true]);
  expect([worth('NETRX', '1048576', 30), worth('NETRX', '1048577', 30)]).toEqual([false, true]);
  expect([worth('NETRX', '1', 599), worth('NETRX', '1', 600), worth('', '', 1e6)]).toEqual([false, true, false]);
  expect(worthWriting([], [['CPU', '0.00']], 0)).toBe(true);
});

it('keeps the last hour of each, and nothing of those that are gone', () => {
  const samples = new Samples<number>();
  for (let at = 1; at <= 200; at++) samples.add(1, { at, figures: at });
  samples.add(2, { at: 7, figures: 7 });
  expect(samples.of(1)).toHaveLength(120);
  expect(samples.of(1, 199).map(({ at }) => at)).toEqual([199, 200]);
  expect(samples.last(1)?.figures).toBe(200);
  samples.keepOnly(new Set([2]));
  expect([samples.of(1), samples.last(1), samples.of(2).length]).toEqual([[], undefined, 1]);
});
