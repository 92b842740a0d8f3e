// Methods that every noun with an owner has: rename, chmod, chown, lock and unlock; and what most have: info, update.
import { requireRight, type Operation } from '../access/authorize.ts';
import type { Attributes } from '../model/attributes.ts';
import { merge } from '../model/attributes.ts';
import { CODE, OneError } from '../model/errors.ts';
import { checkName } from '../model/names.ts';
import { LOCK_LEVEL, type LockLevel, type Owned, type Permissions } from '../model/permissions.ts';
import type { Noun } from '../store/nouns.ts';
import type { Store } from '../store/store.ts';
import { nowSec } from '../vm/parts.ts';
import { keepWithinQuota } from '../vm/quota.ts';
import { parseTemplate } from '../wire/template-text.ts';
import { appendFlag } from './flags.ts';
import { method, type Call, type MethodTable } from './method.ts';
import { authorized, authorizedIn, IGNORES_LOCK, type ApiNoun } from './noun.ts';
import { GROUP, USER } from './nouns/people.ts';

type Named = { id: number; name: string };

/** one.<word>.info; the document shows secrets only to those who may see them, and only when asked for. */
export function infoMethod<T extends Named>(noun: ApiNoun<T>): MethodTable {
  return {
    [`one.${noun.word}.info`]: method(['int', ['boolean', false]], async (call, id, decrypt) =>
      document(call, noun, await authorized(call, noun, id, 'USE', IGNORES_LOCK), decrypt),
    ),
  };
}

export async function document<T extends Named>(
  call: Call,
  noun: ApiNoun<T>,
  object: T,
  decrypt = false,
): Promise<string> {
  return noun.document ? noun.document(call, object, decrypt) : (await noun.entries(call))(object);
}

/** one.<word>.rename. */
export function renameMethod<T extends Named>(noun: ApiNoun<T>, right: Operation = 'MANAGE'): MethodTable {
  return {
    [`one.${noun.word}.rename`]: method(['int', 'string'], async (call, id, name) => {
      await authorized(call, noun, id, right);
      checkName(name, CODE.ACTION);
      await noun.pool(call.parts.store).update(id, (object) => void (object.name = name));
      return id;
    }),
  };
}

/** one.<word>.update: replaces or merges the template. `check` refuses what must not be in it. */
export function updateMethod<T extends Named & { template: Attributes }>(
  noun: ApiNoun<T>,
  check: (call: Call, object: T, template: Attributes) => void | Promise<void> = () => undefined,
  right: Operation = 'MANAGE',
): MethodTable {
  return {
    [`one.${noun.word}.update`]: method(['int', 'string', ['int', 0]], async (call, id, text, append) => {
      const before = await authorized(call, noun, id, right);
      const given = parseTemplate(text);
      const merging = appendFlag(append);
      await check(call, before, merging ? merge(before.template, given) : given);
      await noun
        .pool(call.parts.store)
        .update(id, (object) => void (object.template = merging ? merge(object.template, given) : given));
      return id;
    }),
  };
}

/** one.<word>.chmod, .chown, .lock and .unlock. */
export function ownedMethods<T extends Owned>(
  noun: ApiNoun<T>,
  stored: Noun<T>,
  options: { lockable: boolean },
): MethodTable {
  return {
    [`one.${noun.word}.chmod`]: chmodMethod(noun),
    [`one.${noun.word}.chown`]: method(['int', 'int', 'int'], async (call, id, uid, gid) => {
      await authorized(call, noun, id, 'MANAGE');
      await chown(call, noun, stored, id, uid, gid);
      return id;
    }),
    ...(options.lockable ? lockMethods(noun) : {}),
  };
}

const BITS: ReadonlyArray<keyof Permissions> = [
  'ownerU',
  'ownerM',
  'ownerA',
  'groupU',
  'groupM',
  'groupA',
  'otherU',
  'otherM',
  'otherA',
];

function chmodMethod<T extends Owned>(noun: ApiNoun<T>): MethodTable[string] {
  const nine = ['int', 'int', 'int', 'int', 'int', 'int', 'int', 'int', 'int'] as const;
  return method(['int', ...nine], async (call, id, ...bits) => {
    await chmod(call, noun, id, bits);
    return id;
  });
}

