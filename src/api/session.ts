// Who is calling: the session string `user:password` or `user:token` that every call begins with. A password that was right is
// remembered for a while as a keyed digest, because the slow hash would cost each call a tenth of a second. Whoever guesses is
// slowed; a name that nobody has costs as much as a wrong password.
import { createHmac, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCaller, type Caller } from '../access/authorize.ts';
import type { passwordMatches } from '../access/password.ts';
import { LoginThrottle } from '../access/throttle.ts';
import { isUseToNote, isValid, validTokens, withUse } from '../access/session-use.ts';
import { requireWithin } from '../access/token-scope.ts';
import { findToken } from '../access/token.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { Scope } from '../model/token-scope.ts';
import { CORE_DRIVER, PUBLIC_DRIVER, type LoginToken, type User } from '../model/user.ts';
import { passwordDrivers, type PasswordDrivers } from '../sign-in/all.ts';
import type { PasswordDriver } from '../sign-in/password-driver.ts';
import type { Store } from '../store/store.ts';
import { nowSec, type Clock } from '../vm/parts.ts';
import { signedIn } from './signed-in.ts';

const MAX_REMEMBERED = 10_000;
/** Passwords for one name that may be held back at the same time; more are refused unseen, or guessing would go in parallel. */
const MAX_HELD_BACK = 10;
const ALL_GROUPS = -1;

export interface SessionOptions {
  slowMatch?: typeof passwordMatches;
  /** Who knows passwords; OneVault alone unless given. */
  drivers?: PasswordDrivers;
  wait?: (milliseconds: number) => Promise<unknown>;
  /** After so long without use a session of the console is over; 0 for no such limit. */
  idleSec?: number;
}

export interface Who {
  user: User;
  /** The user with what is in effect for this call. */
  caller: Caller;
}

export class Sessions {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #drivers: PasswordDrivers;
  readonly #wait: (milliseconds: number) => Promise<unknown>;
  readonly #idleSec: number;
  readonly #throttle: LoginThrottle;
  readonly #key = randomBytes(32);
  readonly #good = new Map<string, number>();
  readonly #checks = new Map<string, Promise<User>>();
  readonly #heldBack = new Map<string, number>();

  constructor(store: Store, clock: Clock, { slowMatch, drivers, wait = sleep, idleSec = 0 }: SessionOptions = {}) {
    this.#store = store;
    this.#clock = clock;
    this.#drivers = drivers ?? passwordDrivers(undefined, slowMatch);
    this.#wait = wait;
    this.#idleSec = idleSec;
    this.#throttle = new LoginThrottle(clock);
  }

