import { describe, expect, it } from 'vitest';
import { failedWith, openedState, placeOf, sealedState, signInKey, type SignInState } from './sign-in-cookie.ts';

const KEY = signInKey(Buffer.alloc(32, 1));
const STATE: SignInState = { away: { kept: { state: 's', nonce: 'n', verifier: 'v' }, to: '/jobs' } };

describe('what a browser keeps while it is away', () => {
  const cookie = sealedState(KEY, STATE, 1000);

  it('comes back as it was, in characters that cookies may have', () => {
    expect(cookie).toMatch(/^[\w-]+$/);
    expect(openedState(KEY, cookie, 999)).toEqual(STATE);
  });

  it('is nothing when it is too old, changed, cut, made by somebody else or not there', () => {
    expect(openedState(KEY, cookie, 1000)).toBeUndefined();
    expect(openedState(signInKey(Buffer.alloc(32, 2)), cookie, 0)).toBeUndefined();
    expect(openedState(KEY, undefined, 0)).toBeUndefined();
    for (const other of [
      '',
      'x',
      cookie.slice(0, -6),
      cookie.slice(4),
      JSON.stringify({ state: STATE, untilMs: 9e15 }),
    ]) {
      expect(openedState(KEY, other, 0), other).toBeUndefined();
    }
    const bytes = Buffer.from(Buffer.from(cookie, 'base64url').toString('utf8').slice('enc1:'.length), 'base64');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      const other = Buffer.from(`enc1:${changed.toString('base64')}`).toString('base64url');
      expect(openedState(KEY, other, 0), `byte ${at}`).toBeUndefined();
    }
  });

  it('is never longer than browsers keep', () => {
    const to = placeOf(`/${'x'.repeat(999)}`);
    expect(to).toHaveLength(1000);
    const kept = { state: 's'.repeat(43), nonce: 'n'.repeat(43), verifier: 'v'.repeat(43) };
    expect(sealedState(KEY, { away: { kept, to } }, 9e12).length).toBeLessThan(3800);
    const failed = failedWith({ message: '"'.repeat(9000), hint: '"'.repeat(9000) });
    expect(sealedState(KEY, failed, 9e12).length).toBeLessThan(3800);
  });

  it('shows nothing of it', () => {
    const secret: SignInState = { away: { kept: { state: 's', nonce: 'n', verifier: 'the-verifier' }, to: '/' } };
    expect(Buffer.from(sealedState(KEY, secret, 1), 'base64url').toString()).not.toContain('verifier');
  });
});

describe('the page that somebody comes back to', () => {
  it.each(['/', '/jobs', '/vms/3?tab=backups&q=a%20b', '/a//b'])('may be %s', (place) => {
    expect(placeOf(place)).toBe(place);
  });

  it.each([
    ...['//evil.example', '/\\evil.example', '\\\\evil.example', 'https://evil.example', 'evil.example', '', ' /jobs'],
    ...['/\t/evil.example', '/\n/evil.example', '/jobs\r\nset-cookie: a=b', '/\\/evil.example', 'javascript:alert(1)'],
    ...['/api/sign-in/oidc', `/${'x'.repeat(1000)}`, ['/jobs'], undefined, 7, '/\u00e9', '/a\\b'],
  ])('is the first one instead of %j', (asked) => {
    expect(placeOf(asked)).toBe('/');
  });
});
