import { expect, it } from 'vitest';
import { Undo } from './undo.ts';

it('takes everything back, last first, and says what could not be', async () => {
  const undo = new Undo();
  const done: string[] = [];
  undo.push('open the door', async () => done.push('door'));
  undo.push('put out the light', () => Promise.reject(new Error('no switch')));
  undo.push('lift the anchor', () => {
    throw new Error('too heavy');
  });
  undo.push('untie the rope', async () => {
    await Promise.resolve();
    done.push('rope');
  });
  expect(await undo.run()).toEqual(['could not lift the anchor: too heavy', 'could not put out the light: no switch']);
  expect(done).toEqual(['rope', 'door']);
});

it('does each step once, and one step after another', async () => {
  const undo = new Undo();
  let running = 0;
  let most = 0;
  let count = 0;
  for (let step = 0; step < 3; step++) {
    undo.push('step', async () => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
      count++;
    });
  }
  expect(await undo.run()).toEqual([]);
  expect(await undo.run()).toEqual([]);
  expect([count, most]).toEqual([3, 1]);
});