/** Changes the bits that are not -1. ADMIN bits take the ADMIN right. */
export async function chmod<T extends Owned>(call: Call, noun: ApiNoun<T>, id: number, bits: number[]): Promise<void> {
  const wrong = bits.find((bit) => bit < -1 || bit > 1);
  if (wrong !== undefined) {
    throw new OneError(CODE.XML_RPC_API, `Permission ${wrong} is not known; it must be 1, 0, or -1 to leave it.`);
  }
  const before = await authorized(call, noun, id, 'MANAGE');
  const changes = BITS.filter((name, index) => {
    const bit = bits[index] ?? -1;
    return bit !== -1 && before.permissions[name] !== (bit === 1);
  });
  if (changes.some((name) => name.endsWith('A'))) requireRight(call.caller, 'ADMIN', noun.target(before));
  await noun.pool(call.parts.store).update(id, (object) => {
    for (const name of changes) object.permissions[name] = bits[BITS.indexOf(name)] === 1;
  });
}

/** Gives an object to another owner or group, -1 keeps; what it takes counts for them from then on. */
export async function chown<T extends Owned>(
  call: Call,
  noun: ApiNoun<T>,
  stored: Noun<T>,
  id: number,
  uid: number,
  gid: number,
): Promise<void> {
  await call.parts.store.transaction(async (tx: Store) => {
    const user = uid < 0 ? undefined : await authorizedIn(tx, call.caller, USER, uid, 'MANAGE');
    const group = gid < 0 ? undefined : await authorizedIn(tx, call.caller, GROUP, gid, 'USE');
    const after = await noun.pool(tx).update(id, (object) => {
      if (user) Object.assign(object, { uid: user.id, uname: user.name });
      if (group) Object.assign(object, { gid: group.id, gname: group.name });
    });
    await keepWithinQuota(
      tx,
      { uid: user ? after.uid : -1, gid: group ? after.gid : -1 },
      stored.charges?.(after) ?? [],
    );
  });
}

function lockMethods<T extends Owned>(noun: ApiNoun<T>): MethodTable {
  return {
    [`one.${noun.word}.lock`]: method(['int', 'int', ['boolean', false]], async (call, id, level, test) => {
      const object = await authorized(call, noun, id, 'MANAGE', IGNORES_LOCK);
      const wanted = lockLevel(level);
      if (object.lock && (test || (object.lock.owner !== call.user.id && !call.caller.admin))) {
        const { owner } = object.lock;
        throw new OneError(CODE.ACTION, `The ${noun.label} [${id}] is already locked by user ${owner}.`, {
          objectId: id,
        });
      }
      const time = nowSec(call.parts.clock);
      await noun.pool(call.parts.store).update(id, (record) => {
        record.lock = { level: wanted, owner: call.user.id, time, requestId: -1 };
      });
      return id;
    }),
    [`one.${noun.word}.unlock`]: method(['int'], async (call, id) => {
      const object = await authorized(call, noun, id, 'MANAGE', IGNORES_LOCK);
      if (object.lock && object.lock.owner !== call.user.id && !call.caller.admin) {
        const { owner } = object.lock;
        throw new OneError(
          CODE.AUTHORIZATION,
          `User [${call.user.id}] : Not authorized to unlock ${noun.label} [${id}], which user ${owner} has locked.`,
          { objectId: id },
        );
      }
      await noun.pool(call.parts.store).update(id, (record) => {
        delete record.lock;
      });
      return id;
    }),
  };
}

/** 4 (all) is stored as 1, which keeps from everything too. */
function lockLevel(level: number): LockLevel {
  if (level === 4) return LOCK_LEVEL.USE;
  const found = Object.values(LOCK_LEVEL).find((known) => known === level);
  if (found !== undefined) return found;
  throw new OneError(
    CODE.XML_RPC_API,
    `Lock level ${level} is not known; it must be 1 (use), 2 (manage), 3 (admin) or 4 (all).`,
  );
}
