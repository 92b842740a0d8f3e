// The mover: reads one task from stdin, does it, tells events on stdout, and cleans up and ends when stdin closes or falls silent.
import { constants, setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { CleanStop, OneError, TrackerLost, reasonOf } from '../model/errors.ts';
import type { Beat, GivenTask, MoverEvent, MoverTask } from '../model/mover-protocol.ts';
import type { SettleResult, SettleTask } from '../model/tasks/settle.ts';
import { Listening } from '../exec/listening.ts';
import { pacer } from './pacer.ts';

const tell = (event: MoverEvent): void => void process.stdout.write(`${JSON.stringify(event)}\n`);
// the daemon may be gone: then there is nobody to tell, and the clean-up goes on all the same
process.stdout.on('error', () => undefined);

/** What only other tasks need is not loaded: that takes longer than many a task itself. */
async function work(task: MoverTask, signal: AbortSignal): Promise<void> {
  switch (task.kind) {
    case 'backup':
      return tell({ type: 'result', result: await (await import('./backup.ts')).backup(task, signal, tell) });
    case 'restore':
      return tell({ type: 'result', result: await (await import('./restore.ts')).restore(task, signal, tell) });
    case 'cleanup':
      return tell({ type: 'result', result: await (await import('./cleanup.ts')).cleanup(task) });
    case 'settle':
      return tell({ type: 'result', result: await settle(task) });
    case 'flatten':
      setPriority(constants.priority.PRIORITY_BELOW_NORMAL); // nobody waits for it; the programs it starts inherit that
      return tell({ type: 'result', result: await (await import('./flatten.ts')).flatten(task, signal, tell) });
    case 'serve':
      return tell({ type: 'result', result: await (await import('./serve.ts')).serve(task, signal, tell) });
    case 'browse':
      return tell({ type: 'result', result: await (await import('./browse.ts')).browse(task, signal) });
    case 'verify':
      return tell({ type: 'result', result: await (await import('./verify.ts')).verify(task, signal, tell) });
    case 'carry':
      return tell({ type: 'result', result: await (await import('./carry.ts')).carry(task, signal, tell) });
    case 'drill':
      return tell({ type: 'result', result: await (await import('./drill.ts')).drill(task, signal, tell) });
  }
}

async function settle(task: SettleTask): Promise<SettleResult> {
  const { openHypervisor } = await import('../hypervisor/all.ts');
  return { done: await openHypervisor(task.hypervisor).settleTrackers(task) };
}

function tellError(error: unknown, stopped: boolean): void {
  const known = error instanceof OneError;
  const message = stopped
    ? `The run was stopped. ${known ? error.message : ''}`.trim()
    : known
      ? error.message
      : reasonOf(error);
  tell({
    type: 'error',
    message,
    hint: known ? error.hint : '',
    retry: known && error.retry,
    trackerLost: error instanceof TrackerLost,
    clean: error instanceof CleanStop,
  });
}

const abort = new AbortController();
const lines = createInterface({ input: process.stdin });
let listening: Listening | undefined;
lines.on('line', (line) => {
  tell({ type: 'beat' });
  if (listening) {
    listening.heard();
    pacer.allow((JSON.parse(line) as Beat).bytesPerSec);
    return;
  }
  const task = JSON.parse(line) as GivenTask;
  listening = new Listening(task.beatSec, () => lines.close());
  work(task, abort.signal)
    .catch((error: unknown) => tellError(error, abort.signal.aborted))
    .finally(() => lines.close())
    .finally(() => process.stdin.destroy());
});
lines.on('close', () => {
  listening?.end();
  abort.abort();
  pacer.allow(null); // nobody is held back from ending
});
