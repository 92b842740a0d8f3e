// Somebody who was let in on pages of a provider, as a user: one of the same name who signs in otherwise, or was somebody else there, is never taken over.
import { CODE, OneError } from '../model/errors.ts';
import type { User } from '../model/user.ts';
import type { Person, RedirectDriver } from '../sign-in/redirect-driver.ts';
import type { Store } from '../store/store.ts';
import { signedIn } from './signed-in.ts';

type Driver = Pick<RedirectDriver, 'authDriver' | 'name' | 'makesUsers'>;

export async function signedInElsewhere(store: Store, driver: Driver, person: Person): Promise<User> {
  const { name, subject, groups } = person;
  const [user] = await store.users.list({ name });
  if (!user && !driver.makesUsers) {
    throw refused(
      `there is no user "${name}" here`,
      `An administrator can make one: oneuser create ${name} --driver ${driver.authDriver}`,
    );
  }
  if (user) mayBe(user, driver, person);
  const found = await signedIn(store, { name, user, driver: driver.authDriver, subject, groups });
  if (!found) throw refused(`user "${name}" was changed just now`, 'Sign in once more.');
  return found;
}

/** Throws when the user of that name is not the one who signed in. */
function mayBe({ id, name, authDriver, enabled, subject }: User, driver: Driver, person: Person): void {
  const chauth = `oneuser chauth ${id} ${driver.authDriver}`;
  if (authDriver !== driver.authDriver) {
    throw refused(
      `the user "${name}" here has AUTH_DRIVER ${authDriver}, and does not sign in with ${driver.name}`,
      `An administrator who knows that they are the same can change that: ${chauth}`,
    );
  }
  if (!enabled) throw refused(`the user "${name}" is disabled`);
  if (subject !== undefined && subject !== person.subject) {
    throw refused(
      `"${name}" was somebody else when last signed in with ${driver.name}: the name has passed to another account there`,
      `An administrator who knows that they are the same can let the new one in: ${chauth}`,
    );
  }
}

function refused(why: string, hint?: string): OneError {
  return new OneError(CODE.AUTHENTICATION, `Nobody was signed in: ${why}.`, hint === undefined ? {} : { hint });
}
