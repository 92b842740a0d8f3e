// Brings the directory of a VM that is off from one host to another, straight: this process runs on one of the two. What arrived has the
// directory's name only when it is whole; a directory that both hosts have is left alone.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform, type Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { start, type Running } from '../exec/exec.ts';
import { run } from '../exec/exec.ts';
import { shellText } from '../exec/shell.ts';
import { sshArgv, type SshTarget } from '../exec/ssh.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { MoverEvent } from '../model/mover-protocol.ts';
import type { CarryResult, CarryTask } from '../model/tasks/carry.ts';
import { knownHostsText } from '../model/ssh-host.ts';

export async function carry(
  task: CarryTask,
  signal: AbortSignal,
  tell: (event: MoverEvent) => void,
): Promise<CarryResult> {
  const own = await mkdtemp(join(tmpdir(), 'onevault-carry-'));
  try {
    const knownHosts = join(own, 'known');
    await writeFile(knownHosts, knownHostsText(task.other), { mode: 0o600 });
    const { host, user, port } = task.other;
    const target: SshTarget = { host, user, port, key: task.keyFile, knownHosts };
    tell({ type: 'phase', phase: 'copying' });
    return task.way === 'push' ? await push(task, target, signal) : await pull(task, target, signal);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

async function push({ directory }: CarryTask, target: SshTarget, signal: AbortSignal): Promise<CarryResult> {
  const mark = markOf(directory);
  await writeFile(mark, '');
  try {
    const there = (text: string): string[] => sshArgv(target, text);
    if ((await run(there(seenText(mark)), { signal, okCodes: [1] })).code === 0)
      return { carriedBytes: 0, shared: true };
    const tar = start(packArgv(directory), { signal });
    const taking = start(there(takeText(directory, mark)), { stdin: 'pipe', signal });
    taking.stdout.resume();
    return { carriedBytes: await passed(tar, taking, tar.stdout, taking.stdin), shared: false };
  } finally {
    await rm(mark, { force: true });
  }
}

async function pull({ directory }: CarryTask, target: SshTarget, signal: AbortSignal): Promise<CarryResult> {
  const mark = markOf(directory);
  const there = (text: string): string[] => sshArgv(target, text);
  await run(there(shellText([['touch', mark]])), { signal });
  try {
    if (
      await stat(mark).then(
        () => true,
        () => false,
      )
    )
      return { carriedBytes: 0, shared: true };
    const tar = start(there(shellText([packArgv(directory)])), { signal });
    const taking = start(['sh', '-c', takeText(directory, mark)], { stdin: 'pipe', signal });
    taking.stdout.resume();
    return { carriedBytes: await passed(tar, taking, tar.stdout, taking.stdin), shared: false };
  } finally {
    await run(there(shellText([['rm', '-f', mark]])));
  }
}

/** Holes stay holes, and owners are numbers. */
function packArgv(directory: string): string[] {
  return ['tar', '-C', directory, '--sparse', '--numeric-owner', '--exclude=./backup', '-cf', '-', '.'];
}

function markOf(directory: string): string {
  return join(directory, `.carried-${randomBytes(8).toString('hex')}`);
}

function seenText(mark: string): string {
  return shellText([['test', '-e', mark]]);
}

/** What an earlier attempt has brought goes first; a mark that is seen here after all means that both are one. */
function takeText(directory: string, mark: string): string {
  return shellText([['sh', '-c', TAKE, 'sh', directory, mark]]);
}

const TAKE = `
set -e
if [ -e "$2" ]; then echo 'both hosts have this directory' >&2; exit 1; fi
rm -rf "$1".incoming-*
mkdir -p "$(dirname "$1")"
new=$(mktemp -d "$1".incoming-XXXXXX)
trap 'rm -rf "$new"' EXIT
tar -xf - --sparse --numeric-owner -C "$new"
rm -f "$new"/.carried-*
chmod 755 "$new"
sync -f "$new"
rm -rf "$1"
mv -T "$new" "$1"
trap - EXIT
sync -f "$1"`;

async function passed(tar: Running, taking: Running, from: Readable, to: Writable | null): Promise<number> {
  let bytes = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  const passing = to ? pipeline(from, count, to).catch(() => undefined) : undefined; // both tell by their ends
  const [packed, taken] = await Promise.all([tar.exit, taking.exit, passing]);
  const bad = [packed, taken].find(({ code }) => code !== 0);
  if (!bad) return bytes;
  const said = bad.stderr.trim().split('\n').slice(-3).join(' ');
  throw new OneError(CODE.INTERNAL, `The directory of the VM could not be copied from host to host: ${said}`, {
    retry: true,
  });
}
