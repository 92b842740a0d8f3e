// Which names objects may have.
import { CODE, OneError, type Code } from './errors.ts';

const FORBIDDEN = /[&|:\\";/'#{}$<>]/;

/** Returns the name if OpenNebula allows it for an object; otherwise an error says what is wrong with it. */
export function checkName(name: string, code: Code = CODE.ALLOCATE): string {
  if (name === '') throw new OneError(code, 'NAME is empty; give the object a name.');
  if (name.length > 128) {
    throw new OneError(code, `NAME has ${name.length} characters; at most 128 are possible.`);
  }
  const bad = FORBIDDEN.exec(name)?.[0] ?? [...name].find((character) => character < ' ');
  if (bad === undefined) return name;
  throw new OneError(code, `NAME "${name}" contains ${JSON.stringify(bad)}, which no name may contain.`);
}

/** The same for a user, whose name also stands before a colon in a session and in lists between spaces. */
export function checkUserName(name: string): string {
  const bad = /[\s:]/.exec(name)?.[0];
  if (bad === undefined) return checkName(name);
  throw new OneError(
    CODE.ALLOCATE,
    `NAME "${name}" contains ${JSON.stringify(bad)}, which no user's name may contain.`,
  );
}
