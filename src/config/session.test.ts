import { expect, it } from 'vitest';
import { vectors } from '../model/attributes.ts';
import { parseTemplate } from '../wire/template-text.ts';
import { readSession } from './session.ts';

const read = (text: string): unknown => readSession(vectors(parseTemplate(text), 'SESSION'));

it('is twelve hours, and no limit without use, unless told otherwise', () => {
  expect(read('')).toEqual({ lifetimeSec: 43_200, idleSec: 0 });
  expect(read('SESSION=[ EXPIRATION_TIME=3600 ]')).toEqual({ lifetimeSec: 3600, idleSec: 0 });
  expect(read('SESSION=[ IDLE_TIME=900 ]')).toEqual({ lifetimeSec: 43_200, idleSec: 900 });
});

it.each([
  ['SESSION=[ EXPIRATION_TIME=59 ]', 'SESSION/EXPIRATION_TIME="59" is not right'],
  ['SESSION=[ EXPIRATION_TIME=2592001 ]', 'SESSION/EXPIRATION_TIME="2592001" is not right'],
  ['SESSION=[ EXPIRATION_TIME=-1 ]', 'SESSION/EXPIRATION_TIME="-1" is not right'],
  ['SESSION=[ IDLE_TIME=1 ]', 'SESSION/IDLE_TIME="1" is not right'],
  ['SESSION=[ EXPIRATION_TIME=600, IDLE_TIME=601 ]', 'SESSION/IDLE_TIME="601" is not right'],
  ['SESSION=[ IDLE_TIME=60 ] SESSION=[ IDLE_TIME=61 ]', 'it may be there once'],
])('%s is refused', (text, message) => expect(() => read(text)).toThrow(message));
