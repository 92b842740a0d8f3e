// The outside of a command: its streams, environment and clock. Everything else in this room is given an Io, so that a test
// runs a command without a process.
import { fstatSync } from 'node:fs';
import { homedir } from 'node:os';
import { terminalText } from './terminal-text.ts';

export interface Io {
  env: Record<string, string | undefined>;
  /** Home directory, where ~/.one is. */
  home: string;
  /** Epoch milliseconds. */
  now(): number;
  /** Waits, less when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Writes to stdout. */
  write(text: string): void;
  /** Writes a line to stderr. */
  warn(line: string): void;
  /** Width of the terminal on stdout; undefined when it is none. */
  columns: number | undefined;
  /** Whether stderr is a terminal that can show moving bars. */
  bars: boolean;
  /**
   * What comes in on stdin. `required` waits for it to end (a terminal is asked with `prompt`); otherwise null when nothing is
   * there at once.
   */
  readStdin(required: boolean, prompt: string): Promise<string | null>;
  /** Lets the user edit a text on the terminal; undefined when there is none. */
  edit: ((text: string) => Promise<string>) | undefined;
  /** Asks for a line on the terminal; null without one. */
  ask(prompt: string): Promise<string | null>;
  /** Asks for a secret on the terminal without showing it; null without a terminal. */
  askSecret(prompt: string): Promise<string | null>;
  /** Calls `handler` on Ctrl-C instead of dying; the returned function undoes it. */
  onInterrupt(handler: () => void): () => void;
}

/** How long an optional stdin that is a pipe may take to say anything. */
const PIPE_WAIT_MS = 200;

/** The Io of this process. */
export function processIo(): Io {
  // `onevm list | head` closes stdout early; that is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return {
    env: process.env,
    home: homedir(),
    now: Date.now,
    sleep,
    write: (text) => void process.stdout.write(process.stdout.isTTY ? terminalText(text) : text),
    warn: (line) => void process.stderr.write(`${process.stderr.isTTY ? terminalText(line) : line}\n`),
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    bars: process.stderr.isTTY,
    readStdin,
    edit: process.stdin.isTTY ? edit : undefined,
    ask,
    askSecret,
    onInterrupt: (handler) => {
      process.on('SIGINT', handler);
      return () => process.removeListener('SIGINT', handler);
    },
  };
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

async function readStdin(required: boolean, prompt: string): Promise<string | null> {
  if (process.stdin.isTTY) {
    if (!required) return null;
    process.stderr.write(`${prompt}\n`);
  } else if (!required && isPipe() && !(await saysSomething())) {
    process.stdin.destroy();
    return null;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function edit(text: string): Promise<string> {
  const { editText } = await import('./editor.ts');
  return editText(process.env['EDITOR'] || '/usr/bin/vi', text);
}

function isPipe(): boolean {
  try {
    const stat = fstatSync(0);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return false;
  }
}

/** Whether data or the end arrives on stdin soon. */
function saysSomething(): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (answer: boolean): void => {
      clearTimeout(timer);
      process.stdin.removeAllListeners('readable').removeAllListeners('end');
      resolve(answer);
    };
    const timer = setTimeout(() => done(false), PIPE_WAIT_MS);
    process.stdin.once('readable', () => done(true)).once('end', () => done(true));
  });
}

async function ask(prompt: string): Promise<string | null> {
  if (!process.stdin.isTTY) return null;
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(prompt);
  } finally {
    lines.close();
  }
}

async function askSecret(prompt: string): Promise<string | null> {
  const { stdin } = process;
  if (!stdin.isTTY) return null;
  process.stderr.write(prompt);
  stdin.setRawMode(true);
  try {
    return await readSecret();
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    process.stderr.write('\n');
  }
}

/** Reads keys up to Enter; Ctrl-C and Ctrl-D give up. */
function readSecret(): Promise<string | null> {
  return new Promise((resolve) => {
    let secret = '';
    const onData = (data: Buffer): void => {
      for (const key of data.toString('utf8')) {
        if (key === '\r' || key === '\n') return finish(secret);
        if (key === '\u0003' || key === '\u0004') return finish(null);
        secret = key === '\u007f' ? secret.slice(0, -1) : secret + key;
      }
    };
    const finish = (answer: string | null): void => {
      process.stdin.removeListener('data', onData);
      resolve(answer);
    };
    process.stdin.on('data', onData);
  });
}
