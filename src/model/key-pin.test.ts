import { expect, it } from 'vitest';
import { readKeyPin } from './key-pin.ts';

const HEX = '00ff'.repeat(16);
const PIN = `sha256//${Buffer.from(HEX, 'hex').toString('base64')}`;

it.each([PIN, ` ${PIN}\n`, HEX, HEX.toUpperCase(), `SHA256:${HEX.replace(/(..)(?=.)/g, '$1:')}`])(
  'takes %j for the same fingerprint',
  (given) => expect(readKeyPin(given)).toBe(PIN),
);

it.each([
  '',
  'sha256//',
  PIN.slice(0, -1),
  `${PIN}=`,
  HEX.slice(1),
  `${HEX}0`,
  PIN.replace('sha256', 'sha1'),
  'trust me',
])('takes %j for none', (given) => expect(readKeyPin(given)).toBeUndefined());
