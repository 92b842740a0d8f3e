// oneimage pin and unpin: what they ask for, and what oneimage show says of a pin.
import { expect, test } from 'vitest';
import { cannedServer } from '../../tests/golden/canned-server.ts';
import { fakeIo } from '../../tests/golden/fake-io.ts';
import { backupImage } from '../../tests/golden/objects.ts';
import { imageXml } from '../wire/documents/image.ts';
import { readXml } from '../wire/xml-read.ts';
import { pointLines } from './image-show-points.ts';
import { oneimage } from './oneimage.ts';

async function said(...argv: string[]): Promise<unknown> {
  const server = await cannedServer({ 'one.image.pin': 1, 'one.image.unpin': 1 });
  try {
    const io = fakeIo(server.endpoint);
    const status = await oneimage(io).main(argv);
    return { status, err: io.err, asked: server.calls.map(({ method, params }) => [method, ...params.slice(1)]) };
  } finally {
    await server.close();
  }
}

test('a point is pinned with a reason, and until a date', async () => {
  expect(await said('pin', '1', '--increment', '0', '--reason', 'audit', '--until', '2030-01-31T00:00Z')).toEqual({
    ...{
      status: 0,
      err: '',
      asked: [['one.image.pin', 1, 0, expect.stringMatching(/REASON *= *"audit"[^]*1896048000/)]],
    },
  });
  expect(await said('pin', '1', '--reason', 'audit')).toMatchObject({
    asked: [['one.image.pin', 1, -1, expect.not.stringContaining('UNTIL')]],
  });
  expect(await said('unpin', '1')).toMatchObject({ status: 0, asked: [['one.image.unpin', 1, -1]] });
});

test('what is no date is refused', async () => {
  expect(await said('pin', '1', '--reason', 'audit', '--until', 'soon')).toMatchObject({
    ...{ status: 255, err: expect.stringContaining('--until soon: this is no date'), asked: [] },
  });
});

test('a pin is shown', () => {
  const [first, ...rest] = backupImage.points;
  if (!first) throw new Error('The sample has no points.');
  const pinned = { ...backupImage, points: [{ ...first, pin: { reason: 'audit' } }, ...rest] };
  expect(pointLines(readXml(imageXml(pinned)))).toContain('Increment 0 is pinned: audit');
});
