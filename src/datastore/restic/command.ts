// Runs restic on one repository to its end, and waits for the locks of others.
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { run, type Exit } from '../../exec/exec.ts';
import type { ResticConfig } from './config.ts';
import { failure, ResticError } from './failure.ts';
import { isFull } from './capacity.ts';
import { isConnectionLost, isSessionRefused, isUnexplained, lastingDamage } from './output.ts';
import { sftpComplaint } from './sftp-complaint.ts';
import { watchStall } from './stall.ts';
import { ended, interrupt, startRestic } from './start.ts';
import { removeStaleLocks, unlockAfter } from './unlock.ts';
import { featuresOf } from './version.ts';

/** How long to wait for a repository that another process has locked. */
export interface Patience {
  tries: number;
  delayMs: number;
}

export interface ResticRun {
  config: ResticConfig;
  /** What this is for, as in "store the backup of VM 7". */
  what: string;
  args: string[];
  signal?: AbortSignal | undefined;
  /** Called with every line of stdout; without it the lines are returned. */
  onLine?: (line: string) => void;
  /** It is for one file, so the first damage is the end. */
  oneFile?: true;
}

/** Runs restic to its end and returns stdout. Throws ResticError on any exit code but 0. */
export async function runRestic(run: ResticRun): Promise<string> {
  const { config, what, signal } = run;
  signal?.throwIfAborted();
  const { exit, lines, lost } = await follow(run);
  const locked = !run.args.includes('--no-lock');
  if (signal?.aborted) {
    if (locked) await unlockAfter(config);
    throw failure(what, config, { code: -1, stderr: '' });
  }
  if (exit.code === 0) return lines.join('\n');
  const stderr = [exit.stderr, lost ?? (isSessionRefused(exit.stderr) ? await sftpComplaint(config) : '')].join('\n');
  const error = failure(what, config, { code: lost === undefined ? exit.code : 1, stderr });
  // what could not reach the repository any more could not take its lock away
  if (locked && config.transport.local === undefined && error.trouble !== 'locked') await unlockAfter(config);
  throw error;
}

interface Followed {
  exit: Exit;
  lines: string[];
  /** Why it was ended although nobody asked for that. */
  lost: string | undefined;
}

/** A restic whose connection is gone, or stands still, is ended: it would try for a long time, or wait for ever. */
async function follow({ config, args, signal, onLine, oneFile }: ResticRun): Promise<Followed> {
  let lost: string | undefined;
  let said = '';
  let asked = false;
  const remote = config.transport.local === undefined;
  const onStderr = (text: string): void => {
    said = (said + text).slice(-1000);
    const damage = oneFile && lastingDamage(said, remote ? 'remote' : 'local');
    if (damage !== undefined) end(damage);
    if (!remote || lost !== undefined) return;
    if (isConnectionLost(said)) end('the connection was lost');
    if (isUnexplained(said) && !asked) {
      asked = true;
      // an SFTP server does not say why it could not write; whether it is full it can be asked
      void isFull(config).then((full) => full && end('no space left on device'));
    }
  };
  const running = startRestic(config, args, { onStderr });
  const stop = (): void => interrupt(running);
  const end = (why: string): void => {
    lost ??= why;
    stop();
  };
  signal?.addEventListener('abort', stop, { once: true });
  const watch = remote ? watchStall(running.pid, config.stallMs) : undefined;
  watch?.signal.addEventListener('abort', () => end(`nothing was moved for ${config.stallMs / 1000} s: i/o timeout`));
  const lines: string[] = [];
  createInterface({ input: running.stdout }).on('line', onLine ?? ((line) => lines.push(line)));
  const exit = await ended(running).finally(() => {
    signal?.removeEventListener('abort', stop);
    watch?.end();
  });
  return { exit, lines, lost };
}

/**
 * Does the work again while another process has the repository locked. Locks of dead processes are removed first, which
 * `restic unlock` does and does only that. `waits` are options with which restic itself waits for a lock, where it can.
 */
export async function patiently<T>(
  config: ResticConfig,
  patience: Patience,
  signal: AbortSignal | undefined,
  work: (waits: string[]) => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work(attempt === 0 ? [] : await waitOptions(config, patience));
    } catch (error) {
      if (!(error instanceof ResticError) || error.trouble !== 'locked' || attempt >= patience.tries) throw error;
      await removeStaleLocks(config, signal);
      if (attempt > 0) await delay(patience.delayMs, undefined, { signal });
    }
  }
}

/** For as long as between two tries: in between the locks of those who died meanwhile are removed. */
async function waitOptions(config: ResticConfig, { delayMs }: Patience): Promise<string[]> {
  if (delayMs < 1000) return [];
  const { retryLock } = await features(config);
  return retryLock ? ['--retry-lock', `${Math.round(delayMs / 1000)}s`] : [];
}

let probed: Promise<ReturnType<typeof featuresOf>> | undefined;

/** What the installed restic can do; it is asked once. */
export function features({ env }: Pick<ResticConfig, 'env'>): Promise<ReturnType<typeof featuresOf>> {
  probed ??= run(['restic', 'version'], { env: { PATH: env['PATH'] ?? process.env['PATH'] ?? '' } }).then(
    ({ stdout }) => featuresOf(stdout),
    () => featuresOf(''), // what is wrong with it, the command tells
  );
  return probed;
}
