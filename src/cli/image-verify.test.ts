// oneimage verify: what it asks for, and what it says of what that showed.
import { expect, test } from 'vitest';
import { cannedServer } from '../../tests/golden/canned-server.ts';
import { fakeIo } from '../../tests/golden/fake-io.ts';
import { backupImage } from '../../tests/golden/objects.ts';
import type { Image, Verification } from '../model/image.ts';
import { imageXml } from '../wire/documents/image.ts';
import { oneimage } from './oneimage.ts';

const PROBLEM = 'disk 0 of layer 6968545c is not as it was written';
const damaged: Verification = { date: 5, good: false, reason: PROBLEM };

/** The sample, its newest point verified with this outcome. */
function image(verified?: Verification): Image {
  const [first, second] = backupImage.points;
  if (!first || !second) throw new Error('The sample has no points.');
  return { ...backupImage, points: [first, verified ? { ...second, verified } : second] };
}

/** `ended` is how the run ends; undefined for a server without progress streams. */
async function verify(argv: string[], shown: Image, ended?: { result: string; reason: string }): Promise<unknown> {
  const followed: string[] = [];
  const server = await cannedServer(
    { 'one.image.verify': 1, 'one.image.info': imageXml(shown) },
    ended &&
      ((request, response) => {
        followed.push(request.url ?? '');
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        response.end(`event: end\ndata: ${JSON.stringify({ disks: [], phase: '', ...ended })}\n\n`);
      }),
  );
  try {
    const io = fakeIo(server.endpoint);
    const status = await oneimage(io).main(['verify', ...argv]);
    const asked = server.calls
      .filter(({ method }) => method === 'one.image.verify')
      .map(({ params }) => params.slice(1));
    return { status, out: io.out, err: io.err, asked, followed };
  } finally {
    await server.close();
  }
}

const NEWEST = ['/api/progress/image/1?kind=verify&increment=1'];
const done = { result: 'done', reason: '' };

test('a good backup is said to be so in one line', async () => {
  expect(await verify(['1'], image({ date: 5, good: true, reason: '' }), done)).toEqual({
    ...{ status: 0, out: 'IMAGE 1: increment 1 is as it was written\n', err: '', asked: [[1, 1]], followed: NEWEST },
  });
  expect(await verify(['1', '--increment', '0'], image(damaged), done)).toMatchObject({
    ...{ status: 0, out: 'IMAGE 1: increment 0 is as it was written\n', asked: [[1, 0]] },
  });
});

test('a damaged backup is said to be so with what is wrong, and the status tells', async () => {
  expect(await verify(['1'], image(damaged), { result: 'failed', reason: PROBLEM })).toMatchObject({
    ...{ status: 1, out: `IMAGE 1: increment 1 is damaged: ${PROBLEM}\n`, err: '' },
  });
});

test('what could not be read says nothing of the backup, whatever was found before', async () => {
  const unreachable = { result: 'failed', reason: 'Could not read the repository: no route to host.' };
  for (const shown of [image(), image(damaged)]) {
    expect(await verify(['1'], shown, unreachable)).toMatchObject({
      ...{ status: 255, out: '', err: 'Could not read the repository: no route to host.\n' },
    });
  }
});

test('it does not wait when it is not to, or cannot', async () => {
  expect(await verify(['1', '--detach'], image(), done)).toMatchObject({ status: 0, out: '', followed: [] });
  expect(await verify(['1'], image())).toMatchObject({ status: 0, out: '', err: '' });
});

test('what is no backup is left to the server to refuse', async () => {
  expect(await verify(['1', '--detach'], { ...backupImage, type: 0, points: [], isChain: false })).toMatchObject({
    ...{ asked: [[1, -1]] },
  });
});
