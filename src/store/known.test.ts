// What is kept in memory of a pool, on a store in memory.
import { expect, it } from 'vitest';
import { ANY_ID, type StoreChange } from './changes.ts';
import { Known } from './known.ts';

function source(): {
  objects: Map<number, string>;
  asked: Array<'all' | number[]>;
  change: (...ids: number[]) => void;
  known: Known<string>;
} {
  const objects = new Map([
    [1, 'one'],
    [2, 'two'],
  ]);
  const asked: Array<'all' | number[]> = [];
  let tell: (changes: readonly StoreChange[]) => void = () => undefined;
  const store = {
    onChange: (listener: typeof tell) => {
      tell = listener;
      return () => undefined;
    },
  };
  const known = new Known<string>(store, 'vm', {
    all: () => {
      asked.push('all');
      return Promise.resolve(new Map(objects));
    },
    some: (ids) => {
      asked.push([...ids]);
      return Promise.resolve(new Map([...objects].filter(([id]) => ids.includes(id))));
    },
  });
  const change = (...ids: number[]): void => tell(ids.map((id) => ({ noun: 'vm', id })));
  return { objects, asked, change, known };
}

it('reads all once, then only what has changed', async () => {
  const { objects, asked, change, known } = source();
  expect([...(await known.now())]).toEqual([...objects]);
  await known.now();
  objects.delete(1);
  objects.set(3, 'three');
  change(1, 3);
  expect([...(await known.now())]).toEqual([
    [2, 'two'],
    [3, 'three'],
  ]);
  expect(asked).toEqual(['all', [1, 3]]);
});

it('reads all again when changes may have been missed, or are too many', async () => {
  const { asked, change, known } = source();
  await known.now();
  change(ANY_ID);
  await known.now();
  change(...Array.from({ length: 5001 }, (_, id) => id));
  await known.now();
  expect(asked).toEqual(['all', 'all', 'all']);
});

it('asks for at most 500 at once, and one caller sees what another has read', async () => {
  const { asked, change, known } = source();
  await known.now();
  change(...Array.from({ length: 501 }, (_, id) => id));
  const [one, other] = await Promise.all([known.now(), known.now()]);
  expect(one).toBe(other);
  expect(asked.slice(1).map((ids) => ids.length)).toEqual([500, 1]);
});

it('forgets no change that it could not read', async () => {
  const { objects, change } = source();
  let fails = true;
  const known = new Known<string>({ onChange: () => () => undefined }, 'vm', {
    all: () => (fails ? Promise.reject(new Error('away')) : Promise.resolve(new Map(objects))),
    some: () => Promise.resolve(new Map()),
  });
  change(1);
  await expect(known.now()).rejects.toThrow('away');
  fails = false;
  expect((await known.now()).size).toBe(2);
});
