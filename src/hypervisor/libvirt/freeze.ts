// Holds the guest still around the one call that fixes the instant of a backup. Whatever happens, the guest goes on: a note
// in the run directory is written before it is held, so that a clean-up after a crash knows what to undo.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { CODE, OneError, reasonOf } from '../../model/errors.ts';
import type { BackupBegin } from '../hypervisor.ts';
import { exists, noteFile } from './run-directory.ts';
import type { Virsh } from './virsh.ts';

/** A guest's agent that has not frozen the file systems by then will not. */
const FREEZE_LIMIT_MS = 20_000;
const THAW_LIMIT_MS = 20_000;
const THAW_ATTEMPTS = 3;
const THAW_PAUSE_MS = 1000;
/** The agent cannot have frozen anything when it could not even be asked. */
const NEVER_ASKED = /agent is not (connected|configured|available)|agent is not responding: QEMU guest agent is not/i;

type Held = Pick<BackupBegin, 'domain' | 'runDirectory' | 'freeze'>;

/** Runs `instant` while the guest is held as `freeze` says; it is let go whether `instant` succeeds or not. */
export async function whileHeld<T>(virsh: Virsh, held: Held, instant: () => Promise<T>): Promise<T> {
  if (held.freeze === 'AGENT')
    return between(
      () => freeze(virsh, held),
      instant,
      () => letGo(virsh, held),
    );
  if (held.freeze === 'SUSPEND' && (await virsh.state(held.domain)) === 'running') {
    return between(
      () => suspend(virsh, held),
      instant,
      () => letGo(virsh, held),
    );
  }
  return instant();
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
  hold: () => Promise<void>,
  instant: () => Promise<T>,
  release: () => Promise<unknown>,
): Promise<T> {
  let failure: unknown;
  try {
    await hold();
    return await instant();
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    await release().catch((error: unknown) => {
      const before = failure === undefined ? '' : ` Before that: ${reasonOf(failure)}`;
      throw new OneError(CODE.INTERNAL, `${reasonOf(error)}${before}`, { retry: true, cause: failure ?? error });
    });
  }
}

async function freeze(virsh: Virsh, { domain, runDirectory }: Held): Promise<void> {
  await note(runDirectory, 'frozen');
  try {
    await virsh.order(`freeze the file systems of ${domain}`, 'domfsfreeze', domain, [], FREEZE_LIMIT_MS);
  } catch (error) {
    const reason = reasonOf(error);
    if (NEVER_ASKED.test(reason)) await rm(noteFile(runDirectory, 'frozen'), { force: true });
    throw new OneError(CODE.ACTION, reason, {
      cause: error,
      retry: true,
      hint: 'Start the QEMU guest agent in the VM (and set FEATURES/GUEST_AGENT=yes), or set FS_FREEZE to SUSPEND or NONE.',
    });
  }
}

async function suspend(virsh: Virsh, { domain, runDirectory }: Held): Promise<void> {
  await note(runDirectory, 'suspended');
  await virsh.order(`suspend ${domain}`, 'suspend', domain);
}

async function resume(virsh: Virsh, domain: string): Promise<boolean> {
  if ((await virsh.state(domain)) !== 'paused') return false;
  await virsh.order(`resume ${domain}`, 'resume', domain);
  return true;
}

/** A guest that was powered off meanwhile has nothing to thaw. */
async function thaw(virsh: Virsh, domain: string): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    if (!(await virsh.isActive(domain))) return false;
    try {
      await virsh.order(`thaw the file systems of ${domain}`, 'domfsthaw', domain, [], THAW_LIMIT_MS);
      return true;
    } catch (error) {
      if (attempt >= THAW_ATTEMPTS) throw stillFrozen(virsh, domain, error);
      await sleep(THAW_PAUSE_MS); // an agent that has just reconnected needs a moment
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
