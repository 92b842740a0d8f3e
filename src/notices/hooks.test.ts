// Hooks as real executables.
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ALL, notice, SECRET } from '../../tests/notices/samples.ts';
import { hookWay } from './hooks.ts';

const never = new AbortController().signal;
let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'onevault-hook-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function hook(script: string, args: string[] = [], timeoutSec = 20): Promise<ReturnType<typeof hookWay>> {
  const command = join(directory, 'hook');
  await writeFile(command, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return hookWay({ ...ALL, command, arguments: [directory, ...args], timeoutSec });
}

const read = (name: string): Promise<string> => readFile(join(directory, name), 'utf8');

/** Waits until a process is gone, or a zombie. */
async function gone(pid: number): Promise<void> {
  expect(pid).toBeGreaterThan(1);
  while (/\) [^Z]/.test(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''))) await sleep(5);
}

it('gets the notice as JSON on stdin, its arguments as they are, and three variables', async () => {
  process.env['ONEVAULT_HOOK_TEST'] = SECRET;
  try {
    const way = await hook('cat > "$1/stdin"; shift; printf "%s\\n" "$@" > "$0.args"; exec /usr/bin/env > "$0.env"', [
      '*',
      ';',
      '-n',
    ]);
    await way.check();
    await way.tell([notice()], never);
  } finally {
    delete process.env['ONEVAULT_HOOK_TEST'];
  }
  expect(await read('stdin')).toBe(`${JSON.stringify(notice())}\n`);
  expect(await read('hook.args')).toBe('*\n;\n-n\n');
  const variables = (await read('hook.env')).trim().split('\n');
  const own = variables.filter((line) => !/^(PWD|SHLVL|_)=/.test(line)).sort(); // the script's shell adds these
  expect(own.map((line) => line.split('=')[0])).toEqual(['HOME', 'ONEVAULT_RUN_ID', 'PATH']);
  expect(own).toContain('ONEVAULT_RUN_ID=00112233aabbccdd');
  expect(variables).toContain('PWD=/');
});

it('need not read what it gets', async () => {
  await (await hook('exit 0')).tell([notice({ reason: 'long '.repeat(100_000) })], never);
});

it('that fails is told with the last 2 kB of what it wrote, and is not tried again', async () => {
  const way = await hook('i=0; while [ $i -lt 1000 ]; do echo "line $i"; i=$((i+1)); done; echo oops >&2; exit 3');
  expect(way.tries).toBe(1);
  const error = await way.tell([notice()], never).catch((cause: unknown) => cause);
  expect(error).toMatchObject({ retry: false });
  const { message } = error as Error;
  expect(message).toMatch(/^The hook ended with code 3 and wrote: /);
  expect(message).toMatch(/line 999\noops$/);
  expect(message.length).toBeLessThan(2048 + 50);
});

it('whose time is up is killed with all that it started', async () => {
  const way = await hook('sleep 60 & echo $! > "$1/pid"; echo began; wait', [], 1);
  await expect(way.tell([notice()], never)).rejects.toThrow('The hook did not end within 1 s and wrote: began');
  await gone(Number(await read('pid')));
});

it('is killed at once when the daemon ends', async () => {
  const way = await hook('trap "" TERM; sleep 60 & echo $! > "$1/pid"; echo $$ > "$1/own"; wait');
  const end = new AbortController();
  const telling = way.tell([notice()], end.signal).catch((error: unknown) => error);
  for (let own = ''; own === '';) own = await read('own').catch(() => '');
  end.abort();
  expect(await telling).toMatchObject({ message: 'The hook was ended by SIGKILL.' });
  await gone(Number(await read('pid')));
  await expect(way.tell([notice()], end.signal)).rejects.toThrow(/abort/);
});

it('that others may write is refused, at the start and whenever it would run', async () => {
  const way = await hook('touch "$1/ran"');
  await chmod(join(directory, 'hook'), 0o777);
  await expect(way.check()).rejects.toThrow('it may be written by others than its owner');
  await expect(way.tell([notice()], never)).rejects.toThrow('it may be written by others than its owner');
  await expect(read('ran')).rejects.toThrow('ENOENT');
});
