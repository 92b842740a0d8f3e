// Every entry has one number for good, is found by name at once, and impossible entries are refused before anything is mounted.
import { describe, expect, it } from 'vitest';
import { numberTree, type VirtualDirectory, type VirtualFile } from './tree.ts';

const file = (size: number): VirtualFile => ({ kind: 'file', size, mtimeSec: 1.9, read: () => Promise.resolve([]) });
const directory = (entries: [string, VirtualFile | VirtualDirectory][]): VirtualDirectory => ({
  kind: 'directory',
  mtimeSec: -3,
  entries: new Map(entries),
});

describe('numberTree', () => {
  const tree = numberTree(
    directory([
      ['a', file(10)],
      ['sub', directory([['b', file(20)]])],
      ['c', file(0)],
    ]),
  );

  it('numbers from the root on, and finds each node by its number', () => {
    expect(tree.root.nodeId).toBe(1);
    expect(tree.nodes).toBe(5);
    const paths = [1, 2, 3, 4, 5].map((id) => tree.get(id)?.path);
    expect(new Set(paths)).toEqual(new Set(['/', '/a', '/sub', '/sub/b', '/c']));
    for (const id of [1, 2, 3, 4, 5]) expect(tree.get(id)?.nodeId).toBe(id);
    expect([tree.get(0), tree.get(6)]).toEqual([undefined, undefined]);
  });

  it('lists in the order given and looks up by name', () => {
    expect(tree.root.list.map(({ name }) => name)).toEqual(['a', 'sub', 'c']);
    const sub = tree.root.children.get('sub');
    expect(sub?.kind === 'directory' && [sub.parentId, sub.list[0]?.node.path]).toEqual([1, '/sub/b']);
    expect(tree.root.children.get('constructor')).toBeUndefined();
  });

  it('sums sizes, and gives modes and whole seconds', () => {
    expect(tree.totalBytes).toBe(30);
    expect(tree.root).toMatchObject({ mode: 0o555, mtimeSec: 0 });
    expect(tree.root.children.get('a')).toMatchObject({ mode: 0o444, mtimeSec: 1, size: 10 });
  });

  it('gives one file under two names two numbers', () => {
    const shared = file(1);
    const { root } = numberTree(
      directory([
        ['x', shared],
        ['y', shared],
      ]),
    );
    expect(root.children.get('x')?.nodeId).not.toBe(root.children.get('y')?.nodeId);
  });

  it.each(['', '.', '..', 'a/b', 'nul\0', 'ü'.repeat(128)])('refuses the name %j', (name) => {
    expect(() => numberTree(directory([['sub', directory([[name, file(1)]])]]))).toThrow(/directory \/sub: bad name/);
  });

  it.each([-1, 1.5, Number.NaN, 2 ** 60])('refuses a size of %d bytes', (size) => {
    expect(() => numberTree(directory([['disk', file(size)]]))).toThrow(/\/disk: it cannot be/);
  });
});
