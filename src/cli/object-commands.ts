// The subcommands that most nouns have, one line each to add: update, rename, chmod, chown and chgrp, lock and unlock, delete.
import type { Attribute } from '../model/attributes.ts';
import { formatTemplate } from '../wire/template-text.ts';
import { attributesOf } from '../wire/template-xml.ts';
import type { Value } from '../wire/xmlrpc.ts';
import { argument, done, forEachId, type Family, type OptionLine, type Session } from './family.ts';
import { changedTemplate } from './input.ts';
import { idOf, methodOf, NOUN, wordOf, type Noun } from './lookup.ts';
import { chmodNumbers } from './permissions.ts';

export interface UpdateWords {
  /** Subcommand and verb of the call, `update` by default. */
  name?: string;
  description?: string;
  /** What the noun's info call takes after the id, `[false]` by default. */
  infoParams?: readonly Value[];
  /** Where the present template is, `TEMPLATE` by default. */
  element?: string;
  /** Attributes that the editor does not show. */
  omitted?: readonly string[];
  /** The text for the editor, when it is more than one element. */
  present?: (session: Session, id: number) => Promise<string>;
}

/** Adds `update`, with -a to keep what the text does not mention. */
export function addUpdate(family: Family, noun: Noun, words: UpdateWords = {}): void {
  const { name = 'update', description = 'Change its template' } = words;
  const options = [['-a, --append', 'keep what the text does not mention']] as const;
  family.add<{ append?: boolean }>(
    { usage: `${name} <${wordOf(noun)}> [file]`, description, options },
    async (session, args, given) => {
      const id = await idOf(session.client, noun, argument(args, 0));
      const present = (): Promise<string> => (words.present ?? presentTemplate(noun, words))(session, id);
      const text = await changedTemplate(session.io, args[1], 2, present);
      await session.client.call(methodOf(noun, name), id, text, given.append ? 1 : 0);
      done(session, noun, id, name);
    },
  );
}

function presentTemplate(noun: Noun, words: UpdateWords): (session: Session, id: number) => Promise<string> {
  return async ({ client }, id) => {
    const { infoParams = [false], element = 'TEMPLATE', omitted = [] } = words;
    const object = await client.document(methodOf(noun, 'info'), id, ...infoParams);
    const template = object.child(element);
    const attributes = template ? attributesOf(template) : [];
    return formatTemplate(attributes.filter(([name]: Attribute) => !omitted.includes(name)));
  };
}

/** Adds `rename`. */
export function addRename(family: Family, noun: Noun): void {
  family.add(
    { usage: `rename <${wordOf(noun)}> <name>`, description: 'Give it another name' },
    async (session, args) => {
      const id = await idOf(session.client, noun, argument(args, 0));
      await session.client.call(methodOf(noun, 'rename'), id, argument(args, 1));
      done(session, noun, id, 'renamed');
    },
  );
}

/** What follows a chmod's numbers, and the option that asks for it. */
export interface ChmodExtra {
  options: readonly OptionLine[];
  params: (given: Record<string, boolean | undefined>) => Value[];
}

/** Adds `chmod`. */
export function addChmod(family: Family, noun: Noun, extra: ChmodExtra = { options: [], params: () => [] }): void {
  const description = 'Change who may do what: an octet such as 640, or u=rw,g=r,o=';
  family.add<Record<string, boolean | undefined>>(
    { usage: `chmod <${wordOf(noun)}s> <octet>`, description, options: extra.options },
    async (session, args, given) => {
      const params = [...chmodNumbers(argument(args, 1)), ...extra.params(given)];
      await forEachId(session, noun, argument(args, 0), 'permissions changed', (id) =>
        session.client.call(methodOf(noun, 'chmod'), id, ...params),
      );
    },
  );
}

const KEEP = -1;

/** Adds `chown` and `chgrp`. */
export function addOwnership(family: Family, noun: Noun): void {
  const chown = (session: Session, list: string, uid: number, gid: number): Promise<void> =>
    forEachId(session, noun, list, 'owner or group changed', (id) =>
      session.client.call(methodOf(noun, 'chown'), id, uid, gid),
    );
  family.add(
    { usage: `chown <${wordOf(noun)}s> <user> [group]`, description: 'Change the owner, and the group' },
    async (session, args) => {
      const uid = await idOf(session.client, NOUN.user, argument(args, 1));
      const gid = args[2] === undefined ? KEEP : await idOf(session.client, NOUN.group, args[2]);
      await chown(session, argument(args, 0), uid, gid);
    },
  );
  family.add({ usage: `chgrp <${wordOf(noun)}s> <group>`, description: 'Change the group' }, async (session, args) => {
    const gid = await idOf(session.client, NOUN.group, argument(args, 1));
    await chown(session, argument(args, 0), KEEP, gid);
  });
}

interface LockOptions {
  use?: boolean;
  manage?: boolean;
  admin?: boolean;
  all?: boolean;
}

/** Adds `lock` and `unlock`. */
export function addLocks(family: Family, noun: Noun): void {
  const options = [
    ['--use', 'lock what needs USE, MANAGE or ADMIN; the default'],
    ['--manage', 'lock what needs MANAGE or ADMIN'],
    ['--admin', 'lock what needs ADMIN'],
    ['--all', 'lock everything'],
  ] as const;
  family.add<LockOptions>(
    { usage: `lock <${wordOf(noun)}s>`, description: 'Lock against changes', options },
    async (session, args, given) => {
      const level = given.all ? 4 : given.admin ? 3 : given.manage ? 2 : 1;
      await forEachId(session, noun, argument(args, 0), 'locked', (id) =>
        session.client.call(methodOf(noun, 'lock'), id, level, false),
      );
    },
  );
  addCall(family, noun, 'unlock', 'Undo a lock', 'unlocked');
}

/** Adds `delete`. */
export function addDelete(family: Family, noun: Noun): void {
  addCall(family, noun, 'delete', 'Remove for good', 'deleted');
}

/** Adds a subcommand that calls one verb for each object of a list. The call is that of the same name unless another is given. */
export function addCall(
  family: Family,
  noun: Noun,
  name: string,
  description: string,
  doneText: string,
  call: { verb?: string; params?: readonly Value[] } = {},
): void {
  family.add({ usage: `${name} <${wordOf(noun)}s>`, description }, async (session, args) => {
    await forEachId(session, noun, argument(args, 0), doneText, (id) =>
      session.client.call(methodOf(noun, call.verb ?? name), id, ...(call.params ?? [])),
    );
  });
}
