// Hooks: an executable that gets the notice as JSON on its stdin. No shell, three environment variables, a time limit for all that it starts.
import { homedir } from 'node:os';
import { start, type Exit } from '../exec/exec.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { HookSettings } from '../model/notice-settings.ts';
import { refuseUnsafe } from '../exec/executable.ts';
import type { Notice } from './notice.ts';
import type { Way } from './way.ts';

/** How much of what a hook wrote is kept for the log. */
const OUTPUT_KEPT = 2048;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export function hookWay(settings: HookSettings): Way {
  return {
    kind: 'hook',
    selection: settings,
    tries: 1, // it may have done half of its work
    gathers: false,
    check: () => refuseUnsafe(settings.command, 'hook'),
    tell: async (notices, signal) => {
      for (const notice of notices) await runHook(settings, notice, signal);
    },
  };
}

async function runHook(settings: HookSettings, notice: Notice, signal: AbortSignal): Promise<void> {
  await refuseUnsafe(settings.command, 'hook');
  signal.throwIfAborted();
  const hook = start([settings.command, ...settings.arguments], {
    env: { PATH: process.env['PATH'] ?? PATH, HOME: process.env['HOME'] ?? homedir(), ONEVAULT_RUN_ID: notice.id },
    ...{ bareEnv: true, ownGroup: true, cwd: '/', stdin: 'pipe' },
    timeoutMs: settings.timeoutSec * 1000,
  });
  const kill = (): void => hook.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  let output = '';
  hook.stdout.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-OUTPUT_KEPT);
  });
  hook.stdin?.on('error', () => undefined); // it need not read; its exit code tells how it went
  hook.stdin?.end(`${JSON.stringify(notice)}\n`);
  try {
    refuseFailed(settings, await hook.exit, output);
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

function refuseFailed({ timeoutSec }: HookSettings, exit: Exit, stdout: string): void {
  if (exit.code === 0 && !exit.timedOut) return;
  const how = exit.timedOut
    ? `did not end within ${timeoutSec} s`
    : exit.signal
      ? `was ended by ${exit.signal}`
      : `ended with code ${exit.code}`;
  const output = `${stdout}${exit.stderr}`.trim().slice(-OUTPUT_KEPT);
  throw new OneError(CODE.INTERNAL, `The hook ${how}${output === '' ? '.' : ` and wrote: ${output}`}`);
}
