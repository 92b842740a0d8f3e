import { expect, it } from 'vitest';
import { counted, oneByOne, withOutcome, type Outcome, type Outcomes } from './outcomes.ts';

it('goes on after a failure, and tells each outcome', async () => {
  const told: Array<[number, Outcome['state']]> = [];
  const run = (row: number): Promise<void> => (row === 2 ? Promise.reject(new Error('no')) : Promise.resolve());
  await oneByOne(
    [1, 2, 3],
    run,
    (row, { state }) => told.push([row, state]),
    () => undefined,
  );
  expect(told).toEqual([
    [1, 'running'],
    [1, 'done'],
    [2, 'running'],
    [2, 'failed'],
    [3, 'running'],
    [3, 'done'],
  ]);
});

it('leaves out what was not begun when it was stopped', async () => {
  let stopped: string | undefined;
  const told: Array<[number, Outcome]> = [];
  const run = (): void => {
    stopped = 'stopped';
  };
  await oneByOne(
    [1, 2],
    run,
    (row, outcome) => told.push([row, outcome]),
    () => stopped,
  );
  expect(told.at(-1)).toEqual([2, { state: 'left', reason: 'stopped' }]);
});

it('counts', () => {
  const outcomes: Array<Outcomes<number>> = [1, 2].map((row) => ({ row, outcome: { state: 'waiting' } }));
  expect(counted(withOutcome(outcomes, 2, { state: 'done' }))).toMatchObject({ waiting: 1, done: 1, failed: 0 });
});
