// Following a run in the foreground: what is shown, and how it ends when the stream or the user does.
import type { ServerResponse } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { cannedServer, type CannedServer } from '../../tests/golden/canned-server.ts';
import { fakeIo, type FakeIo } from '../../tests/golden/fake-io.ts';
import type { Operation } from '../model/operation.ts';
import { oneimage } from './oneimage.ts';
import { onevm } from './onevm.ts';

let server: CannedServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** Runs one command line; `get` answers what is asked of the progress streams. */
async function run(
  line: string,
  prepare: (io: FakeIo) => void = () => {},
  get?: Parameters<typeof cannedServer>[1],
): Promise<{ status: number; io: FakeIo }> {
  server = await cannedServer({ 'one.vm.backup': 0, 'one.image.restore': '1 2 3' }, get);
  const io = fakeIo(server.endpoint);
  prepare(io);
  const [name, ...argv] = line.split(' ');
  const status = await (name === 'onevm' ? onevm : oneimage)(io).main(argv);
  return { status, io };
}

const operation: Operation = {
  id: '0123456789abcdef',
  kind: 'backup',
  vmId: 0,
  hostId: 0,
  datastoreId: 100,
  imageIds: [],
  plan: null,
  phase: 'copying',
  startedAt: 0,
  endedAt: 0,
  result: 'running',
  reason: '',
  disks: [{ diskId: 0, bytesDone: 512 * 1024 ** 2, bytesTotal: 2 * 1024 ** 3 }],
  figures: null,
  cleaned: false,
};

/** A stream of events; each text is written as it is, then the connection ends. */
function streamOf(...texts: string[]) {
  return (_request: unknown, response: ServerResponse): void => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    for (const text of texts) response.write(text);
    response.end();
  };
}

const message = (state: Partial<Operation>): string => `data: ${JSON.stringify({ ...operation, ...state })}\n\n`;
const end = (state: Partial<Operation>): string => `event: end\n${message(state)}`;

test('a backup in the foreground is followed to its end', async () => {
  const outcome = await run(
    'onevm backup 0 -v',
    undefined,
    streamOf(': hello\n\n', message({}), end({ result: 'done' })),
  );
  expect(outcome.status).toBe(0);
  expect(outcome.io.out).toBe('VM 0: backup\n');
  expect(outcome.io.err).toBe('VM 0: backup: copying; disk 0 512M of 2G, 25%\n');
  const request = server?.requests.at(-1);
  expect([request?.method, request?.url]).toEqual(['GET', '/api/progress/vm/0']);
  expect(request?.headers.authorization).toBe(`Basic ${Buffer.from('ann:secret').toString('base64')}`);
});

test('a failed backup ends with its reason', async () => {
  const outcome = await run(
    'onevm backup 0',
    undefined,
    streamOf(end({ result: 'failed', reason: 'could not freeze: no agent' })),
  );
  expect(outcome).toMatchObject({ status: 255, io: { out: '', err: 'could not freeze: no agent\n' } });
});

test('a cancelled backup says that, whatever the run says of its end', async () => {
  const events = [
    message({ phase: 'cancelling', cancelling: true }),
    end({ result: 'cancelled', reason: 'The mover was told to stop.' }),
  ];
  const outcome = await run('onevm backup 0', undefined, streamOf(...events));
  expect(outcome.status).toBe(255);
  expect(outcome.io.err).toBe('VM 0: backup: CANCELLING; disk 0 512M of 2G, 25%\nVM 0: backup was cancelled.\n');
});

test('a backup that waits tells for what, and one that works how fast it goes', async () => {
  const waiting = { disks: [], phase: 'waiting' };
  const outcome = await run(
    'onevm backup 0',
    undefined,
    streamOf(
      message({ ...waiting, waits: '2 backups run on host 0' }),
      message({ ...waiting, waits: '5 backups run' }),
      message({ pace: { bytesPerSec: 64 * 1024 ** 2, leftSec: 24 } }),
      end({ result: 'done' }),
    ),
  );
  expect(outcome.io.err.split('\n')).toEqual([
    'VM 0: backup: waiting: 2 backups run on host 0',
    'VM 0: backup: waiting: 5 backups run',
    'VM 0: backup: copying; disk 0 512M of 2G, 25%, 64M/s, 24s left',
    '',
  ]);
});

test('a restore is followed by its first image', async () => {
  const outcome = await run('oneimage restore -d 1 1', undefined, streamOf(end({ kind: 'restore', result: 'done' })));
  expect(outcome).toMatchObject({ status: 0, io: { out: 'VM Template: 1\nImages: 2 3\n', err: '' } });
  expect(server?.requests.at(-1)?.url).toBe('/api/progress/image/2');
});

test('a server without progress streams ends the command at once', async () => {
  expect(await run('onevm backup 0')).toMatchObject({ status: 0, io: { out: '', err: '' } });
});

test('a stream that breaks off is taken up again, but not for ever', async () => {
  let opened = 0;
  const once = await run('onevm backup 0', undefined, (request, response) => {
    opened += 1;
    (opened === 1 ? streamOf(message({})) : streamOf(end({ result: 'done' })))(request, response);
  });
  expect([once.status, opened]).toEqual([0, 2]);
  await server?.close();
  const never = await run('onevm backup 0', undefined, streamOf(': nothing\n\n'));
  expect(never.status).toBe(255);
  expect(never.io.err).toBe('The progress stream broke off; what became of it is not known here.\n');
});

test('a refused stream is an error', async () => {
  const outcome = await run('onevm backup 0', undefined, (_request, response) => void response.writeHead(401).end());
  expect(outcome).toMatchObject({ status: 255, io: { err: 'Its progress cannot be followed: HTTP-Error: 401\n' } });
});

test('Ctrl-C stops following, not the backup', async () => {
  const outcome = await run(
    'onevm backup 0',
    (io) => {
      io.onInterrupt = (handler) => {
        interrupt = handler;
        return () => {};
      };
    },
    (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(message({}));
      setTimeout(() => interrupt(), 20);
    },
  );
  expect(outcome.status).toBe(255);
  expect(outcome.io.err).toContain('VM 0: backup goes on without being followed; see onevm show 0.\n');
});

let interrupt = (): void => {};
