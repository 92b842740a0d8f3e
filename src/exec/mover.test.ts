// The daemon's side of the mover's protocol, against small programs that speak it well, badly, or not at all.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { BEAT_LIMIT_SEC, type MoverEvent } from '../model/mover-protocol.ts';
import type { RestoreTask } from '../model/tasks/restore.ts';
import { moverResult, runMover, STARTER } from './mover.ts';

const task: RestoreTask = {
  ...{ kind: 'restore', operationId: '0123456789abcdef', disks: [], directory: '/d' },
  store: { driver: 'fake', datastoreId: 100, basePath: '/b', attributes: { FAKE_PASSWORD: 'hush "quoted"\nline' } },
};
const never = new AbortController().signal;
let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'onevault-mover-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const BEGIN = `
  const say = (event) => process.stdout.write(JSON.stringify(event) + '\\n');
  let input = '';
  const onTask = (handle) => process.stdin.on('data', (data) => {
    input += data;
    if (input.endsWith('\\n')) handle(JSON.parse(input));
  });
`;

/** A mover that does what the code says. */
function mover(code: string): string {
  const file = join(directory, `${Math.random().toString(36).slice(2)}.mjs`);
  writeFileSync(file, BEGIN + code);
  return file;
}

async function result(code: string, signal = never): Promise<{ value: unknown; events: MoverEvent[] }> {
  const events: MoverEvent[] = [];
  const value = await moverResult<unknown>(task, signal, (event) => events.push(event), mover(code));
  return { value, events };
}

it('gets its task on stdin, secrets included, and nothing of it on its command line but its id', async () => {
  const { value } = await result(`onTask((task) => {
    say({ type: 'result', result: { task, argv: process.argv.slice(2), threads: process.env.UV_THREADPOOL_SIZE } });
    process.stdin.destroy();
  })`);
  expect(value).toEqual({
    task: { ...task, beatSec: BEAT_LIMIT_SEC },
    argv: ['0123456789abcdef', STARTER],
    threads: '16',
  });
});

it('tells it again and again that somebody waits', async () => {
  const { value } = await result(`
    const { createInterface } = await import('node:readline');
    const lines = [];
    createInterface({ input: process.stdin }).on('line', (line) => {
      if (lines.push(JSON.parse(line)) < 3) return;
      say({ type: 'result', result: lines.slice(1) });
      process.stdin.destroy();
    });
  `);
  expect(value).toEqual([
    { beat: 1, bytesPerSec: null },
    { beat: 2, bytesPerSec: null },
  ]);
});

it('passes events on as they come, the result aside', async () => {
  const { value, events } = await result(`onTask(() => {
    say({ type: 'phase', phase: 'uploading' });
    process.stdout.write('{"type":"progress",');
    setTimeout(() => {
      process.stdout.write('"disks":[]}\\n');
      say({ type: 'warning', message: 'ü' });
      say({ type: 'result', result: 7 });
      process.stdin.destroy();
    }, 20);
  })`);
  expect(value).toBe(7);
  expect(events).toEqual([
    { type: 'phase', phase: 'uploading' },
    { type: 'progress', disks: [] },
    { type: 'warning', message: 'ü' },
  ]);
});

it('throws the error that it reports, with its hint', async () => {
  const code = `onTask(() => {
    say({ type: 'error', message: 'no room', hint: 'make some', retry: true });
    process.stdin.destroy();
  })`;
  await expect(result(code)).rejects.toMatchObject({ message: 'no room', hint: 'make some', retry: true });
});

it.each([
  ['ends without a word', 'process.exit(0)', 'The mover ended without a result.'],
  [
    'ends badly',
    'console.error("out of memory"); process.exit(4)',
    'ended with code 4 without a result. out of memory',
  ],
  ['is killed', 'process.kill(process.pid, "SIGKILL")', 'The mover was ended by SIGKILL without a result.'],
  ['says something else', 'console.log("hello"); process.exit(0)', 'The mover wrote something that is no event: hello'],
])('one that %s is a failure', async (_what, code, message) => {
  await expect(result(code)).rejects.toThrow(message);
});

it('closes stdin to stop it, and waits for its clean-up', async () => {
  const code = `
    process.stdin.on('end', () => setTimeout(() => {
      say({ type: 'error', message: 'stopped and cleaned', hint: '', retry: false });
    }, 30));
    onTask(() => say({ type: 'phase', phase: 'working' }));
  `;
  const abort = new AbortController();
  const events: MoverEvent[] = [];
  for await (const event of runMover(task, abort.signal, mover(code))) {
    events.push(event);
    abort.abort();
  }
  expect(events.map(({ type }) => type)).toEqual(['phase', 'error']);
  await expect(result(code, AbortSignal.abort())).rejects.toThrow('stopped and cleaned');
});

it('ends when nobody listens any more', async () => {
  const code = `
    const { rmSync } = await import('node:fs');
    process.stdin.on('end', () => {
      rmSync(process.argv[1]);
      process.exit(0);
    });
    onTask(() => setInterval(() => say({ type: 'phase', phase: 'on and on' }), 5));
  `;
  let heard = 0;
  const file = mover(code);
  for await (const _event of runMover(task, never, file)) if (++heard === 3) break;
  await vi.waitFor(() => expect(existsSync(file)).toBe(false), { timeout: 10_000 });
});
