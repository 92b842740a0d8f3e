// The reference of the interface tells of every method, as it is: what is offered, with how many parameters, and what is not.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { METHODS } from '../../src/api/methods/all.ts';
import type { Method } from '../../src/api/method.ts';

const [head = '', notOffered = ''] = readFileSync('docs/reference/api.md', 'utf8').split('\n## Not offered\n');
const [, offered = ''] = head.split('\n## Offered\n');
const rows = offered.split('\n').filter((line) => line.startsWith('| `one.'));
const documented = new Map(
  rows.map((row) => {
    const [, name = '', parameters = ''] = row.split('|').map((cell) => cell.trim());
    return [name.replaceAll('`', ''), parameters];
  }),
);

/** `id, append = 0` as whether each parameter may be left out. */
function optional(parameters: string): boolean[] {
  const given = parameters === '' ? [] : parameters.split(', ');
  return given.flatMap((one) => (one === '9 bits' ? Array.from({ length: 9 }, () => false) : [one.includes(' = ')]));
}

const optionalOf = ({ params }: Method): boolean[] => params.map((param) => typeof param !== 'string');

describe('the reference of the interface', () => {
  it('tells of every method that is offered, once, and of no other', () => {
    expect(rows).toHaveLength(documented.size);
    expect([...documented.keys()].toSorted()).toEqual(Object.keys(METHODS).toSorted());
  });

  it('tells their parameters, and which may be left out', () => {
    const told = [...documented].map(([name, parameters]) => [name, optional(parameters)]);
    expect(told).toEqual([...documented.keys()].map((name) => [name, METHODS[name] && optionalOf(METHODS[name])]));
  });

  it('says of no method that is offered that it is not', () => {
    const absent = [...notOffered.matchAll(/`(one\.[a-z_.]+)`/g)].map(([, name = '']) => name);
    expect(absent.length).toBeGreaterThan(100);
    expect(new Set(absent).size).toBe(absent.length);
    expect(absent.filter((name) => Object.hasOwn(METHODS, name))).toEqual([]);
  });
});
