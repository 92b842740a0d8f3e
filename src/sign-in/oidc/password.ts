// AUTH_DRIVER=oidc where passwords are asked for: none is ever right, and that takes as long as a wrong one of OneVault's own.
import { NOBODYS_HASH, passwordMatches } from '../../access/password.ts';
import type { PasswordDriver } from '../password-driver.ts';

export class NoPasswords implements PasswordDriver {
  readonly rememberMs = 0;
  readonly makesUsers = false;
  readonly #matches: typeof passwordMatches;

  constructor(matches = passwordMatches) {
    this.#matches = matches;
  }

  async check(_name: string, password: string): Promise<undefined> {
    await this.#matches(password, NOBODYS_HASH);
    return undefined;
  }
}