  /**
   * Who calls with a session string and what is in effect for her; throws OpenNebula's authentication error. `asked` is the method, or the page, that
   * she asks for: a token with a scope is refused what that has not, before anything else is looked at. `known` hears who it is before that.
   */
  async caller(session: string, asked = '', known: (user: User) => void = () => undefined): Promise<Who> {
    const { user, egid, scopes } = await this.#login(session);
    known(user);
    requireWithin(scopes, asked, user.id);
    return { user, caller: { ...makeCaller(user, egid, await this.#store.rules.list()), ...(scopes && { scopes }) } };
  }

  /** By a session of the console alone: what a browser goes on sending when that is over is no guess at a password, and slows nobody. */
  async signedIn(session: string, known: (user: User) => void = () => undefined): Promise<Who> {
    const colon = session.indexOf(':');
    const user = await this.#find(session.slice(0, Math.max(colon, 0)));
    const token = user && findToken(user.tokens, session.slice(colon + 1));
    if (!user || !token?.session) throw refused();
    const { egid } = await this.#stillValid(user, token);
    known(user);
    return { user, caller: makeCaller(user, egid, await this.#store.rules.list()) };
  }

  async #login(session: string): Promise<{ user: User; egid: number; scopes?: Scope[] | undefined }> {
    const colon = session.indexOf(':');
    const name = session.slice(0, Math.max(colon, 0));
    const secret = session.slice(colon + 1);
    if (name === '') throw refused();
    const user = await this.#find(name);
    // long random tokens and what was right before need no slowing, so guessing at a name never keeps its owner out
    const token = user && findToken(user.tokens, secret);
    if (user && token) {
      const { egid, scopes } = await this.#stillValid(user, token);
      return { user, egid, scopes };
    }
    if (user && this.#isRemembered(user, secret)) return { user, egid: ALL_GROUPS };
    return { user: await this.#check(name, secret), egid: ALL_GROUPS };
  }

  /** Its owner did something with a session, which counts against the time without use. What is no session is left alone. */
  async used(user: User, session: string): Promise<void> {
    const now = nowSec(this.#clock);
    const token = findToken(user.tokens, session.slice(session.indexOf(':') + 1));
    if (!token || !isUseToNote(token, now, this.#idleSec)) return;
    await this.#store.users.update(user.id, (record) => void (record.tokens = withUse(record.tokens, token.hash, now)));
  }

  /** One that is over is no guess at a password, and slows nobody; it is dropped. */
  async #stillValid(user: User, token: LoginToken): Promise<LoginToken> {
    const now = nowSec(this.#clock);
    if (isValid(token, now, this.#idleSec)) return token;
    await this.#store.users.update(user.id, (record) => {
      record.tokens = validTokens(record.tokens, now, this.#idleSec);
    });
    throw refused();
  }

  /** Many calls may come with the same new password at once: it is looked at once. */
  #check(name: string, password: string): Promise<User> {
    const key = this.#digest(name, password);
    const known = this.#checks.get(key);
    if (known) return known;
    const check = this.#checkSlowly(name, password).finally(() => this.#checks.delete(key));
    this.#checks.set(key, check);
    return check;
  }

  async #checkSlowly(name: string, password: string): Promise<User> {
    await this.#holdBack(name);
    this.#throttle.failed(name); // until it is known to be right, or many guesses at once would all be free
    // looked up only now: the password may have been changed, or its owner disabled, while this was held back
    const user = await this.#find(name);
    const driver = this.#driverFor(user, await this.#isTaken(name));
    const known = await driver?.check(name, password, user?.passwordHash ?? '');
    if (!known) throw refused();
    const found = await signedIn(this.#store, { name, user, driver: this.#nameOf(driver), ...known });
    if (!found) throw refused();
    this.#throttle.succeeded(name);
    this.#remember(found, password, driver?.rememberMs ?? 0);
    return found;
  }

  /** The user of that name, when she may log in. */
  async #find(name: string): Promise<User | undefined> {
    const [user] = await this.#store.users.list({ name });
    if (!user?.enabled || user.authDriver === PUBLIC_DRIVER) return undefined;
    return user.authDriver !== CORE_DRIVER || user.passwordHash !== '' ? user : undefined;
  }

  /** Of a name that nobody has, who would make a user of it; OneVault itself otherwise, which takes its time to say no. */
  #driverFor(user: User | undefined, taken: boolean): PasswordDriver | undefined {
    const core = this.#drivers.get(CORE_DRIVER);
    if (user) return this.#drivers.get(user.authDriver) ?? core;
    return taken ? core : ([...this.#drivers.values()].find(({ makesUsers }) => makesUsers) ?? core);
  }

  #nameOf(driver: PasswordDriver | undefined): string {
    return [...this.#drivers].find(([, each]) => each === driver)?.[0] ?? CORE_DRIVER;
  }

  /** Also by somebody who may not log in. */
  async #isTaken(name: string): Promise<boolean> {
    return (await this.#store.users.list({ name })).length > 0;
  }

  async #holdBack(name: string): Promise<void> {
    const milliseconds = this.#throttle.heldBackMs(name);
    if (milliseconds === 0) return;
    const others = this.#heldBack.get(name) ?? 0;
    if (others >= MAX_HELD_BACK) throw refused();
    this.#heldBack.set(name, others + 1);
    try {
      await this.#wait(milliseconds);
    } finally {
      const left = (this.#heldBack.get(name) ?? 1) - 1;
      if (left === 0) this.#heldBack.delete(name);
      else this.#heldBack.set(name, left);
    }
  }

  #isRemembered(user: User, password: string): boolean {
    const until = this.#good.get(this.#digestOf(user, password));
    return until !== undefined && until > this.#clock();
  }

  #remember(user: User, password: string, forMs: number): void {
    if (this.#good.size >= MAX_REMEMBERED) this.#good.clear();
    this.#good.set(this.#digestOf(user, password), this.#clock() + forMs);
  }

  /** Holds the hash and the driver as well, so that a password which was changed is forgotten at once. */
  #digestOf(user: User, password: string): string {
    return this.#digest(String(user.id), user.authDriver, user.passwordHash, password);
  }

  #digest(...parts: string[]): string {
    return createHmac('sha256', this.#key).update(JSON.stringify(parts)).digest('base64');
  }
}

function refused(): OneError {
  return new OneError(CODE.AUTHENTICATION, "User couldn't be authenticated, aborting call.");
}
