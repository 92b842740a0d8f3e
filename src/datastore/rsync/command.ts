// Runs programs where the datastore's directory is: here, or over ssh on the machine that has it. Neither can outlive this process.
import { setTimeout as delay } from 'node:timers/promises';
import { ExecError, run } from '../../exec/exec.ts';
import { reasonOf } from '../../model/errors.ts';
import type { RsyncConfig } from './config.ts';
import { failure, RsyncError, type Ended } from './failure.ts';
import { shellText } from './shell.ts';
import { sshArgv } from './ssh.ts';

/** sshd turns callers away at random when many log in at the same time. */
const CALLS = 6;
const CALL_AGAIN_MS = 400;

export interface There {
  /** What this is for, as in "store the backup of VM 7". */
  what: string;
  /** Run one after another until one fails; over ssh with one login. */
  commands: string[][];
  /** Given to the first command on its stdin. */
  input?: string;
  signal?: AbortSignal | undefined;
  /** Exit codes of the last command that are answers. */
  okCodes?: number[];
}

/** What the commands wrote to stdout. Throws RsyncError when one ends with anything but 0. */
export async function runThere(config: RsyncConfig, there: There): Promise<string> {
  const { what, commands, input, signal, okCodes = [] } = there;
  return callAgain(signal, async () => {
    let stdout = '';
    const all = argvs(config, commands);
    for (const [index, argv] of all.entries()) {
      signal?.throwIfAborted();
      const options = {
        ...{ signal, dieWithParent: true, okCodes: index === all.length - 1 ? okCodes : [] },
        ...(index === 0 && input !== undefined ? { input } : {}),
      };
      stdout += (await run(argv, options).catch((error: unknown) => fail(what, config, error))).stdout;
    }
    return stdout;
  });
}

/** The one argument array of a command there. */
export function argvThere(config: RsyncConfig, command: readonly string[]): string[] {
  return config.ssh === null ? [...command] : sshArgv(config.ssh, shellText([command]));
}

/** Does the work again as long as the other end turns the login away, which it does before anything begins. */
export async function callAgain<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  for (let call = 1; ; call++) {
    try {
      return await work();
    } catch (error) {
      if (!isDropped(error) || call === CALLS) throw error;
      await delay(CALL_AGAIN_MS * call * (0.5 + Math.random()), undefined, { signal });
    }
  }
}

export function isDropped(error: unknown): boolean {
  return error instanceof RsyncError && error.trouble === 'dropped';
}

/** How something that did not work ended; what could not even be started is like a missing program. */
export function endOf(error: unknown): Ended {
  return error instanceof ExecError ? error.exit : { code: 127, stderr: reasonOf(error) };
}

function argvs({ ssh }: RsyncConfig, commands: string[][]): string[][] {
  return ssh === null ? commands : [sshArgv(ssh, shellText(commands))];
}

function fail(what: string, config: RsyncConfig, error: unknown): never {
  throw failure(what, config, endOf(error));
}
