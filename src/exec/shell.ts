// ssh hands a command to the shell of the user at the other end as one text. This makes such a text of argument arrays, so that nothing
// in an argument means anything to that shell. Pure.
import { CODE, OneError } from '../model/errors.ts';

/** Commands that run one after another until one fails. Throws a OneError when an argument cannot be passed on. */
export function shellText(commands: readonly (readonly string[])[]): string {
  return commands.map((argv) => argv.map(quoted).join(' ')).join(' && ');
}

/**
 * The same, for as long as stdin is open: when that ends, the command that runs is ended too, and no other follows. Nothing tells a program
 * over there that nobody waits for it any more, unless it reads or writes.
 */
export function boundText(commands: readonly (readonly string[])[]): string {
  return shellText([['sh', '-c', BOUND, 'sh', shellText(commands)]]);
}

/** timeout has a process group of its own and passes on to it what it is told, unless it has only just begun; of time it takes no heed here. */
const BOUND = `
exec 3<&0
timeout 0 sh -c "$1" </dev/null 3<&- &
job=$!
{ cat <&3; kill -s TERM "$job"; kill -s TERM -- "-$job"; } >/dev/null 2>&1 &
watch=$!
exec 3<&-
wait "$job"
code=$?
kill "$watch" 2>/dev/null
exit "$code"`;

function quoted(argument: string): string {
  if (argument.includes('\0')) {
    throw new OneError(
      CODE.INTERNAL,
      'An argument of a command contains a NUL character, which no program can be given.',
    );
  }
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}
