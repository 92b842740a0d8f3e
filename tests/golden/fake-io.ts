// The outside of a command for tests: nothing of this machine, and everything written is kept.
import type { Io } from '../../src/cli/io.ts';
import { NOW } from './objects.ts';

export interface FakeIo extends Io {
  out: string;
  err: string;
  stdin: string | null;
}

/** An Io whose clock stands at NOW and advances with every sleep. */
export function fakeIo(endpoint: string): FakeIo {
  let nowMs = NOW * 1000;
  const io: FakeIo = {
    out: '',
    err: '',
    stdin: null,
    env: { ONE_XMLRPC: endpoint, ONE_AUTH: new URL('one_auth', import.meta.url).pathname },
    home: '/no/such/home',
    now: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
    },
    write: (text) => void (io.out += text),
    warn: (line) => void (io.err += `${line}\n`),
    columns: undefined,
    bars: false,
    readStdin: async () => io.stdin,
    edit: undefined,
    ask: async () => null,
    askSecret: async () => null,
    onInterrupt: () => () => {},
  };
  return io;
}
