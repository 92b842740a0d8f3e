import { expect, it } from 'vitest';
import { parseTemplate } from '../wire/template-text.ts';
import { vectors } from '../model/attributes.ts';
import { readRateLimit } from './rate-limit.ts';

const read = (text: string): unknown => readRateLimit(vectors(parseTemplate(text), 'RATE_LIMIT'));

it('is none unless it is given, and by the minute unless told otherwise', () => {
  expect(read('')).toBeUndefined();
  expect(read('RATE_LIMIT=[ CALLS=6000 ]')).toEqual({ calls: 6000, periodSec: 60 });
  expect(read('RATE_LIMIT=[ CALLS=10, PERIOD=1 ]')).toEqual({ calls: 10, periodSec: 1 });
});

it.each([
  ['RATE_LIMIT=[ PERIOD=1 ]', 'RATE_LIMIT/CALLS is not right: it is missing'],
  ['RATE_LIMIT=[ CALLS=0 ]', 'RATE_LIMIT/CALLS="0" is not right'],
  ['RATE_LIMIT=[ CALLS=many ]', 'RATE_LIMIT/CALLS="many" is not right'],
  ['RATE_LIMIT=[ CALLS=1, PERIOD=0 ]', 'RATE_LIMIT/PERIOD="0" is not right'],
  ['RATE_LIMIT=[ CALLS=1, PERIOD=3601 ]', 'RATE_LIMIT/PERIOD="3601" is not right'],
  ['RATE_LIMIT=[ CALLS=1 ] RATE_LIMIT=[ CALLS=2 ]', 'it may be there once'],
])('%s is refused', (text, message) => expect(() => read(text)).toThrow(message));
