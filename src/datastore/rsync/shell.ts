// ssh hands a command to the shell of the user at the other end as one text. This makes such a text of argument arrays, so that nothing
// in an argument means anything to that shell. Pure.
import { CODE, OneError } from '../../model/errors.ts';

/** Commands that run one after another until one fails. Throws a OneError when an argument cannot be passed on. */
export function shellText(commands: readonly (readonly string[])[]): string {
  return commands.map((argv) => argv.map(quoted).join(' ')).join(' && ');
}

function quoted(argument: string): string {
  if (argument.includes('\0')) {
    throw new OneError(
      CODE.INTERNAL,
      'An argument of a command contains a NUL character, which no program can be given.',
    );
  }
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}
