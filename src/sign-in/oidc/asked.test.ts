import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asking } from './asked.ts';

/** For this test alone: of localhost, by itself. */
const CERT = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUb+Eh/39LYxsRmPPlP6WMzRVz8M8wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyODA3NDQxMloYDzIxMjYxMTA0
MDc0NDEyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAS+MuLCoLa8DxYoJ8JP0pPrhBtOgPjd81rKwfIS4/HKdgMwgeWEVhT8
uK6KtHI6upF2SXEj285n+b1ZHDs9CdR/o28wbTAdBgNVHQ4EFgQU0M0S8yfpaHXp
08fgbgocS7EQ+MQwHwYDVR0jBBgwFoAU0M0S8yfpaHXp08fgbgocS7EQ+MQwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIgSn24tnC6YeTk9fmKn9WgmfxeZOLaAS89WMbWA/U4aQYCIQCa
HCRVYTbpyNaY3lQ4IGRrICX9nemjZK7/x1eYQyyy3w==
-----END CERTIFICATE-----
`;
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNaMoCj/FgSbF4765
63EQlCLnU3p+F9Tf2T+hqV0p1DChRANCAAS+MuLCoLa8DxYoJ8JP0pPrhBtOgPjd
81rKwfIS4/HKdgMwgeWEVhT8uK6KtHI6upF2SXEj285n+b1ZHDs9CdR/
-----END PRIVATE KEY-----
`;

const server = createServer({ cert: CERT, key: KEY }, (request, response) => {
  let body = '';
  request.on('data', (part: Buffer) => (body += part.toString()));
  request.on('end', () => {
    if (request.url === '/silent') return;
    if (request.url === '/endless') {
      const more = (over?: Error | null): void => {
        if (!over) response.write(Buffer.alloc(65_536), more);
      };
      return more();
    }
    if (request.url === '/none') return void response.writeHead(204).end();
    response.writeHead(201, { 'content-type': 'application/json', 'x-method': request.method });
    response.end(JSON.stringify({ body, type: request.headers['content-type'] }));
  });
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const ask = (path: string, over: object = {}, ca: string | undefined = CERT): Promise<Response> => {
  const url = path.startsWith('/') ? `https://localhost:${(server.address() as AddressInfo).port}${path}` : path;
  return asking(ca)(url, { method: 'GET', headers: {}, body: null, redirect: 'manual', ...over });
};

describe('what a provider is asked', () => {
  it('goes there as it is, and its answer comes back', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await ask('/x', { method: 'POST', headers, body: new URLSearchParams({ code: 'a b' }) });
    expect([answer.status, answer.headers.get('x-method')]).toEqual([201, 'POST']);
    expect(await answer.json()).toEqual({ body: 'code=a+b', type: headers['content-type'] });
    expect((await ask('/none')).status).toBe(204);
  });

  it('asks nobody whose certificate is not right, and nobody without TLS elsewhere', async () => {
    await expect(
      asking(undefined)(`https://localhost:${(server.address() as AddressInfo).port}/`, {
        ...{ method: 'GET', headers: {}, body: null, redirect: 'manual' },
      }),
    ).rejects.toThrow(/self-signed certificate/);
    await expect(ask(`https://127.0.0.2:1/`)).rejects.toThrow(/ECONNREFUSED/);
    for (const url of ['http://login.example.org/token', 'http://127.0.0.1.example.org/', 'ftp://localhost/']) {
      await expect(ask(url)).rejects.toThrow(/neither https nor this machine/);
    }
  });

  it('is given up when it does not end', async () => {
    await expect(ask('/endless')).rejects.toThrow(/longer than 1048576 bytes/);
    const cancelled = new AbortController();
    const asked = ask('/silent', { signal: cancelled.signal });
    cancelled.abort(new Error('too late'));
    await expect(asked).rejects.toThrow(/too late|aborted/);
  });
});
