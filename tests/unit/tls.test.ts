// A real server with TLS: who may come in, what browsers are told, and a certificate that is renewed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildServer } from '../../src/api/server.ts';
import { Tls } from '../../src/api/tls.ts';
import { Client } from '../../src/cli/client.ts';
import { FakeCloud } from './fake-cloud.ts';

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

let directory: string;
let cloud: FakeCloud;
let server: FastifyInstance;
let tls: Tls;
let endpoint: URL;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'onevault-tls-'));
  writeFileSync(join(directory, 'cert.pem'), CERT);
  writeFileSync(join(directory, 'key.pem'), KEY);
  cloud = await FakeCloud.open();
  tls = new Tls({ cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') });
  server = buildServer(cloud.services, [], tls);
  await server.listen({ host: '127.0.0.1', port: 0 });
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('It listens on a port.');
  endpoint = new URL(`https://localhost:${address.port}/RPC2`);
});
afterAll(async () => {
  await server.close();
  await cloud.close();
  rmSync(directory, { recursive: true });
});

const client = (ca?: string): Client =>
  new Client({ endpoint, session: cloud.session, timeoutSec: 60, verifyTls: true, ...(ca !== undefined && { ca }) });

it('answers those who know the certificate, and no other client goes on', async () => {
  const known = client(CERT);
  expect(await known.text('system.version')).toMatch(/^\d/);
  known.close();
  const strange = client();
  await expect(strange.text('system.version')).rejects.toThrow(/self-signed certificate/);
  strange.close();
});

it('has browsers keep to TLS, and cookies sent over it alone', async () => {
  const [user = '', password = ''] = cloud.session.split(':');
  const headers = await new Promise<IncomingHttpHeaders>((resolve, reject) => {
    const options = {
      ca: CERT,
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json' },
    } as const;
    https
      .request(new URL('/api/session', endpoint), options, (answer) => resolve(answer.resume().headers))
      .on('error', reject)
      .end(JSON.stringify({ user, password }));
  });
  expect(headers).toMatchObject({ 'strict-transport-security': 'max-age=31536000' });
  expect(String(headers['set-cookie'])).toMatch(/; Secure$/);
});

it('speaks no TLS older than 1.2', async () => {
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  const why = await new Promise<string>((resolve) => {
    const socket = connect({ host: 'localhost', port: Number(endpoint.port), ca: CERT, ...old }, () => {
      socket.destroy();
      resolve('connected');
    });
    socket.on('error', (error: Error) => resolve(error.message));
  });
  expect(why).toMatch(/protocol version/);
});

it('keeps the certificate that it has when the new one is not right', async () => {
  const before = tls.fingerprint;
  writeFileSync(join(directory, 'cert.pem'), 'no certificate');
  expect(() => tls.reload()).toThrow(/TLS with the certificate .*cert\.pem and the key .* is not possible/);
  expect(tls.fingerprint).toBe(before);
  const known = client(CERT);
  expect(await known.text('system.version')).toMatch(/^\d/);
  known.close();
  writeFileSync(join(directory, 'cert.pem'), CERT);
  tls.reload();
});
