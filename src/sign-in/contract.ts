// What everybody who knows passwords must do, as tests. A driver's own test hands over how it is made; the suite runs on OneVault's own
// passwords and on real directories alike.
import { expect, it } from 'vitest';
import type { PasswordDriver } from './password-driver.ts';

export interface PasswordDriverMaker {
  driver: () => PasswordDriver;
  /** Whose password it knows. */
  name: string;
  password: () => string;
  /** What OneVault keeps of it. */
  hash: () => Promise<string>;
}

/** Names that would find somebody if they were put into a filter, a DN or a pattern as they are. */
const CRAFTED = [
  '*',
  'an*',
  '*)(uid=*',
  'ann)(objectClass=*',
  'ann)(|(uid=*',
  'ann\\2a',
  '\\61nn',
  'uid=ann',
  'ann\0',
  '',
];

export function passwordDriverContract({ driver, name, password, hash }: PasswordDriverMaker): void {
  it('knows whose password is right', async () => {
    const known = await driver().check(name, password(), await hash());
    expect(known?.groups.member).toBeDefined();
    expect(known?.groups.managed).toEqual(expect.arrayContaining(known?.groups.member ?? []));
  });

  it.each([
    ['another', (right: string) => `${right}x`],
    ['the beginning of it', (right: string) => right.slice(0, -1)],
    ['one with a line end', (right: string) => `${right}\n`],
    ['one with other letters', (right: string) => right.toUpperCase()],
    ['none', () => ''],
    ['a null character', () => '\0'],
  ])('lets nobody in with %s', async (_what, wrong) => {
    expect(await driver().check(name, wrong(password()), await hash())).toBeUndefined();
  });

  it('knows nobody of another name', async () => {
    expect(await driver().check('nobody-has-this-name', password(), '')).toBeUndefined();
  });

  it.each(CRAFTED)('finds nobody by the name %j', async (crafted) => {
    expect(await driver().check(crafted, password(), '')).toBeUndefined();
  });

  it('does not believe a password for longer than a quarter of an hour', () => {
    expect(driver().rememberMs).toBeLessThanOrEqual(900_000);
  });
}
