import { describe, expect, it } from 'vitest';
import { mayEnter } from './reach.ts';

const acl = (...entries: string[]): string => `# file: /d\n# owner: 0\n# group: 5\n${entries.join('\n')}\n`;
const plain = (mode: [string, string, string]): string =>
  acl(`user::${mode[0]}`, `group::${mode[1]}`, `other::${mode[2]}`);

describe('mayEnter', () => {
  const qemu = { uid: 64055, gids: [107, 64055] };

  it.each([
    ['open to all', plain(['rwx', '---', '--x']), qemu, true],
    ['closed', plain(['rwx', 'r-x', 'r--']), qemu, false],
    ['open to its group', plain(['rwx', 'r-x', '---']), { uid: 9, gids: [5] }, true],
    ['closed to its group although open to others', plain(['rwx', '---', 'r-x']), { uid: 9, gids: [5] }, false],
    ['its owner without x', plain(['rw-', 'r-x', 'r-x']), { uid: 0, gids: [] }, false],
    ['an entry for the user', acl('user::rwx', 'user:64055:--x', 'group::---', 'mask::--x', 'other::---'), qemu, true],
    [
      'an entry that the mask takes away',
      acl('user::rwx', 'user:64055:--x', 'group::---', 'mask::r--', 'other::---'),
      qemu,
      false,
    ],
    ['an entry for a group', acl('user::rwx', 'group::---', 'group:107:r-x', 'mask::r-x', 'other::---'), qemu, true],
    [
      'an entry that forbids the user',
      acl('user::rwx', 'user:64055:---', 'group::r-x', 'mask::r-x', 'other::r-x'),
      qemu,
      false,
    ],
  ])('%s', (_, text, who, answer) => {
    expect(mayEnter(text, who)).toBe(answer);
  });
});
