// The processes of a run whose daemon is gone: they end by themselves, after taking back what they were doing. Whoever cleans after the run
// waits for that, because what still works makes files anew; what takes too long gets SIGKILL.
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** So long a mover whose daemon died may take everything back: as long as one that was told to stop. */
const GRACE_MS = 15_000;
/** What got SIGKILL is gone at once, unless it waits for a disk or a mount; a busy machine takes its time. */
const GONE_MS = 30_000;
const POLL_MS = 20;

/** Whether a process belongs to a run, by its arguments. */
export type OfRun = (argv: readonly string[]) => boolean;

/** Everything that was started for a run alone: its mover, its backup program, its exporters. */
export function anyOf(operationId: string): OfRun {
  // the clean-up itself may have come from this very machine over SSH: a connection that a mover is on ends with the mover
  return (argv) => argv[0] !== 'ssh' && argv.some((argument) => argument.includes(operationId));
}

/** Movers of a run that others than this one have started. A machine that reads what a run shows is none of them. */
export function moversOfOthers(operationId: string, starter: string): OfRun {
  return (argv) => argv.includes(operationId) && !argv.includes(starter);
}

/** Which processes of a run: all, or the movers that others than this one have started. */
export type WhichProcesses = 'all' | { butOf: string };

/** Settles when none of a run is left on this machine, or nothing helps against one. */
export function endRun(operationId: string, which: WhichProcesses): Promise<Ended> {
  return endProcesses(which === 'all' ? anyOf(operationId) : moversOfOthers(operationId, which.butOf));
}

export interface Ended {
  /** How many got SIGKILL. */
  killed: number;
  /** How many are there all the same. */
  left: number;
}

/** Settles when none of them is left, or nothing helps against one. */
export async function endProcesses(isOf: OfRun, graceMs = GRACE_MS, goneMs = GONE_MS): Promise<Ended> {
  const late = await leftAfter(isOf, graceMs);
  late.forEach(kill);
  const left = late.length === 0 ? late : await leftAfter(isOf, goneMs);
  return { killed: late.length, left: left.length };
}

/** In words, for the record of the run; empty when all ended by themselves. */
export function saidEnded({ killed, left }: Ended): string {
  if (killed === 0) return '';
  const those = `${killed} process${killed === 1 ? '' : 'es'} of it did not end and got SIGKILL`;
  return left === 0 ? ` ${those}.` : ` ${those}, and ${left} still wait for a disk or a mount.`;
}

/** Those that are left when none is any more, or after that time. */
async function leftAfter(isOf: OfRun, limitMs: number): Promise<number[]> {
  const until = performance.now() + limitMs;
  for (;;) {
    const found = await processesOf(isOf);
    if (found.length === 0 || performance.now() >= until) return found;
    await sleep(POLL_MS);
  }
}

async function processesOf(isOf: OfRun): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const argv = (await textOf(`/proc/${name}/cmdline`)).split('\0').slice(0, -1);
    if (argv.length > 0 && isOf(argv)) found.push(pid);
  }
  return found;
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => ''); // it has just ended
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
