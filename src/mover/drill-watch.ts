// Waits for a machine's sign of life: what it says on its serial console, an answer of its guest agent, the end of a program that
// looks at it. It ends as well when the time is up, the machine has stopped, or what it reads is gone.
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { start, type Exit } from '../exec/exec.ts';
import { refuseUnsafe } from '../exec/executable.ts';
import type { DrillMachine } from '../hypervisor/hypervisor.ts';
import { conditionText, type DrillCondition } from '../model/drill.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { DrillTask } from '../model/tasks/drill.ts';
import { ConsoleText } from './console-text.ts';

const CONSOLE_MS = 100;
/** Each question to the hypervisor costs a process. */
const ASK_MS = 1000;
const AT_ONCE = 64 * 1024;
const SAID_KEPT = 200;

export type Watched = Pick<DrillTask, 'conditions' | 'env' | 'timeoutSec'>;

/** What came true, in words, or why nothing did. */
export type Verdict = { by: string } | { reason: string };

/** `lost` settles when what the machine reads is gone. Throws when that happens, or the signal aborts. */
export async function watchDrill(
  machine: DrillMachine,
  task: Watched,
  lost: Promise<string>,
  signal: AbortSignal,
): Promise<Verdict> {
  const over = new AbortController();
  const stop = AbortSignal.any([signal, over.signal]);
  const text = new ConsoleText(task.conditions);
  const script = task.conditions.find((condition) => condition.kind === 'script');
  try {
    const ways = [
      watchConsole(machine.consoleLog, text, stop),
      watchMachine(machine, task.conditions, stop),
      sleep(task.timeoutSec * 1000, { reason: lateText(task) }, { signal: stop }),
      lost.then((why) => Promise.reject(new OneError(CODE.INTERNAL, why, { retry: true }))),
      ...(script ? [runScript(script, task, machine, stop)] : []),
    ];
    for (const way of ways) way.catch(() => undefined); // one of them is heard, the others end with it
    const verdict = await Promise.race<Verdict>(ways);
    if ('by' in verdict || text.last === '') return verdict;
    return { reason: `${verdict.reason} The last line on its console: "${text.last.slice(0, SAID_KEPT)}".` };
  } finally {
    over.abort();
  }
}

function lateText({ conditions, timeoutSec }: Watched): string {
  const [first = '', ...more] = conditions.map(conditionText);
  const what = more.length === 0 ? `it did not come true that ${first}` : `neither ${[first, ...more].join(' nor ')}`;
  return `Within ${timeoutSec} s ${what}.`;
}

async function watchConsole(file: string, text: ConsoleText, signal: AbortSignal): Promise<Verdict> {
  const log = new GrowingFile(file);
  for (;;) {
    signal.throwIfAborted();
    for (let bytes = await log.more(); bytes.length > 0; bytes = await log.more()) {
      const found = text.add(bytes);
      if (found) return { by: conditionText(found) };
    }
    await sleep(CONSOLE_MS, undefined, { signal });
  }
}

async function watchMachine(
  machine: DrillMachine,
  conditions: readonly DrillCondition[],
  signal: AbortSignal,
): Promise<Verdict> {
  const asked = conditions.find(({ kind }) => kind === 'agent');
  for (;;) {
    if (!(await machine.runs())) {
      await sleep(2 * CONSOLE_MS, undefined, { signal }); // its last words may be what is waited for
      return { reason: 'The machine stopped by itself.' };
    }
    if (asked && (await machine.agentAnswers())) return { by: conditionText(asked) };
    await sleep(ASK_MS, undefined, { signal });
  }
}

async function runScript(
  { script }: Extract<DrillCondition, { kind: 'script' }>,
  { env, timeoutSec }: Watched,
  { domain, consoleLog }: DrillMachine,
  signal: AbortSignal,
): Promise<Verdict> {
  await refuseUnsafe(script, 'program');
  signal.throwIfAborted();
  const running = start([script], {
    ...{ bareEnv: true, ownGroup: true, dieWithParent: true, cwd: '/', signal },
    env: {
      PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin',
      ...env,
      DRILL_DOMAIN: domain,
      DRILL_CONSOLE: consoleLog,
      DRILL_TIMEOUT: String(timeoutSec),
    },
  });
  running.stdout.resume();
  const exit = await running.exit;
  signal.throwIfAborted();
  const condition = conditionText({ kind: 'script', script });
  return exit.code === 0 ? { by: condition } : { reason: `The program ${script} ${howEnded(exit)}.` };
}

function howEnded({ code, signal, stderr }: Exit): string {
  const said = stderr.trim().split('\n').at(-1)?.slice(0, SAID_KEPT) ?? '';
  return `${signal ? `was ended by ${signal}` : `ended with code ${code}`}${said === '' ? '' : ` and wrote: ${said}`}`;
}

/** What is written to a file after the last look; one that was put aside for a new one begins anew. */
class GrowingFile {
  readonly #path: string;
  #at = 0;
  #inode = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Empty when there is nothing yet. */
  async more(): Promise<Buffer> {
    const file = await open(this.#path).catch(ifMissing);
    if (!file) return Buffer.alloc(0);
    try {
      const { ino, size } = await file.stat();
      if (ino !== this.#inode || size < this.#at) this.#at = 0;
      this.#inode = ino;
      const { bytesRead, buffer } = await file.read(Buffer.alloc(AT_ONCE), 0, AT_ONCE, this.#at);
      this.#at += bytesRead;
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }
}

function ifMissing(cause: NodeJS.ErrnoException): undefined {
  if (cause.code !== 'ENOENT') throw cause;
  return undefined;
}
