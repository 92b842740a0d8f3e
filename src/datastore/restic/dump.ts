// One file of a snapshot as a stream. It ends only when restic says that it gave everything; destroying it ends restic.
import { Readable } from 'node:stream';
import type { Exit, Running } from '../../exec/exec.ts';
import { patiently, type Patience } from './command.ts';
import type { ResticConfig } from './config.ts';
import { failure, ResticError } from './failure.ts';
import { isConnectionLost, lastingDamage } from './output.ts';
import { ended, interrupt, startRestic } from './start.ts';
import { unlockAfter } from './unlock.ts';

const BUFFER_BYTES = 1 << 20;

export function dumpFile(config: ResticConfig, patience: Patience, source: string, path: string): Readable {
  const stopped = new AbortController();
  let running: Running | undefined;
  const stream = new Readable({
    highWaterMark: BUFFER_BYTES,
    read: () => void running?.stdout.resume(),
    destroy: (error, done) => {
      stopped.abort();
      done(error);
    },
  });
  const attempt = (options: string[]) => {
    let said = '';
    let damage: string | undefined;
    const onStderr = (text: string): void => {
      said = (said + text).slice(-1000);
      if (config.transport.ssh !== undefined && isConnectionLost(said)) running?.kill('SIGKILL'); // it would try for long
      damage ??= lastingDamage(said, config.transport.local === undefined ? 'remote' : 'local');
      if (damage !== undefined && running) interrupt(running);
    };
    running = startRestic(config, ['dump', ...options, '--', source, path], { onStderr });
    return pour(running, stream, stopped.signal, async (exit, given) => {
      // one that has given something knew its lock, and has removed it if it was not killed
      if (stopped.signal.aborted && (given === 0 || exit.signal === 'SIGKILL')) await unlockAfter(config);
      const ended = damage === undefined ? exit : { code: 1, stderr: `${exit.stderr}\n${damage}` };
      return failure(`read ${path} of snapshot ${source}`, config, ended);
    });
  };
  patiently(config, patience, stopped.signal, () => attempt([]))
    .catch((error: unknown) => {
      if (!cannotLock(error) || stopped.signal.aborted) throw error;
      return attempt(['--no-lock']); // a full or read-only repository can still be read
    })
    .then(
      () => stream.push(null),
      (error: unknown) => stream.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  return stream;
}

/** Pushes what the program writes into the stream, at the pace of its reader. Rejects when the program failed. */
async function pour(
  running: Running,
  stream: Readable,
  signal: AbortSignal,
  explain: (exit: Exit, given: number) => Promise<ResticError>,
): Promise<void> {
  let given = 0;
  const stop = (): void => {
    running.stdout.removeAllListeners('data').resume(); // restic must not hang in a write while it cleans up
    interrupt(running);
  };
  running.stdout.on('data', (chunk: Buffer) => {
    given += chunk.length;
    if (!stream.push(chunk)) running.stdout.pause();
  });
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const exit = await ended(running).finally(() => signal.removeEventListener('abort', stop));
  if (exit.code === 0) return;
  const error = await explain(exit, given);
  // Once bytes have gone out, nothing may start over.
  throw given === 0 ? error : new ResticError('other', error.message, { hint: error.hint, retry: error.retry });
}

function cannotLock(error: unknown): boolean {
  return error instanceof ResticError && (error.trouble === 'no-space' || error.trouble === 'read-only');
}
