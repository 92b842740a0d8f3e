import { expect, it } from 'vitest';
import { Gate, type StepKind } from './gate.ts';

/** Steps that end when they are told to; which have begun, in order. */
function steps(most: number) {
  const gate = new Gate(most);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const settled = new Set<Promise<void>>();
  return {
    begun,
    ask: (name: string, kind: StepKind, key?: string): void => {
      const work = async (): Promise<void> => {
        begun.push(name);
        await new Promise<void>((end) => ends.set(name, end));
      };
      settled.add(gate.run(kind, key, work));
    },
    end: async (name: string): Promise<void> => {
      ends.get(name)?.();
      await new Promise((soon) => setImmediate(soon));
    },
  };
}
const turn = (): Promise<void> => new Promise((soon) => setImmediate(soon));

it('steps of one object go one after the other, those of several side by side', async () => {
  const { ask, end, begun } = steps(3);
  ask('a1', 'one', 'a');
  ask('a2', 'one', 'a');
  ask('b1', 'one', 'b');
  ask('a3', 'one', 'a');
  await turn();
  expect(begun).toEqual(['a1', 'b1']);
  await end('a1');
  expect(begun).toEqual(['a1', 'b1', 'a2']);
  await end('a2');
  expect(begun).toEqual(['a1', 'b1', 'a2', 'a3']);
});

it('no more go on than there may', async () => {
  const { ask, end, begun } = steps(2);
  for (const name of ['a', 'b', 'c']) ask(name, 'one');
  await turn();
  expect(begun).toEqual(['a', 'b']);
  await end('b');
  expect(begun).toEqual(['a', 'b', 'c']);
});

it('a step over many waits for what was asked for before it, and what comes after waits for it', async () => {
  const { ask, end, begun } = steps(3);
  ask('a', 'one', 'a');
  ask('all', 'many');
  ask('b', 'one', 'b');
  ask('all again', 'many');
  await turn();
  expect(begun).toEqual(['a']);
  await end('a');
  expect(begun).toEqual(['a', 'all']);
  await end('all');
  expect(begun).toEqual(['a', 'all', 'b']);
  await end('b');
  expect(begun).toEqual(['a', 'all', 'b', 'all again']);
});

it('a step over many also waits for one that waits for its object', async () => {
  const { ask, end, begun } = steps(3);
  ask('a1', 'one', 'a');
  ask('a2', 'one', 'a');
  ask('all', 'many');
  await turn();
  await end('a1');
  expect(begun).toEqual(['a1', 'a2']);
  await end('a2');
  expect(begun).toEqual(['a1', 'a2', 'all']);
});

it('what fails lets others go on', async () => {
  const gate = new Gate(1);
  await expect(gate.run('many', undefined, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await gate.run('one', 'a', () => Promise.resolve('yes'))).toBe('yes');
});
