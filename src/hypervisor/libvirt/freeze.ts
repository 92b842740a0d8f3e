// Holds the guest still around the one call that fixes the instant of a backup, for a limited time. Whatever happens, the guest goes
// on: a note in the run directory is written before it is held, so that a clean-up after a crash knows what to undo.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { CODE, OneError, reasonOf } from '../../model/errors.ts';
import type { Consistency } from '../../model/image.ts';
import type { FreezeLimit } from '../../model/tasks/backup.ts';
import type { BackupBegin } from '../hypervisor.ts';
import { exists, noteFile } from './run-directory.ts';
import type { Virsh } from './virsh.ts';

const USUAL_LIMIT: FreezeLimit = { limitSec: 10, onFailure: 'FAIL' };
const THAW_LIMIT_MS = 20_000;
/** Timers and the clock do not agree to the millisecond. */
const CLOCK_SLACK_MS = 20;
const RELEASE_ATTEMPTS = 3;
const RELEASE_PAUSE_MS = 1000;
/** The agent refused a question, so it is there and answers. */
const AGENT_ANSWERED = /unable to execute QEMU agent command/i;
/** The agent cannot have frozen anything when it could not even be asked. */
const NEVER_ASKED = /agent is not (connected|configured|available)|agent is not responding: QEMU guest agent is not/i;
const HINT =
  'Start the QEMU guest agent in the VM (and set FEATURES/GUEST_AGENT=yes), set FS_FREEZE to SUSPEND or NONE, or FREEZE_FAILURE to CONTINUE.';

type Held = Pick<BackupBegin, 'domain' | 'runDirectory' | 'freeze' | 'freezeLimit'>;

export interface Instant<T> {
  value: T;
  consistency: Consistency;
  warnings: string[];
}

/** The guest could not be held, or not for as long as the instant took. */
class HoldFailed extends OneError {
  constructor(reason: string, cause: unknown, hint = '') {
    super(CODE.ACTION, reason, { cause, retry: true, hint });
    this.name = 'HoldFailed';
  }
}

/**
 * Runs `instant` while the guest is held as `freeze` says; it is let go whether `instant` succeeds or not. `instant` gets the
 * milliseconds that are left of the limit and must end in them. A guest that could not be held, where the backup is to go on
 * nevertheless: `undo` takes back what `instant` may have begun, and it runs once more without a limit. Aborted, it ends before the
 * next step; what may leave the guest held is never cut short.
 */
export async function whileHeld<T>(
  virsh: Virsh,
  held: Held,
  instant: (limitMs?: number) => Promise<T>,
  undo: () => Promise<void>,
  signal?: AbortSignal,
): Promise<Instant<T>> {
  signal?.throwIfAborted();
  if (held.freeze === 'NONE') return { value: await instant(), consistency: 'crash', warnings: [] };
  const consistency = held.freeze === 'AGENT' ? 'filesystem' : 'suspended';
  // A guest that somebody else has paused writes nothing, and is not ours to resume.
  if (held.freeze === 'SUSPEND' && (await virsh.state(held.domain)) === 'paused') {
    return { value: await instant(), consistency, warnings: [] };
  }
  const { limitSec, onFailure } = held.freezeLimit ?? USUAL_LIMIT;
  try {
    return { value: await between(virsh, held, limitSec, instant, signal), consistency, warnings: [] };
  } catch (error) {
    if (error instanceof HoldFailed) signal?.throwIfAborted(); // one that could not be let go is worse than a cancel
    if (onFailure === 'FAIL' || !(error instanceof HoldFailed)) throw error;
    await undo();
    const warning = `The guest was not held while the instant was fixed, so the backup is only crash-consistent: ${error.message}`;
    return { value: await instant(), consistency: 'crash', warnings: [warning] };
  }
}

/** Thaws and resumes what notes in the run directory tell of. Says in words what it did. */
export async function letGo(virsh: Virsh, held: Held): Promise<string[]> {
  const done: string[] = [];
  if (await exists(noteFile(held.runDirectory, 'suspended'))) {
    if (await resume(virsh, held.domain)) done.push(`Resumed ${held.domain}, which had been suspended for a backup.`);
    await rm(noteFile(held.runDirectory, 'suspended'), { force: true });
  }
  if (await exists(noteFile(held.runDirectory, 'frozen'))) {
    if (await thaw(virsh, held.domain)) done.push(`Thawed the file systems of ${held.domain}, frozen for a backup.`);
    await rm(noteFile(held.runDirectory, 'frozen'), { force: true });
  }
  return done;
}

async function between<T>(
  virsh: Virsh,
  held: Held,
  limitSec: number,
  instant: (limitMs: number) => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const until = Date.now() + limitSec * 1000;
  const left = (): number => Math.max(1, until - Date.now());
  let failure: unknown;
  try {
    await (held.freeze === 'AGENT' ? freeze(virsh, held, limitSec, left, signal) : suspend(virsh, held, left()));
    signal?.throwIfAborted();
    if (Date.now() >= until) throw new HoldFailed(tooLong(held, limitSec), undefined);
    return await instant(left());
  } catch (error) {
    const isLate = Date.now() >= until - CLOCK_SLACK_MS && !(error instanceof HoldFailed);
    failure = isLate ? new HoldFailed(tooLong(held, limitSec), error) : error;
    throw failure;
  } finally {
    await letGo(virsh, held).catch((error: unknown) => {
      const before = failure === undefined ? '' : ` Before that: ${reasonOf(failure)}`;
      throw new OneError(CODE.INTERNAL, `${reasonOf(error)}${before}`, { retry: true, cause: failure ?? error });
    });
  }
}

