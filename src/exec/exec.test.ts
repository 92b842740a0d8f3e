import { mkdtempSync, openSync, closeSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CODE, OneError } from '../model/errors.ts';
import { ExecError, run, runAtExit, start } from './exec.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'onevault-exec-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** A program in JavaScript, run by the Node.js that runs the tests. */
const node = (code: string, ...args: string[]): string[] => [process.execPath, '-e', code, ...args];

async function failure(what: Promise<unknown>): Promise<unknown> {
  return what.then(
    () => 'it did not fail',
    (error: unknown) => error,
  );
}

describe('run', () => {
  it('returns what a program wrote', async () => {
    const result = await run(node('process.stdout.write("out ü"); process.stderr.write("err")'));
    expect(result).toEqual({ code: 0, stdout: 'out ü', stderr: 'err' });
  });

  it('hands its arguments over as they are: there is no shell', async () => {
    const nasty = ['$HOME', '`id`', 'a b', '"', "'", '; true', '*', '', 'ü'];
    const { stdout } = await run(node('process.stdout.write(JSON.stringify(process.argv.slice(1)))', '--', ...nasty));
    expect(JSON.parse(stdout)).toEqual(nasty);
  });

  it('adds to the environment, speaks English, and starts where it is told', async () => {
    const code =
      'console.log([process.env.SECRET, process.env.LC_ALL, process.env.PATH.length > 0, process.cwd()].join())';
    const { stdout } = await run(node(code), { env: { SECRET: 's' }, cwd: directory });
    expect(stdout).toBe(`s,C,true,${realpathSync(directory)}\n`);
  });

  it('feeds stdin, and does not mind a program that reads none of it', async () => {
    const long = 'line\n'.repeat(100_000);
    expect((await run(['cat'], { input: long })).stdout).toBe(long);
    expect((await run(['cat'])).stdout).toBe('');
    expect((await run(['true'], { input: long })).code).toBe(0);
  });

  it('hands over nothing of its own environment when told so', async () => {
    process.env['ONEVAULT_EXEC_TEST'] = 'hush';
    try {
      const { stdout } = await run(['/usr/bin/env'], { env: { A: '1', B: '2' }, bareEnv: true });
      expect(stdout).toBe('A=1\nB=2\n');
    } finally {
      delete process.env['ONEVAULT_EXEC_TEST'];
    }
  });

  it('fails with the code and the last words', async () => {
    const words = Array.from({ length: 2000 }, (_, line) => `line ${line}`).join('\\n');
    const argv = node(`process.stderr.write("${words}"); process.exitCode = 3`, '--', 'a', 'b', 'password');
    const error = await failure(run(argv));
    expect(error).toBeInstanceOf(ExecError);
    expect(error).toMatchObject({ code: CODE.INTERNAL, exit: { code: 3, signal: null } });
    const { message, exit } = error as ExecError;
    expect(message).toMatch(/failed with code 3: line 1997 line 1998 line 1999$/);
    expect(message).not.toContain('password');
    expect(exit.stderr).toHaveLength(4096);
  });

  it('takes other codes as answers when it is told so', async () => {
    const argv = node('process.exitCode = Number(process.argv[1])', '2');
    expect((await run(argv, { okCodes: [1, 2] })).code).toBe(2);
    expect(await failure(run(argv, { okCodes: [1] }))).toMatchObject({ exit: { code: 2 } });
  });

  it('says that a program is not installed', async () => {
    const error = await failure(run(['no-such-program', 'x']));
    expect(error).toBeInstanceOf(OneError);
    expect(error).toMatchObject({ message: 'no-such-program could not be started: it is not installed.' });
  });

  it('says which signal ended a program', async () => {
    const error = await failure(run(node('process.kill(process.pid, "SIGKILL")')));
    expect(error).toMatchObject({ exit: { code: -1, signal: 'SIGKILL' } });
    expect((error as Error).message).toContain('was ended by SIGKILL');
  });

  it('ends a program whose time is up, even one that then says that all is well', async () => {
    const slow = await failure(run(['sleep', '60'], { timeoutMs: 50 }));
    expect(slow).toMatchObject({ message: 'sleep 60 did not end within 0.05 s.', exit: { signal: 'SIGTERM' } });
    const polite = node('process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1000)');
    expect((await failure(run(polite, { timeoutMs: 300 }))) as Error).toMatchObject({
      message: expect.stringMatching(/did not end within 0\.3 s\.$/) as string,
    });
  });

  it('ends when it is cancelled, before and after the start', async () => {
    const abort = new AbortController();
    const running = failure(run(['sleep', '60'], { signal: abort.signal }));
    abort.abort();
    expect(await running).toMatchObject({ message: 'sleep 60 was cancelled.' });
    expect(await failure(run(['sleep', '60'], { signal: abort.signal }))).toMatchObject({
      message: 'sleep 60 was cancelled.',
    });
  });

  it('gives up on a program that writes without end', async () => {
    const error = await failure(run(['cat', '/dev/zero']));
    expect(error).toMatchObject({ message: 'cat /dev/zero wrote more than 64 MiB.' });
    const one = await failure(run(['head', '-c', String(65 * 2 ** 20), '/dev/zero']));
    expect((one as Error).message).toContain('wrote more than 64 MiB');
  });
});

