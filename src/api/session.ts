// Who is calling: the session string `user:password` that every call begins with. A password that was right is remembered
// for a while as a keyed digest, because the slow hash would cost each call a tenth of a second.
import { createHmac, randomBytes } from 'node:crypto';
import { makeCaller, type Caller } from '../access/authorize.ts';
import { passwordMatches } from '../access/password.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { User } from '../model/user.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from '../vm/parts.ts';

const REMEMBER_MS = 900_000;
const MAX_REMEMBERED = 10_000;

export class Sessions {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #slowMatch: typeof passwordMatches;
  readonly #key = randomBytes(32);
  readonly #good = new Map<string, number>();

  constructor(store: Store, clock: Clock, slowMatch = passwordMatches) {
    this.#store = store;
    this.#clock = clock;
    this.#slowMatch = slowMatch;
  }

  /** Who calls with a session string and what is in effect for her; throws OpenNebula's authentication error. */
  async caller(session: string): Promise<{ user: User; caller: Caller }> {
    const user = await this.user(session);
    return { user, caller: makeCaller(user, -1, await this.#store.rules.list()) };
  }

  /** The user of a session string; throws OpenNebula's authentication error for anything that is not right. */
  async user(session: string): Promise<User> {
    const colon = session.indexOf(':');
    const name = session.slice(0, Math.max(colon, 0));
    const [user] = colon > 0 ? await this.#store.users.list({ name }) : [];
    if (user?.enabled && (await this.#matches(user, session.slice(colon + 1)))) return user;
    throw new OneError(CODE.AUTHENTICATION, "User couldn't be authenticated, aborting call.");
  }

  async #matches(user: User, password: string): Promise<boolean> {
    const now = this.#clock();
    const digest = createHmac('sha256', this.#key)
      .update(`${user.id}:${user.passwordHash}:${password}`)
      .digest('base64');
    const until = this.#good.get(digest);
    if (until !== undefined && until > now) return true;
    if (!(await this.#slowMatch(password, user.passwordHash))) return false;
    if (this.#good.size >= MAX_REMEMBERED) this.#good.clear();
    this.#good.set(digest, now + REMEMBER_MS);
    return true;
  }
}
