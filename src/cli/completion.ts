// `onevault completion`: prints a shell's completion script, made from the subcommands and options that the commands have.
import { bashScript, zshScript, type CommandWords, type Word } from './completion-script.ts';
import { families } from './families.ts';
import { FAILED } from './failure.ts';
import type { Family } from './family.ts';
import { processIo, type Io } from './io.ts';

export const SHELLS = { bash: bashScript, zsh: zshScript };

/** Prints the script of the shell named; the exit status. `own` are the words of the command onevault itself. */
export async function completion([shell]: readonly string[], own: CommandWords, io: Io = processIo()): Promise<number> {
  if (shell !== 'bash' && shell !== 'zsh') {
    io.warn(`Name a shell: onevault completion ${Object.keys(SHELLS).join('|')}`);
    return FAILED;
  }
  const all = (await families(io)).map(wordsOf);
  io.write(SHELLS[shell]([...all, own]));
  return 0;
}

function wordsOf({ program }: Family): CommandWords {
  return {
    name: program.name(),
    subcommands: program.commands.map((command) => ({
      text: command.name(),
      description: command.description(),
      options: [
        ...command.options.flatMap(({ long, description }): Word[] => (long ? [{ text: long, description }] : [])),
        HELP,
      ],
    })),
  };
}

const HELP: Word = { text: '--help', description: 'show the usage' };
