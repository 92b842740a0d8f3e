// Serves disks of a point for as long as somebody needs them: a machine that was restored at once reads what it has no copy of yet.
import { rmdir } from 'node:fs/promises';
import { CODE, OneError } from '../model/errors.ts';
import { SERVING, type MoverEvent, type ServeResult, type ServeTask } from '../model/mover-protocol.ts';
import { servePoint } from './served-point.ts';

/** Ends when the signal aborts, which is no failure. Throws OneError when the disks cannot be read, or can be no longer. */
export async function serve(
  task: ServeTask,
  signal: AbortSignal,
  tell: (event: MoverEvent) => void,
): Promise<ServeResult> {
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
    await rmdir(task.directory).catch(() => undefined); // it may hold what somebody else has put there
  }
}
