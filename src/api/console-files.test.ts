// What browsers get of the console: each file as what it is, pages with a policy of their own, and nothing outside of the directory.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { consoleFiles } from './console-files.ts';

const server = Fastify();
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'onevault-console-'));
  await mkdir(join(directory, 'console/assets'), { recursive: true });
  await writeFile(join(directory, 'secret.txt'), 'secret');
  await writeFile(join(directory, 'console/index.html'), '<meta nonce="__CSP_NONCE__"><p nonce="__CSP_NONCE__">');
  await writeFile(join(directory, 'console/assets/a-1.js'), 'console.log(1);'.repeat(100));
  await writeFile(join(directory, 'console/assets/font.woff2'), 'font');
  consoleFiles(server, join(directory, 'console'));
});
afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

it('answers the address of any page with the console, which has another nonce each time', async () => {
  const nonces = new Set<string>();
  for (const url of ['/', '/vms', '/vms/3?tab=backup']) {
    const { statusCode, headers, body } = await server.inject({ url });
    expect([statusCode, headers['content-type'], headers['cache-control']]).toEqual([
      200,
      'text/html; charset=utf-8',
      'no-store',
    ]);
    const nonce = /<meta nonce="([^"]{20,})"><p nonce="\1">/.exec(body)?.[1] ?? '';
    expect(headers['content-security-policy']).toContain(`style-src 'self' 'nonce-${nonce}'`);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
    nonces.add(nonce);
  }
  expect(nonces.size).toBe(3);
});

it('answers with files, packed for those who take it', async () => {
  const packed = await server.inject({ url: '/assets/a-1.js', headers: { 'accept-encoding': 'gzip, br' } });
  expect(packed.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'content-encoding': 'br',
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
  });
  expect(packed.rawPayload.length).toBeLessThan(100);
  const plain = await server.inject({ url: '/assets/a-1.js' });
  expect([plain.headers['content-encoding'], plain.body.length]).toEqual([undefined, 1500]);
  expect((await server.inject({ url: '/assets/font.woff2', headers: { 'accept-encoding': 'br' } })).body).toBe('font');
});

it.each([
  ...['/assets/b.js', '/../secret.txt', '/%2e%2e/secret.txt', '/assets/..%2f..%2fsecret.txt', '/assets/%00.js'],
  ...['/api/nothing', '/%E0%A4%A', '/assets/../../secret.txt'],
])('has nothing at %s', async (url) => {
  const { statusCode, body } = await server.inject({ url });
  expect(statusCode).toBeGreaterThanOrEqual(400);
  expect(body).not.toContain('secret"');
  expect(body).not.toBe('secret');
});

it('says how it is built where it is not', async () => {
  const other = Fastify();
  consoleFiles(other, join(directory, 'nowhere'));
  const { statusCode, body } = await other.inject({ url: '/' });
  expect([statusCode, body]).toEqual([503, expect.stringContaining('npm run console')]);
  await other.close();
});
