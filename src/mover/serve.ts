// Serves disks of a point for as long as somebody needs them: a machine that was restored at once reads what it has no copy of yet.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CODE, OneError } from '../model/errors.ts';
import { SERVING, type MoverEvent } from '../model/mover-protocol.ts';
import type { ServeResult, ServeTask } from '../model/tasks/serve.ts';
import { servePoint } from './served-point.ts';

const ENDED_MS = 20_000;
const LOOK_MS = 50;

/** Ends when the signal aborts, which is no failure. Throws OneError when the disks cannot be read, or can be no longer. */
export async function serve(
  task: ServeTask,
  signal: AbortSignal,
  tell: (event: MoverEvent) => void,
): Promise<ServeResult> {
  await mkdir(task.directory, { recursive: true, mode: 0o700 });
  const note = join(task.directory, 'server.pid');
  await afterPredecessor(note, task.operationId);
  await writeFile(note, String(process.pid));
  const point = await servePoint(task, signal);
  const stopped = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
    if (signal.aborted) resolve(undefined);
  });
  try {
    tell({ type: 'phase', phase: SERVING });
    const lost = await Promise.race([stopped, point.lost]);
    if (lost !== undefined) throw new OneError(CODE.INTERNAL, lost, { retry: true });
    return { ended: true };
  } finally {
    await point.close();
    await rm(note, { force: true });
  }
}

/** A daemon that was killed leaves a mover that is taking its own mounts and sockets back: they would be those of this one. */
async function afterPredecessor(note: string, operationId: string): Promise<void> {
  const pid = (await readFile(note, 'utf8').catch(() => '')).trim();
  const isMover = async (): Promise<boolean> =>
    (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0').includes(operationId);
  if (!/^[1-9]\d*$/.test(pid)) return;
  for (const until = Date.now() + ENDED_MS; await isMover(); await delay(LOOK_MS)) {
    if (Date.now() > until) process.kill(Number(pid), 'SIGKILL'); // what it leaves is cleared before it is made anew
  }
}