function tooLong({ domain, freeze }: Held, limitSec: number): string {
  const how = freeze === 'AGENT' ? 'frozen' : 'suspended';
  return `The instant of ${domain} was not fixed within the ${limitSec} s that its guest may be ${how}.`;
}

/**
 * libvirt waits for an agent as long as it is told, whatever becomes of who asked, and thawing waits behind that: so the limit is told
 * to libvirt. An agent that does not even answer a question is not asked to freeze, for it might do so when it wakes.
 */
async function freeze(
  virsh: Virsh,
  held: Held,
  limitSec: number,
  left: () => number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { domain, runDirectory } = held;
  try {
    await limitAgent(virsh, domain, limitSec / 2);
    await askAgent(virsh, domain, left(), signal);
    await limitAgent(virsh, domain, left() / 1000);
    signal?.throwIfAborted();
    await note(runDirectory, 'frozen');
    await virsh.order(`freeze the file systems of ${domain}`, 'domfsfreeze', domain, [], left());
  } catch (error) {
    const reason = reasonOf(error);
    if (NEVER_ASKED.test(reason)) await rm(noteFile(runDirectory, 'frozen'), { force: true });
    // that waits for what the agent was asked, which a cancel does not; the next backup sets a limit of its own, and takes that back
    const waits = signal?.aborted === true;
    if (!waits && !(await exists(noteFile(runDirectory, 'frozen')))) await unlimitAgent(virsh, domain);
    throw new HoldFailed(reason, error, HINT);
  }
}

/** Throws unless something in the guest answers; what it answers does not matter. */
async function askAgent(virsh: Virsh, domain: string, limitMs: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await virsh.order(`reach the guest agent of ${domain}`, 'domtime', domain, [], limitMs, signal);
  } catch (error) {
    if (!AGENT_ANSWERED.test(reasonOf(error))) throw error;
  }
}

async function limitAgent(virsh: Virsh, domain: string, seconds: number): Promise<void> {
  const args = ['--timeout', String(Math.max(1, Math.floor(seconds)))];
  await virsh.order(`limit the answers of the guest agent of ${domain}`, 'guest-agent-timeout', domain, args);
}

async function unlimitAgent(virsh: Virsh, domain: string): Promise<void> {
  const attempt = `let the guest agent of ${domain} take its time again`;
  await virsh.order(attempt, 'guest-agent-timeout', domain).catch(() => undefined); // no worse than a limit that stays
}

async function suspend(virsh: Virsh, { domain, runDirectory }: Held, limitMs: number): Promise<void> {
  await note(runDirectory, 'suspended');
  try {
    await virsh.order(`suspend ${domain}`, 'suspend', domain, [], limitMs);
  } catch (error) {
    throw new HoldFailed(reasonOf(error), error);
  }
}

async function resume(virsh: Virsh, domain: string): Promise<boolean> {
  return release(async () => {
    if ((await virsh.state(domain)) !== 'paused') return false;
    await virsh.order(`resume ${domain}`, 'resume', domain);
    return true;
  });
}

/** A guest that was powered off meanwhile has nothing to thaw. */
async function thaw(virsh: Virsh, domain: string): Promise<boolean> {
  try {
    const thawed = await release(async () => {
      if (!(await virsh.isActive(domain))) return false;
      await virsh.order(`thaw the file systems of ${domain}`, 'domfsthaw', domain, [], THAW_LIMIT_MS);
      return true;
    });
    if (thawed) await unlimitAgent(virsh, domain);
    return thawed;
  } catch (error) {
    throw stillFrozen(virsh, domain, error);
  }
}

/** Tries several times: an agent that has just reconnected needs a moment, and so does libvirt after an order that was given up. */
async function release(attempt: () => Promise<boolean>): Promise<boolean> {
  for (let made = 1; ; made++) {
    try {
      return await attempt();
    } catch (error) {
      if (made >= RELEASE_ATTEMPTS) throw error;
      await sleep(RELEASE_PAUSE_MS);
    }
  }
}

function stillFrozen(virsh: Virsh, domain: string, cause: unknown): OneError {
  return new OneError(CODE.INTERNAL, `The file systems of ${domain} may still be frozen: ${reasonOf(cause)}`, {
    cause,
    retry: true,
    hint: `Thaw them: virsh -c ${virsh.uri} domfsthaw ${domain}`,
  });
}

async function note(runDirectory: string, what: 'frozen' | 'suspended'): Promise<void> {
  await mkdir(runDirectory, { recursive: true });
  await writeFile(noteFile(runDirectory, what), '');
}
