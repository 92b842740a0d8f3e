import { expect, it } from 'vitest';
import type { SwappedDisk } from './in-place.ts';
import { removeAside } from './swap.ts';

const disks = ['a', 'b'].map((name) => ({ aside: name, overlaysAside: `${name}.snap` })) as SwappedDisk[];

function failing(times: number): { removed: string[]; remove: (path: string) => Promise<void> } {
  const removed: string[] = [];
  let left = times;
  const remove = async (path: string): Promise<void> => {
    if (path === 'a' && left-- > 0) throw new Error('EIO');
    removed.push(path);
  };
  return { removed, remove };
}

it('tries once more to remove what it could not, and removes the rest in any case', async () => {
  const once = failing(1);
  await removeAside(once, disks);
  expect(once.removed).toEqual(['a', 'a.snap', 'b', 'b.snap']);
  const always = failing(9);
  await expect(removeAside(always, disks)).rejects.toThrow('EIO');
  expect(always.removed).toEqual(['a.snap', 'b', 'b.snap']);
});
