// Webhooks against a real server.
import { createHmac } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ALL, notice, SECRET } from '../../tests/notices/samples.ts';
import { webServer, type WebServer } from '../../tests/notices/servers.ts';
import { webhookWay } from './webhooks.ts';
import type { Way } from './way.ts';

const never = new AbortController().signal;
let server: WebServer;
let directory = '';
beforeEach(async () => {
  server = await webServer();
  directory = await mkdtemp(join(tmpdir(), 'onevault-webhook-'));
});
afterEach(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

const way = (change: { url?: string; secretFile?: string; timeoutSec?: number } = {}): Way =>
  webhookWay({ ...ALL, url: `${server.url}/in?token=t`, timeoutSec: 20, ...change });

const failure = (url: string): Promise<unknown> =>
  way({ url })
    .tell([notice()], never)
    .catch((error: unknown) => error);

it('posts the notice as JSON', async () => {
  await way().tell([notice()], never);
  expect(server.got).toHaveLength(1);
  const [request] = server.got;
  expect(request).toMatchObject({
    ...{ method: 'POST', path: '/in?token=t', body: JSON.stringify(notice()) },
    headers: { 'content-type': 'application/json', 'user-agent': 'OneVault', 'x-onevault-run': '00112233aabbccdd' },
  });
  expect(request?.headers).not.toHaveProperty('x-onevault-signature');
});

it('signs it with the content of the file, which is read each time', async () => {
  const secretFile = join(directory, 'secret');
  for (const secret of ['first', SECRET]) {
    await writeFile(secretFile, `${secret}\n`, { mode: 0o600 });
    await way({ secretFile }).tell([notice()], never);
    const { headers, body = '' } = server.got.at(-1) ?? {};
    const hmac = createHmac('sha256', secret).update(body).digest('hex');
    expect(headers?.['x-onevault-signature']).toBe(`sha256=${hmac}`);
  }
  expect(JSON.stringify(server.got)).not.toContain(SECRET);
});

it('a secret that is missing, empty or open to all is refused at the start', async () => {
  const secretFile = join(directory, 'secret');
  const check = (): Promise<void> => way({ secretFile }).check();
  await expect(check()).rejects.toThrow(`WEBHOOK/SECRET_FILE="${secretFile}" is not right: it cannot be read: ENOENT`);
  await writeFile(secretFile, '\n', { mode: 0o600 });
  await expect(check()).rejects.toThrow('it is empty');
  await writeFile(secretFile, SECRET);
  await chmod(secretFile, 0o644);
  await expect(check()).rejects.toMatchObject({ hint: `chmod 600 ${secretFile}` });
  await chmod(secretFile, 0o640);
  await check();
  await way().check();
});

it.each([
  [500, true],
  [503, true],
  [429, true],
  [400, false],
  [404, false],
  [302, false],
])('an answer of %i is a failure; trying again may help: %s', async (status, retry) => {
  server.answers.push({ status });
  const message = `The address answered with status ${status}.`;
  expect(await failure(`${server.url}/t`)).toMatchObject({ message, retry });
});

it('follows a redirect on the same host with the same request, and no other', async () => {
  const other = await webServer();
  try {
    server.answers.push({ status: 307, location: '/moved' });
    await way().tell([notice()], never);
    expect(server.got.map(({ path }) => path)).toEqual(['/in?token=t', '/moved']);
    expect(server.got[1]).toMatchObject({ method: 'POST', body: JSON.stringify(notice()) });
    server.answers.push({ status: 308, location: `${other.url}/steal` });
    const message = 'The address redirects to another host, which is not followed.';
    expect(await failure(server.url)).toMatchObject({ retry: false, message });
  } finally {
    await other.close();
  }
  expect(other.got).toEqual([]);
});

it('does not run in circles', async () => {
  server.answers.push(...Array.from({ length: 9 }, () => ({ status: 307, location: '/again' })));
  expect(await failure(server.url)).toMatchObject({ message: 'The address redirects again and again.' });
  expect(server.got).toHaveLength(4);
});

it('gives up when no answer comes, and when the daemon ends', async () => {
  server.answers.push(null, null);
  await expect(way({ timeoutSec: 0.1 }).tell([notice()], never)).rejects.toMatchObject({
    ...{ message: 'The address did not answer in time.', retry: true },
  });
  const end = new AbortController();
  const telling = way()
    .tell([notice()], end.signal)
    .catch((error: unknown) => error);
  while (server.got.length < 2) await new Promise(setImmediate);
  end.abort();
  expect(await telling).toMatchObject({ message: expect.stringMatching(/abort/) });
});

it('says why nobody could be reached, without the address and its tokens', async () => {
  const { url } = server;
  await server.close();
  const error = await failure(`${url}/${SECRET}`);
  expect(error).toMatchObject({
    retry: true,
    message: expect.stringMatching(/could not be reached: connect ECONNREFUSED/),
  });
  expect((error as Error).message).not.toContain(SECRET);
  server = await webServer();
});
