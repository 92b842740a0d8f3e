import { describe, expect, it } from 'vitest';
import { FAULT, parseCall, type Value } from '../wire/xmlrpc.ts';
import { method, type Call, type Result } from './method.ts';

const seen = method(['int', 'string', ['boolean', false], ['int', -1]], async (_call, ...args) =>
  Promise.resolve(JSON.stringify(args)),
);
const nobody = {} as Call; // the method above looks at its parameters alone
const run = async (...params: Value[]): Promise<Result> => seen.run(nobody, params);

it.each([
  [
    [1, 'a'],
    [1, 'a', false, -1],
  ],
  [
    [1, 'a', true],
    [1, 'a', true, -1],
  ],
  [
    [-5, '', false, 7],
    [-5, '', false, 7],
  ],
  [
    [1, 'a', true, 2, 'surplus', null, []],
    [1, 'a', true, 2],
  ],
] as Array<[Value[], unknown[]]>)('%j', async (given, wanted) => {
  expect(await run(...given)).toBe(JSON.stringify(wanted));
});

it.each([
  [[], 'Parameter 1 is missing; it must be of type int.'],
  [[1], 'Parameter 2 is missing; it must be of type string.'],
  [['1', 'a'], 'Parameter 1 must be of type int.'],
  [[1.5, 'a'], 'Parameter 1 must be of type int.'],
  [[true, 'a'], 'Parameter 1 must be of type int.'],
  [[1, 2], 'Parameter 2 must be of type string.'],
  [[1, null], 'Parameter 2 must be of type string.'],
  [[1, ['a']], 'Parameter 2 must be of type string.'],
  [[1, 'a', 0], 'Parameter 3 must be of type boolean.'],
  [[1, 'a', 'true'], 'Parameter 3 must be of type boolean.'],
  [[1, 'a', false, new Map()], 'Parameter 4 must be of type int.'],
] as Array<[Value[], string]>)('%j is a fault', async (given, message) => {
  // a method throws its fault when it is called
  expect(() => seen.run(nobody, given)).toThrow(expect.objectContaining({ code: FAULT.TYPE, message }) as Error);
});

describe('a list of numbers', () => {
  const list = method([['int[]', []]], async (_call, ids) => Promise.resolve(ids.join()));
  it('may be empty, or left out', async () => {
    expect([await list.run(nobody, [[1, 2]]), await list.run(nobody, [[]]), await list.run(nobody, [])]).toEqual([
      '1,2',
      '',
      '',
    ]);
  });

  it.each([[1], ['1,2'], [[1, '2']], [[1.5]], [[null]]] as Value[][])('is not %j', (given) => {
    const fault = { code: FAULT.TYPE, message: 'Parameter 1 must be of type int[].' };
    expect(() => list.run(nobody, [given])).toThrow(expect.objectContaining(fault) as Error);
  });

  it('comes empty as clients write it', () => {
    const call =
      '<methodCall><methodName>m</methodName><params><param><value><array><data/></array></value></param></params></methodCall>';
    expect(parseCall(call).params).toEqual([[]]);
  });
});
