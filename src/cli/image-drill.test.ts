// oneimage drill and onevm drill: what they ask for, and what they say of what that showed.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cannedServer } from '../../tests/golden/canned-server.ts';
import { fakeIo } from '../../tests/golden/fake-io.ts';
import { backupImage, vm } from '../../tests/golden/objects.ts';
import type { PointDrill } from '../model/drill.ts';
import type { Image } from '../model/image.ts';
import { imageXml } from '../wire/documents/image.ts';
import { vmXml } from '../wire/documents/vm.ts';
import { oneimage } from './oneimage.ts';
import { onevm } from './onevm.ts';

const PROVEN = 'increment 1 boots: the guest agent answered after 12.3 s';
const done = { result: 'done', reason: PROVEN };
const failed = { result: 'failed', reason: 'Within 5 s it did not come true that the guest agent answered.' };

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ov-drill-cli-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** The sample, whose newest point was drilled with this outcome. */
function image(drill: PointDrill): Image {
  return {
    ...backupImage,
    points: backupImage.points.map((point, index) => (index === 1 ? { ...point, drill } : point)),
  };
}

interface Told {
  status: number;
  out: string;
  err: string;
  asked: unknown[];
  paths: string[];
}

async function run(argv: string[], ended = done, screen = true, command = oneimage): Promise<Told> {
  const paths: string[] = [];
  const server = await cannedServer(
    {
      'one.image.drill': 1,
      'one.image.info': imageXml(image({ screen })),
      'one.vm.info': vmXml({ ...vm, backups: { ...vm.backups, ids: [1] } }),
      'one.vm.schedadd': 3,
    },
    (request, response) => {
      paths.push(request.url ?? '');
      if (request.url?.endsWith('.png')) return void response.end('a picture');
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.end(`event: end\ndata: ${JSON.stringify({ disks: [], phase: '', ...ended })}\n\n`);
    },
  );
  try {
    const io = fakeIo(server.endpoint);
    const status = await command(io).main(['drill', ...argv]);
    const asked = server.calls
      .filter(({ method }) => method === 'one.image.drill' || method === 'one.vm.schedadd')
      .map(({ params }) => params.slice(1));
    return { status, out: io.out.replace(server.endpoint.replace('/RPC2', ''), ''), err: io.err, asked, paths };
  } finally {
    await server.close();
  }
}

test('a backup that boots is said to be so, and where its screen is', async () => {
  expect(await run(['1'])).toMatchObject({
    ...{ status: 0, asked: [[1, 1, '']], paths: ['/api/progress/image/1?kind=drill&increment=1'] },
    out: `IMAGE 1: ${PROVEN}\nIts last screen: /api/drill/image/1/1.png\n`,
  });
});

test('one that does not answer is no failure, and the status tells', async () => {
  expect(await run(['1', '--agent', '--timeout', '5', '--memory', '64'], failed, false)).toMatchObject({
    ...{ status: 1, asked: [[1, 1, 'CONDITION="AGENT"\nTIMEOUT="5"\nMEMORY="64"\n']] },
    out: `IMAGE 1: increment 1 is not proven: ${failed.reason}\n`,
  });
});

test('the picture can be saved', async () => {
  const file = join(directory, 'screen.png');
  const told = await run(['1', '--screen', file, '--increment', '1']);
  expect(told).toMatchObject({ status: 0, out: `IMAGE 1: ${PROVEN}\nIts last screen: ${file}\n` });
  expect(await readFile(file, 'utf8')).toBe('a picture');
  expect(await run(['1', '--screen', file], done, false)).toMatchObject({
    err: 'There is no picture of its screen.\n',
  });
});

test.each([
  [['1', '--serial', 'a b'], 'TEXT="a b"\n'],
  [['1', '--pattern', '^x$'], 'PATTERN="^x$"\n'],
  [['1', '--script', 'look'], 'SCRIPT="look"\n'],
])('%j asks for %s, and need not wait', async (argv, options) => {
  expect(await run([...argv, '--detach'])).toMatchObject({ status: 0, out: '', paths: [], asked: [[1, 1, options]] });
});

test.each([
  [['1', '--agent', '--serial', 'x'], '--serial and --agent exclude each other.\n'],
  [['1', '--screen', 'x', '--detach'], '--screen needs to wait: leave --detach out.\n'],
])('%j is refused', async (argv, err) => {
  expect(await run(argv)).toMatchObject({ status: 255, err, asked: [] });
});

test('one that was cancelled says nothing of the backup', async () => {
  const cancelled = { result: 'cancelled', reason: 'It was cancelled.' };
  expect(await run(['1'], cancelled)).toMatchObject({ status: 255, out: '', err: 'IMAGE 1: drill was cancelled.\n' });
});

test('of a VM its newest backup is drilled, now or by schedule', async () => {
  expect(await run(['0'], done, false, onevm)).toMatchObject({ asked: [[1, 1, '']] });
  const told = await run(['0', '--schedule', '+60', '--weekly', '0'], done, false, onevm);
  expect(told.asked).toEqual([
    [0, expect.stringMatching(/^SCHED_ACTION = \[ACTION {2}= drill, TIME {4}= \+60, REPEAT = 0/)],
  ]);
  expect(await run(['0', '--schedule', '+60', '--agent'], done, false, onevm)).toMatchObject({
    ...{ status: 255, asked: [], err: expect.stringContaining('A scheduled drill goes by DRILL=[ CONDITION="..." ]') },
  });
});
