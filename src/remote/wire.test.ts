import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CleanStop, CODE, ConnectionLost, OneError, TrackerLost } from '../model/errors.ts';
import { pack, packError, unpack, unpackError } from './wire.ts';

const carried = (value: unknown): unknown => unpack(JSON.parse(JSON.stringify(pack(value))));

it('carries every value that doors speak of', () => {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.constant(undefined));
  const name = fc.string().filter((text) => text !== '$one' && text !== '__proto__');
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.uint8Array({ maxLength: 9 }),
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(name, tie('any'), { maxKeys: 4, noNullPrototype: true }),
      fc.array(fc.tuple(fc.string(), tie('any')), { maxLength: 4 }).map((entries) => new Map(entries)),
    ),
  })).any;
  // what is not there and what is nothing are the same in an object
  fc.assert(
    fc.property(value, (given) => {
      expect(carried(given)).toEqual(given);
    }),
  );
});

it('leaves with its owner what cannot be carried', () => {
  const call = (): void => undefined;
  const packed = pack([call, { inside: call }], (kept) => (kept === call ? { number: 7 } : undefined));
  expect(unpack(JSON.parse(JSON.stringify(packed)), ({ number }) => number)).toEqual([7, { inside: 7 }]);
  expect(() => pack(call)).toThrow('cannot be sent');
});

it.each([
  new OneError(CODE.NO_EXISTS, 'none', { objectId: 7, hint: 'make one' }),
  new TrackerLost('gone', { hint: 'take a full one' }),
  new CleanStop('stopped'),
  new ConnectionLost('cut'),
  Object.assign(new Error('no such file'), { code: 'ENOENT' }),
  new Error('else'),
])('throws there what was thrown here: %s', (error) => {
  const there = unpackError(JSON.parse(JSON.stringify(packError(error))) as ReturnType<typeof packError>);
  expect(there.constructor).toBe(error.constructor);
  const said = (one: Error): unknown => [one.message, ...Object.entries(one).sort()];
  expect(said(there)).toEqual(said(error));
});
