import fc from 'fast-check';
import { expect, it } from 'vitest';
import { groupsAfter } from './directory-groups.ts';

it.each([
  ['nothing is managed', { gid: 1, groups: [1, 5] }, { managed: [], member: [] }, [1, 5]],
  ['a group is given', { gid: 1, groups: [1] }, { managed: [100], member: [100] }, [1, 100]],
  ['a group is taken', { gid: 1, groups: [1, 100] }, { managed: [100], member: [] }, [1]],
  ['the primary group is taken', { gid: 100, groups: [100, 7] }, { managed: [100], member: [] }, [7]],
  ['the last group is taken', { gid: 100, groups: [100] }, { managed: [100], member: [] }, [1]],
  ['the primary group comes first', { gid: 7, groups: [5, 7] }, { managed: [5], member: [5] }, [7, 5]],
  ['a new user is in what the directory says', { gid: 1, groups: [] }, { managed: [100], member: [100] }, [100]],
])('%s', (_what, user, directory, groups) => {
  expect(groupsAfter(user, directory)).toEqual(groups);
});

const gids = fc.uniqueArray(fc.integer({ min: 0, max: 9 }));

it('gives and takes only what the directory has a say in, and says the same when asked again', () => {
  fc.assert(
    fc.property(gids, gids, fc.integer({ min: 0, max: 9 }), (groups, managed, gid) => {
      const member = managed.filter((each) => each % 2 === 0);
      const after = groupsAfter({ gid, groups }, { managed, member });
      expect(after.length).toBeGreaterThan(0);
      expect(after).toEqual(expect.arrayContaining(member));
      const others = groups.filter((each) => !managed.includes(each));
      expect(after).toEqual(expect.arrayContaining(others));
      if (after.join() !== '1') for (const each of after) expect([...member, ...others]).toContain(each);
      expect(groupsAfter({ gid: after[0] ?? gid, groups: after }, { managed, member }).toSorted()).toEqual(
        after.toSorted(),
      );
    }),
  );
});
