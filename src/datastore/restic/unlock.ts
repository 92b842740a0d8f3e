// Removes the locks that dead processes left in a repository, which `restic unlock` does and does only that.
import { setTimeout as delay } from 'node:timers/promises';
import type { Exit } from '../../exec/exec.ts';
import type { ResticConfig } from './config.ts';
import { mayBeLocked } from './contents.ts';
import { failure } from './failure.ts';
import { ended, startRestic } from './start.ts';

/** Several are often ended at once: one look at the repository is enough for all. */
const TOGETHER_MS = 50;
/** Whoever was stopped does not wait longer for its lock to go: who meets it later removes it too. */
const LIMIT_MS = 3000;
/** To log in and ask takes longer. */
const REMOTE = 5;
/**
 * A lock that went away after restic had listed it, as its owner ended or another has removed it. restic before 0.17 tries ten times to
 * load or remove it, 43 s and more; a new list is without it.
 */
const WENT_AWAY = /\(<lock\/\w+>.*: no such file or directory/;
const TRIES = 10;
const WHAT = 'remove stale locks';

/** Removes locks whose process is dead; locks in use stay. Throws ResticError. */
export async function removeStaleLocks(config: ResticConfig, signal?: AbortSignal): Promise<void> {
  for (let left = TRIES; ; left--) {
    signal?.throwIfAborted();
    const { exit, wentAway } = await unlock(config, signal, left > 1);
    if (signal?.aborted) throw failure(WHAT, config, { code: -1, stderr: '' });
    if (wentAway) continue;
    if (exit.code !== 0) throw failure(WHAT, config, exit);
    return;
  }
}

/** It has no lock of its own and removes one file after the other, so it may be killed at any time. */
async function unlock(
  config: ResticConfig,
  signal: AbortSignal | undefined,
  again: boolean,
): Promise<{ exit: Exit; wentAway: boolean }> {
  let said = '';
  let wentAway = false;
  const onStderr = (text: string): void => {
    said = (said + text).slice(-1000);
    if (!again || wentAway || !WENT_AWAY.test(said)) return;
    wentAway = true;
    stop();
  };
  const running = startRestic(config, ['unlock'], { onStderr });
  const stop = (): void => running.kill('SIGKILL');
  signal?.addEventListener('abort', stop, { once: true });
  running.stdout.resume();
  const exit = await ended(running).finally(() => signal?.removeEventListener('abort', stop));
  return { exit, wentAway };
}

/**
 * restic that is interrupted in its first moments, or killed, leaves its lock. Those that end together are looked after together; a
 * repository without any lock costs nothing.
 */
export function unlockAfter(config: ResticConfig, limitMs = LIMIT_MS): Promise<void> {
  const { repository } = config;
  const begun = unlocking.get(repository) ?? unlockSoon(config, limitMs);
  unlocking.set(repository, begun);
  return begun;
}

const unlocking = new Map<string, Promise<void>>();

async function unlockSoon(config: ResticConfig, limitMs: number): Promise<void> {
  await delay(TOGETHER_MS);
  unlocking.delete(config.repository);
  const limit = config.transport.local === undefined ? limitMs * REMOTE : limitMs;
  if (await mayBeLocked(config)) await removeStaleLocks(config, AbortSignal.timeout(limit)).catch(() => undefined);
}
