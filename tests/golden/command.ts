// Runs one command line against a server with canned replies, and tells what was sent, printed and returned.
import type { Family } from '../../src/cli/family.ts';
import type { Io } from '../../src/cli/io.ts';
import { cannedServer, type Canned } from './canned-server.ts';
import { fakeIo, type FakeIo } from './fake-io.ts';

export interface Outcome {
  status: number;
  out: string;
  err: string;
  /** Calls without `one.` and the session. */
  calls: unknown[][];
}

/** `argv` is split at blanks when it is one text; the first word is the subcommand. Replies are named without `one.`. */
export async function runCommand(
  command: (io: Io) => Family,
  argv: string | readonly string[],
  replies: Record<string, Canned>,
  prepare: (io: FakeIo) => void = () => {},
): Promise<Outcome> {
  const named = Object.entries(replies).map(([name, reply]) => [`one.${name}`, reply] as const);
  const server = await cannedServer(Object.fromEntries(named));
  try {
    const io = fakeIo(server.endpoint);
    prepare(io);
    const words = typeof argv === 'string' ? argv.split(' ') : argv;
    const status = await command(io).main(words);
    const calls = server.calls.map(({ method, params }) => [method.replace(/^one\./, ''), ...params.slice(1)]);
    return { status, out: io.out, err: io.err, calls };
  } finally {
    await server.close();
  }
}

/** What a command prints and sends when all goes well. */
export function success(calls: unknown[][], out = ''): Outcome {
  return { status: 0, out, err: '', calls };
}

/** A command that fails with this line on stderr. */
export function failure(err: string, calls: unknown[][] = []): Outcome {
  return { status: 255, out: '', err: `${err}\n`, calls };
}
