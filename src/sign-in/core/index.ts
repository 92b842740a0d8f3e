// AUTH_DRIVER=core: passwords that OneVault keeps itself, as slow hashes.
import { NOBODYS_HASH, passwordMatches } from '../../access/password.ts';
import { REMEMBER_MS, type Known, type PasswordDriver } from '../password-driver.ts';

export class CorePasswords implements PasswordDriver {
  readonly rememberMs = REMEMBER_MS;
  readonly makesUsers = false;
  readonly #matches: typeof passwordMatches;

  constructor(matches = passwordMatches) {
    this.#matches = matches;
  }

  /** Takes as long when nobody has the name. */
  async check(_name: string, password: string, hash: string): Promise<Known | undefined> {
    const right = await this.#matches(password, hash === '' ? NOBODYS_HASH : hash);
    return right && hash !== '' && password !== '' ? { groups: { managed: [], member: [] } } : undefined;
  }
}