/** Whether a process is there and no zombie that waits to be reaped. */
function alive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a program with a group of its own', () => {
  // writes the pid of the child that it leaves behind, which holds the output open
  const parent = (detached: boolean, stays: boolean): string[] =>
    node(`const child = require('node:child_process').spawn('sleep', ['60'], { stdio: 'inherit', detached: ${detached} });
      console.log(child.pid); child.unref(); ${stays ? 'setInterval(() => {}, 1000)' : ''}`);

  it.each([
    ['while it runs', true],
    ['after it has ended itself', false],
  ])('is ended with all that it started, %s', async (_, stays) => {
    const running = start(parent(false, stays), { ownGroup: true, timeoutMs: 1000 });
    const pid = Number(await text(running.stdout));
    expect(pid).toBeGreaterThan(1);
    expect(await running.exit).toMatchObject({ timedOut: true });
    while (alive(pid)) await sleep(5); // it may take a moment to die
  });

  it('is killed alone when that is asked for', async () => {
    const running = start(parent(false, true), { ownGroup: true });
    const pid = await new Promise<number>((resolve) => running.stdout.once('data', (data) => resolve(Number(data))));
    running.kill('SIGTERM', true);
    while (alive(running.pid)) await sleep(5);
    expect(alive(pid)).toBe(true);
    running.kill('SIGKILL');
    await running.exit;
    while (alive(pid)) await sleep(5);
  });

  it('is not waited for when what it started got away', async () => {
    const running = start(parent(true, true), { ownGroup: true });
    const pid = await new Promise<number>((resolve) => running.stdout.once('data', (data) => resolve(Number(data))));
    running.kill('SIGKILL');
    expect(await running.exit).toMatchObject({ signal: 'SIGKILL' });
    expect(alive(pid)).toBe(true);
    process.kill(pid);
    running.kill('SIGKILL');
  });
});

describe('start', () => {
  it('leaves the streams to the caller and tells the end', async () => {
    const running = start(['cat'], { stdin: 'pipe' });
    expect(running.pid).toBeGreaterThan(1);
    running.stdin?.end('hello');
    expect(await text(running.stdout)).toBe('hello');
    expect(await running.exit).toEqual({ code: 0, signal: null, stderr: '' });
    running.stop();
    running.kill('SIGKILL');
  });

  it('hands descriptors over, and no others', async () => {
    const file = join(directory, 'inherited');
    writeFileSync(file, 'through a descriptor');
    const fd = openSync(file, 'r');
    const running = start(['cat', '/proc/self/fd/3'], { fds: [fd] });
    expect(await text(running.stdout)).toBe('through a descriptor');
    closeSync(fd);
    expect((await running.exit).code).toBe(0);
  });

  it('rejects only when there is no such program, and then on exit alone', async () => {
    const running = start(['no-such-program'], { stdin: 'pipe' });
    running.stdin?.on('error', () => undefined);
    await expect(running.exit).rejects.toThrow('no-such-program could not be started: it is not installed.');
    running.stop();
  });

  it('a program dies with its parent, however that dies', async () => {
    const exec = new URL('exec.ts', import.meta.url).href;
    const code = (options: string): string[] =>
      node(`import('${exec}').then(({ start }) => {
        const child = start(['sleep', '60'], { dieWithParent: true, ${options} });
        child.stdout.resume();
        console.log(child.pid);
      })`);
    const own = await run(code('unref: true')); // nobody ends it, and it does not wait
    for (const end = Date.now() + 10_000; commandOf(Number(own.stdout)) !== '' && Date.now() < end;) await sleep(10);
    expect(commandOf(Number(own.stdout))).toBe('');
    const parent = start(code(''));
    let pid = 0;
    for await (const line of parent.stdout as AsyncIterable<Buffer>) {
      pid = Number(line.toString());
      break;
    }
    expect(pid).toBeGreaterThan(1);
    for (const end = Date.now() + 10_000; commandOf(pid) !== 'sleep\x0060\0' && Date.now() < end;) await sleep(10);
    expect(commandOf(pid)).toBe('sleep\x0060\0');
    parent.kill('SIGKILL');
    await parent.exit;
    for (const end = Date.now() + 10_000; commandOf(pid) !== '' && Date.now() < end;) await sleep(10);
    expect(commandOf(pid)).toBe('');
  });
});

it('runAtExit says whether a program ended well', () => {
  expect(runAtExit(['true'])).toBe(true);
  expect(runAtExit(['false'])).toBe(false);
  expect(runAtExit(['no-such-program'])).toBe(false);
});

/** The command line of a process; empty when it is gone, or dead and not yet buried. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
