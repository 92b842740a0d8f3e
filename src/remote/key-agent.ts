// Lends OneVault's key for one run: an ssh-agent of its own, whose socket nobody else may open and that ends with the run.
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run, start } from '../exec/exec.ts';
import { CODE, OneError } from '../model/errors.ts';

const LOOK_MS = 20;
const LIMIT_MS = 10_000;

/** `work` gets the socket. */
export async function withKey<T>(keyFile: string, work: (socket: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'onevault-key-'));
  const socket = join(directory, 'agent');
  const agent = start(['ssh-agent', '-D', '-a', socket], { dieWithParent: true });
  agent.stdout.resume();
  try {
    for (const end = Date.now() + LIMIT_MS; !(await isThere(socket)); await sleep(LOOK_MS)) {
      if (Date.now() > end) throw new OneError(CODE.INTERNAL, 'ssh-agent did not open its socket.', { retry: true });
    }
    await run(['ssh-add', '-q', keyFile], { env: { SSH_AUTH_SOCK: socket } });
    return await work(socket);
  } finally {
    agent.stop();
    await agent.exit;
    await rm(directory, { recursive: true, force: true });
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
