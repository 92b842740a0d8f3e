// Real processes that carry the id of a run of their own, so that no other is met.
import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { start, type Running } from './exec.ts';
import { anyOf, endProcesses, moversOfOthers, saidEnded } from './run-processes.ts';

/** Enough for a process to end by itself, on whatever machine. */
const LONG_MS = 60_000;

/** One that ends when its stdin does, as movers do. */
function mover(id: string, starter = 'somebody'): Running {
  return start(['sh', '-c', 'read line', 'mover', id, starter], { stdin: 'pipe' });
}

const newId = (): string => randomBytes(8).toString('hex');

it('waits for those that end by themselves', async () => {
  const id = newId();
  const running = mover(id);
  const order: string[] = [];
  const waiting = endProcesses(anyOf(id), LONG_MS).then((result) => order.push(JSON.stringify(result)));
  await new Promise((resolve) => setImmediate(resolve));
  expect(order).toEqual([]);
  running.stdin?.end();
  await waiting;
  expect(order).toEqual(['{"killed":0,"left":0}']);
  expect(await running.exit).toMatchObject({ signal: null });
});

it('kills those that do not', async () => {
  const id = newId();
  const running = start(['sh', '-c', 'trap "" TERM INT HUP; read line', `--target=/run/${id}`], { stdin: 'pipe' });
  expect(await endProcesses(anyOf(id), 0, LONG_MS)).toEqual({ killed: 1, left: 0 });
  expect((await running.exit).signal).toBe('SIGKILL');
});

it('knows what one has started from what others have, and movers from what only reads of a run', async () => {
  const id = newId();
  const own = mover(id, 'me');
  const other = mover(id, 'another');
  const machine = start(['sh', '-c', 'read line', `{"path":"/run/${id}/disk.0.sock"}`], { stdin: 'pipe' });
  expect(await endProcesses(moversOfOthers(id, 'me'), 0, LONG_MS)).toEqual({ killed: 1, left: 0 });
  for (const running of [own, machine]) {
    running.stdin?.end();
    expect(await running.exit).toMatchObject({ code: 1, signal: null });
  }
  expect((await other.exit).signal).toBe('SIGKILL');
});

it('says nothing when nobody had to be killed', () => {
  expect(saidEnded({ killed: 0, left: 0 })).toBe('');
  expect(saidEnded({ killed: 1, left: 0 })).toBe(' 1 process of it did not end and got SIGKILL.');
  expect(saidEnded({ killed: 2, left: 1 })).toMatch(/2 processes of it did not end and got SIGKILL, and 1 still wait/);
});
