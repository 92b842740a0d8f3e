// The drivers of sign-in by their names in AUTH_DRIVER, as far as the configuration offers them.
import type { passwordMatches } from '../access/password.ts';
import { CORE_DRIVER, LDAP_DRIVER, OIDC_DRIVER } from '../model/user.ts';
import type { SignInSettings } from '../model/sign-in-settings.ts';
import { CorePasswords } from './core/index.ts';
import { LdapPasswords } from './ldap/index.ts';
import { OidcRedirect } from './oidc/index.ts';
import { NoPasswords } from './oidc/password.ts';
import type { PasswordDriver } from './password-driver.ts';
import type { RedirectDriver } from './redirect-driver.ts';

export type PasswordDrivers = ReadonlyMap<string, PasswordDriver>;

/** `matches` is how the passwords that OneVault keeps are compared; another way is for tests. */
export function passwordDrivers(settings?: SignInSettings, matches?: typeof passwordMatches): PasswordDrivers {
  const drivers = new Map<string, PasswordDriver>([[CORE_DRIVER, new CorePasswords(matches)]]);
  if (settings?.ldap) drivers.set(LDAP_DRIVER, new LdapPasswords(settings.ldap));
  if (settings?.oidc) drivers.set(OIDC_DRIVER, new NoPasswords(matches));
  return drivers;
}

/** Who lets people in on pages of their own; undefined when that is nobody. */
export function redirectDriver(settings: SignInSettings | undefined, nowMs: () => number): RedirectDriver | undefined {
  return settings?.oidc && new OidcRedirect(settings.oidc, nowMs);
}
