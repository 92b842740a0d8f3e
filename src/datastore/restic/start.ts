// Starts restic on one repository, and interrupts it gently, so that it removes its own lock.
import { start, type Exit, type Running, type StartOptions } from '../../exec/exec.ts';
import { reasonOf } from '../../model/errors.ts';
import { confine } from './confine.ts';
import { resticArgv, type ResticConfig } from './config.ts';
import { secretFile } from './secret-file.ts';

/** How long restic has to remove its lock after SIGINT; then it is killed, and the lock removed for it. */
const INTERRUPT_MS = 700;

/** Starts restic as a child that cannot outlive this process. */
export function startRestic(
  config: ResticConfig,
  args: readonly string[],
  options: Pick<StartOptions, 'onStderr'> = {},
): Running {
  const running = start(resticArgv(config, args, secretFile), { ...options, env: config.env, dieWithParent: true });
  if (running.pid > 0) unkept.set(config.datastoreId, confine(config, running.pid));
  return running;
}

const unkept = new Map<number, string[]>();

/** Which limits of a datastore the kernel did not take for the last restic, in words. */
export function unkeptLimits({ datastoreId }: ResticConfig): string[] {
  return unkept.get(datastoreId) ?? [];
}

/** SIGINT first: restic then removes its lock, which it does not on SIGTERM before 0.16. */
export function interrupt(running: Running): void {
  running.kill('SIGINT');
  const timer = setTimeout(() => running.kill('SIGKILL'), INTERRUPT_MS);
  void running.exit.finally(() => clearTimeout(timer)).catch(() => undefined); // `ended` reports it
}

/** How a program ended; one that could not even be started is reported like restic missing. */
export async function ended(running: Running): Promise<Exit> {
  try {
    return await running.exit;
  } catch (error) {
    return { code: 127, signal: null, stderr: reasonOf(error) };
  }
}
