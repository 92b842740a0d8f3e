// Runs programs where the datastore's directory is: here, or over ssh on the machine that has it. Neither can outlive this process, and
// what is cancelled has ended, there too, before anything else is done.
import { setTimeout as delay } from 'node:timers/promises';
import { ExecError, run, start, type Running } from '../../exec/exec.ts';
import { reasonOf } from '../../model/errors.ts';
import type { RsyncConfig } from './config.ts';
import { SharedConnection, type Lease } from './connection.ts';
import { failure, RsyncError, type Ended } from './failure.ts';
import { boundText, shellText } from '../../exec/shell.ts';
import { sshArgv, type SshTarget } from '../../exec/ssh.ts';

/** sshd turns callers away at random when many log in at the same time. */
const CALLS = 6;
const CALL_AGAIN_MS = 400;
/** Whoever answers over there may go on for ever. */
const MOST_CHARS = 64 * 2 ** 20;
/** What is cancelled has this long to end by itself, at the other end too. */
const GRACE_MS = 1500;

/** A datastore's directory, and how it is reached. */
export type Site = RsyncConfig & ({ ssh: null } | { ssh: SshTarget; connection: SharedConnection });

export function siteOf(config: RsyncConfig): Site {
  const { ssh } = config;
  return ssh === null ? { ...config, ssh } : { ...config, ssh, connection: new SharedConnection(ssh) };
}

export interface There {
  /** What this is for, as in "store the backup of VM 7". */
  what: string;
  /** Run one after another until one fails; over ssh with one session. */
  commands: string[][];
  /** Given to the first command on its stdin. Such commands are not ended over there when they are cancelled, and must be short. */
  input?: string;
  signal?: AbortSignal | undefined;
  /** Exit codes of the last command that are answers. */
  okCodes?: number[];
}

/** What the commands wrote to stdout. Throws RsyncError when one ends with anything but 0. */
export async function runThere(site: Site, there: There): Promise<string> {
  return callAgain(there.signal, () => (site.ssh === null ? runHere(site, there) : runOverSsh(site, there)));
}

/** A place in the shared connection, nothing for a directory of this machine. */
export async function leaseOf(site: Site, what: string, signal?: AbortSignal): Promise<Lease> {
  if (site.ssh === null) return { socket: undefined, release: () => undefined };
  const lease = await site.connection.lease(signal).catch((error: unknown): Ended => {
    return signal?.aborted ? { code: -1, stderr: '' } : endOf(error);
  });
  if ('release' in lease) return lease;
  throw failure(what, site, lease);
}

/**
 * What a program wrote, when it has ended with 0 or one of `okCodes`; throws RsyncError on all else. Cancelled, it is asked to end, which
 * over ssh is to have ended at the other end too, and killed when it does not.
 */
export async function outputOf(
  site: Site,
  running: Running,
  { what, signal, okCodes = [], ask }: Omit<There, 'commands'> & { ask: () => void },
): Promise<string> {
  let late: NodeJS.Timeout | undefined;
  const stop = (): void => {
    ask();
    late ??= setTimeout(() => running.kill('SIGKILL'), GRACE_MS);
  };
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  const said = { text: '', tooMuch: false };
  running.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.tooMuch ||= said.text.length + text.length > MOST_CHARS;
    if (said.tooMuch) running.kill('SIGKILL');
    else said.text += text;
  });
  const exit = await running.exit.catch(endOf).finally(() => {
    clearTimeout(late);
    signal?.removeEventListener('abort', stop);
  });
  if (signal?.aborted) throw failure(what, site, { code: -1, stderr: '' });
  if (said.tooMuch) throw failure(what, site, { code: 1, stderr: `more than ${MOST_CHARS} characters came` });
  if (exit.code !== 0 && !okCodes.includes(exit.code)) throw failure(what, site, exit);
  return said.text;
}

/** Does the work again as long as the other end turns the login away, which it does before anything begins. */
export async function callAgain<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  for (let call = 1; ; call++) {
    try {
      return await work();
    } catch (error) {
      const dropped = error instanceof RsyncError && error.trouble === 'dropped';
      if (!dropped || call === CALLS) throw error;
      await delay(CALL_AGAIN_MS * call * (0.5 + Math.random()), undefined, { signal });
    }
  }
}

/** How something that did not work ended; what could not even be started is like a missing program. */
export function endOf(error: unknown): Ended {
  return error instanceof ExecError ? error.exit : { code: 127, stderr: reasonOf(error) };
}

async function runHere(site: Site, { what, commands, input, signal, okCodes = [] }: There): Promise<string> {
  let stdout = '';
  for (const [index, argv] of commands.entries()) {
    if (signal?.aborted) throw failure(what, site, { code: -1, stderr: '' });
    const options = {
      ...{ signal, dieWithParent: true, okCodes: index === commands.length - 1 ? okCodes : [] },
      ...(index === 0 && input !== undefined ? { input } : {}),
    };
    const ended = await run(argv, options).catch((error: unknown) => {
      throw failure(what, site, endOf(error));
    });
    stdout += ended.stdout;
  }
  return stdout;
}

async function runOverSsh(site: Site & { ssh: SshTarget }, there: There): Promise<string> {
  const { what, commands, input, signal } = there;
  const lease = await leaseOf(site, what, signal);
  try {
    const text = input === undefined ? boundText(commands) : shellText(commands);
    const running = start(sshArgv(site.ssh, text, lease.socket), { dieWithParent: true, stdin: 'pipe' });
    running.stdin?.on('error', () => undefined); // it may end before it has read; its exit tells
    if (input !== undefined) running.stdin?.end(input);
    return await outputOf(site, running, { ...there, ask: () => running.stdin?.end() });
  } finally {
    lease.release();
  }
}
