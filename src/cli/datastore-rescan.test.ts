// onedatastore rescan: what it asks for, and what it says of what was found.
import { expect, test } from 'vitest';
import { cannedServer } from '../../tests/golden/canned-server.ts';
import { fakeIo } from '../../tests/golden/fake-io.ts';
import { onedatastore } from './onedatastore.ts';

const FOUND = '1 images with 3 points were recorded, 1 snapshots left alone';
const LEFT = 'Snapshot 6968545c of VM 3: its onevault.json is no record of a backup.';

/** `ended` is how the run ends; undefined for a server without progress streams. */
async function rescan(argv: string[], ended?: { result: string; reason: string; told?: string[] }): Promise<unknown> {
  const followed: string[] = [];
  const server = await cannedServer(
    { 'one.datastore.rescan': '0123456789abcdef' },
    ended &&
      ((request, response) => {
        followed.push(request.url ?? '');
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        response.end(`event: end\ndata: ${JSON.stringify({ disks: [], phase: '', ...ended })}\n\n`);
      }),
  );
  try {
    const io = fakeIo(server.endpoint);
    const status = await onedatastore(io).main(['rescan', ...argv]);
    const asked = server.calls.map(({ method, params }) => [method, ...params.slice(1)]);
    return { status, out: io.out, err: io.err, asked, followed };
  } finally {
    await server.close();
  }
}

test('what was found is said, and a line for each snapshot that was left alone', async () => {
  expect(await rescan(['100'], { result: 'done', reason: FOUND, told: [LEFT] })).toEqual({
    ...{ status: 0, out: `${LEFT}\nDATASTORE 100: rescan: ${FOUND}\n`, err: '' },
    ...{ asked: [['one.datastore.rescan', 100]], followed: ['/api/progress/rescan/100'] },
  });
});

test('a rescan that failed says why', async () => {
  expect(await rescan(['100'], { result: 'failed', reason: 'the password is wrong' })).toMatchObject({
    ...{ status: 255, out: '', err: expect.stringContaining('the password is wrong') },
  });
});

test('it need not be waited for', async () => {
  expect(await rescan(['100', '--detach'])).toMatchObject({ status: 0, out: '', followed: [] });
});
