// For what asks commands about themselves: no server, no terminal.
import type { Io } from '../src/cli/io.ts';

/** Nothing is asked of the outside; what is written is kept. */
export function silentIo(out: string[]): Io {
  return {
    env: {},
    home: '/',
    now: () => 0,
    sleep: async () => {},
    write: (text) => void out.push(text),
    warn: (line) => {
      throw new Error(line);
    },
    columns: undefined,
    bars: false,
    readStdin: async () => null,
    edit: undefined,
    ask: async () => null,
    askSecret: async () => null,
    onInterrupt: () => () => {},
  };
}
