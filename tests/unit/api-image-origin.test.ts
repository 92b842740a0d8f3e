// Where the content of images may come from: files by the lists of their datastore, URLs by who asks, and what happens while they come.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeCloud } from './fake-cloud.ts';

const CONTENT = Buffer.alloc(3 * 2 ** 20, 'content');
const [ERROR, READY] = ['5', '1'];
let cloud: FakeCloud;
let server: Server;
let base: string;
let endless: ServerResponse | undefined;

beforeAll(async () => {
  cloud = await FakeCloud.open();
  server = createServer(({ url }, reply) => {
    if (url === '/a.raw') return void reply.end(CONTENT);
    endless = reply;
    reply.writeHead(200, { 'content-length': 10 * 2 ** 20 });
    return void reply.write('x');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await cloud.close(); // while a download goes on: it ends with the daemon
  server.closeAllConnections();
  server.close();
});

async function settled(id: number): Promise<[state: string, error: string]> {
  await cloud.until(`image ${id} is made`, async () => (await cloud.store.images.get(id)).state !== 4);
  const image = await cloud.xml('one.image.info', id);
  return [image.textOf('STATE'), image.textOf('TEMPLATE/ERROR')];
}
const allocate = (session: string, text: string, datastore = 1): Promise<number> =>
  cloud.callAs(session, 'one.image.allocate', text, datastore).then(Number);

it('are fetched from a URL and compared with their hashes', async () => {
  const sha1 = createHash('sha1').update(CONTENT).digest('hex');
  const good = await allocate(cloud.session, `NAME="good"\nPATH="${base}/a.raw"\nSHA1="${sha1}"`);
  expect(await settled(good)).toEqual([READY, '']);
  expect((await cloud.store.images.get(good)).sizeMb).toBe(3);
  const bad = await allocate(cloud.session, `NAME="bad"\nPATH="${base}/a.raw"\nMD5="${'0'.repeat(32)}"`);
  expect(await settled(bad)).toEqual([ERROR, expect.stringMatching(/its MD5 is \w+, and the image says 0+/)]);
  await expect(cloud.call('one.image.allocate', `NAME="x"\nPATH="${base}/a.raw"\nMD5="12"`, 1)).rejects.toThrow(
    'MD5="12" is not right; it must be 32 hex digits.',
  );
  const copy = Number(await cloud.call('one.image.clone', good, 'copy', -1));
  expect(await settled(copy)).toEqual([READY, '']);
});

it('may come from the internet alone, when somebody asks who is no administrator', async () => {
  const ann = await cloud.user('ann');
  await cloud.call('one.datastore.chmod', 1, -1, -1, -1, -1, -1, -1, 1, -1, -1);
  const inside = await allocate(ann, `NAME="inside"\nPATH="${base}/a.raw"`);
  expect(await settled(inside)).toEqual([ERROR, expect.stringContaining('127.0.0.1 is an address of this machine')]);
  for (const path of ['/etc/shadow', 'file:///etc/shadow']) {
    await expect(allocate(ann, `NAME="file"\nPATH="${path}"\nFORMAT="raw"`)).rejects.toMatchObject({ code: 0x200 });
  }
});

it('are made of files where the datastore allows it', async () => {
  const dirs = `RESTRICTED_DIRS="/"\nSAFE_DIRS="${cloud.directory}/safe"`;
  const datastore = await cloud.id('one.datastore.allocate', `NAME="careful"\n${dirs}`, -1);
  const file = join(cloud.directory, 'a.raw');
  await writeFile(file, CONTENT);
  await symlink(file, join(cloud.directory, 'safe.raw'));
  const link = await allocate(cloud.session, `NAME="link"\nPATH="${cloud.directory}/safe.raw"`, datastore);
  expect(await settled(link)).toEqual([ERROR, expect.stringMatching(/a\.raw is in \/, one of the RESTRICTED_DIRS/)]);
  await cloud.call('one.datastore.update', datastore, `RESTRICTED_DIRS="/"\nSAFE_DIRS="${cloud.directory}"`, 1);
  const same = await allocate(cloud.session, `NAME="same"\nPATH="file://${cloud.directory}/safe.raw"`, datastore);
  expect(await settled(same)).toEqual([READY, '']);
});

it('tell how far they are, and can be cancelled or deleted meanwhile', async () => {
  const id = await allocate(cloud.session, `NAME="long"\nPATH="${base}/endless.raw"`);
  await cloud.until('the download tells how far it is', async () => {
    endless?.write(Buffer.alloc(10_000));
    await delay(50);
    return (await cloud.xml('one.image.info', id)).textOf('TEMPLATE/PROGRESS') !== '';
  });
  expect((await cloud.xml('one.image.info', id)).textOf('TEMPLATE/PROGRESS')).toMatch(/^\d+% of 10 MB$/);
  await cloud.call('one.image.cancel', id);
  expect(await settled(id)).toEqual([ERROR, 'The download was cancelled.']);
  expect((await cloud.xml('one.image.info', id)).textOf('TEMPLATE/PROGRESS')).toBe('');

  const gone = await allocate(cloud.session, `NAME="gone"\nPATH="${base}/endless.raw"`);
  await expect(cloud.call('one.image.delete', gone)).rejects.toThrow(/locked by work/);
  await cloud.call('one.image.delete', gone, true);
  await expect(cloud.call('one.image.info', gone)).rejects.toMatchObject({ code: 0x400 });
  await allocate(cloud.session, `NAME="last"\nPATH="${base}/endless.raw"`);
});
