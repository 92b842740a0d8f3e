import { expect, it } from 'vitest';
import type { DrillCondition } from '../model/drill.ts';
import { ConsoleText } from './console-text.ts';

const LOGIN: DrillCondition = { kind: 'text', text: 'login:' };
const READY: DrillCondition = { kind: 'pattern', pattern: '^ready in \\d+ s$' };
const add = (text: ConsoleText, ...pieces: string[]): unknown[] =>
  pieces.map((piece) => text.add(Buffer.from(piece, 'latin1')));

it('finds a text in a line that has no end, and in pieces', () => {
  const text = new ConsoleText([LOGIN, { kind: 'agent' }]);
  expect(add(text, 'booting\r\n', 'guest lo', 'gin')).toEqual([undefined, undefined, undefined]);
  expect(add(text, ': ')).toEqual([LOGIN]);
});

it('finds a pattern in whole lines, without colours and ends of lines', () => {
  const text = new ConsoleText([READY, LOGIN]);
  expect(add(text, 'not ready in 3 s\n', '\x1b[32mready\x1b[0m in', ' 12 s\r\n')).toEqual([
    undefined,
    undefined,
    READY,
  ]);
});

it('knows the last words', () => {
  const text = new ConsoleText([]);
  add(text, 'one\n', '\x1b[31mKernel panic\x1b[0m\r\n', '\r\n');
  expect(text.last).toBe('Kernel panic');
});

it('keeps no more of a line than its end', () => {
  const text = new ConsoleText([LOGIN]);
  expect(add(text, 'x'.repeat(100_000), ' login:')).toEqual([undefined, LOGIN]);
});

it('takes characters that come in two pieces', () => {
  const umlaut: DrillCondition = { kind: 'text', text: 'für' };
  const text = new ConsoleText([umlaut]);
  const bytes = Buffer.from('für');
  expect([text.add(bytes.subarray(0, 2)), text.add(bytes.subarray(2))]).toEqual([undefined, umlaut]);
});
