// oneimage copy: what it asks for, and what it cannot do without.
import { expect, test } from 'vitest';
import { cannedServer } from '../../tests/golden/canned-server.ts';
import { fakeIo } from '../../tests/golden/fake-io.ts';
import { oneimage } from './oneimage.ts';

async function said(...argv: string[]): Promise<unknown> {
  const server = await cannedServer({ 'one.image.copy': 1 });
  try {
    const io = fakeIo(server.endpoint);
    const status = await oneimage(io).main(argv);
    return { status, err: io.err, asked: server.calls.map(({ method, params }) => [method, ...params.slice(1)]) };
  } finally {
    await server.close();
  }
}

test('a backup is copied to a datastore', async () => {
  expect(await said('copy', '1', '-d', '105')).toEqual({ status: 0, err: '', asked: [['one.image.copy', 1, 105]] });
});

test('the datastore must be named', async () => {
  expect(await said('copy', '1')).toMatchObject({
    status: 255,
    err: expect.stringContaining('-d') as string,
    asked: [],
  });
});
