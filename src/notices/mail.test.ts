// E-mail to a real server.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ALL, notice, SECRET } from '../../tests/notices/samples.ts';
import { mailServer, type MailServer } from '../../tests/notices/servers.ts';
import type { MailSettings } from '../model/notice-settings.ts';
import { mailWay } from './mail.ts';

const never = new AbortController().signal;
const open: MailServer[] = [];
let directory = '';
let passwordFile = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'onevault-mail-'));
  passwordFile = join(directory, 'password');
  await writeFile(passwordFile, `${SECRET}\n`, { mode: 0o600 });
});
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
  await rm(directory, { recursive: true });
});

async function server(options: Parameters<typeof mailServer>[0] = {}): Promise<MailServer> {
  const made = await mailServer(options);
  open.push(made);
  return made;
}

const settings = (port: number, change: Partial<MailSettings> = {}): MailSettings => ({
  ...{ ...ALL, host: '127.0.0.1', port, tls: 'NONE', from: 'OneVault <v@example.org>' },
  to: ['ann@example.org', 'Bö <b@example.org>'],
  ...change,
});

const failure = (of: MailSettings): Promise<unknown> =>
  mailWay(of)
    .tell([notice()], never)
    .catch((error: unknown) => error);

it('one message about all runs goes to everybody', async () => {
  const { port, got } = await server();
  await mailWay(settings(port)).check();
  await mailWay(settings(port)).tell([notice(), notice({ vmId: 4 })], never);
  expect(got).toHaveLength(1);
  expect(got[0]).toMatchObject({ from: 'v@example.org', to: ['ann@example.org', 'b@example.org'], user: undefined });
  const { text = '' } = got[0] ?? {};
  expect(text).toMatch(/^From: OneVault <v@example\.org>\r$/m);
  expect(text).toMatch(/^Subject: \[OneVault [^\]]+\] 2 runs ended: 2 failed\r$/m);
  expect(text).toMatch(/^Auto-Submitted: auto-generated\r$/m);
  expect(text.match(/^Backup of VM \d failed\r$/gm)).toEqual(['Backup of VM 3 failed\r', 'Backup of VM 4 failed\r']);
  expect(text).not.toContain(SECRET);
});

it('what a reason holds stays in the text', async () => {
  const { port, got } = await server();
  const reason = '.\r\nBcc: x@example.org\r\n.\r\nQUIT ü';
  await mailWay(settings(port)).tell([notice({ reason })], never);
  expect(got).toHaveLength(1);
  expect(got[0]?.to).toHaveLength(2);
  expect(got[0]?.text.split('\r\n\r\n')[0]).not.toContain('Bcc');
});

it('logs in with the password of the file', async () => {
  const { port, got } = await server({ password: SECRET });
  const login = { user: 'ann', passwordFile };
  await mailWay(settings(port, { login })).tell([notice()], never);
  expect(got[0]?.user).toBe('ann');
  await writeFile(passwordFile, `wrong-${SECRET}`);
  const error = await failure(settings(port, { login }));
  expect(error).toMatchObject({ retry: false });
  expect((error as Error).message).toMatch(/^The mail server 127\.0\.0\.1 did not take the message: /);
  expect((error as Error).message).not.toContain(SECRET);
  expect(got).toHaveLength(1);
});

it('a password file that is missing is refused at the start', async () => {
  const login = { user: 'ann', passwordFile: join(directory, 'none') };
  await expect(mailWay(settings(1, { login })).check()).rejects.toThrow('MAIL/PASSWORD_FILE=');
});

it('sends nothing unless the way is encrypted, when it is to be', async () => {
  const plain = await server();
  expect(((await failure(settings(plain.port, { tls: 'STARTTLS' }))) as Error).message).toMatch(/STARTTLS|TLS/);
  const unknown = await server({ tls: true });
  const error = await failure(settings(unknown.port, { tls: 'STARTTLS' }));
  expect((error as Error).message).toMatch(/certificate/i);
  expect(await failure(settings(unknown.port, { tls: 'TLS' }))).toBeInstanceOf(Error);
  expect([...plain.got, ...unknown.got]).toEqual([]);
});

it('a refusal for now is worth another try, one for good is not', async () => {
  const { port, refusals, got } = await server();
  refusals.push(451, 554);
  expect(await failure(settings(port))).toMatchObject({ retry: true, message: expect.stringContaining('not now') });
  expect(await failure(settings(port))).toMatchObject({ retry: false });
  expect(await failure(settings(port))).toBeUndefined();
  expect(got).toHaveLength(1);
});

it('a server that is not there is worth another try', async () => {
  const { port } = await server();
  await open.pop()?.close();
  expect(await failure(settings(port))).toMatchObject({
    retry: true,
    message: expect.stringContaining('ECONNREFUSED'),
  });
});

it('is given up when the daemon ends', async () => {
  const end = new AbortController();
  const silent: Server = createServer(() => end.abort()); // takes the connection and says nothing
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  await expect(mailWay(settings(port)).tell([notice()], end.signal)).rejects.toThrow(/abort/i);
  await new Promise((resolve) => silent.close(resolve)); // ends only when the connection has
});
