import { expect, it } from 'vitest';
import { certificateNames, renewalReason, requestText, type Kept } from './names.ts';

const DAY_MS = 86_400_000;
const kept = (change: Partial<Kept> = {}): Kept => ({
  ...{ validFromMs: 0, validToMs: 398 * DAY_MS, ofThisKey: true, isFor: (name) => name !== 'b' },
  ...change,
});

it('is for this machine, the loopback and what was given, each once', () => {
  expect(certificateNames('Vault', ['a.example', 'LOCALHOST'])).toEqual([
    'vault',
    'localhost',
    '127.0.0.1',
    '::1',
    'a.example',
  ]);
  expect(certificateNames('no name at all', [])).toEqual(['localhost', '127.0.0.1', '::1']);
});

it('tells names from addresses', () => {
  expect(requestText(['a', '127.0.0.1', '::1'])).toContain('subjectAltName = DNS:a, IP:127.0.0.1, IP:::1\n');
});

it('stays until sixty days before its end', () => {
  expect(renewalReason(kept(), ['a'], 337 * DAY_MS)).toBeUndefined();
  expect(renewalReason(kept(), ['a'], 338 * DAY_MS)).toBe('it was about to expire');
  expect(renewalReason(kept(), ['a'], 999 * DAY_MS)).toBe('it was about to expire');
});

it('is made anew for other names, another key, or a clock that went back', () => {
  expect(renewalReason(undefined, ['a'], 1)).toBe('there was none');
  expect(renewalReason(kept(), ['a', 'b'], 1)).toBe('it was not for b');
  expect(renewalReason(kept({ ofThisKey: false }), ['a'], 1)).toBe('it was of another key');
  expect(renewalReason(kept({ validFromMs: 2 }), ['a'], 1)).toBe('it was not valid yet');
});
