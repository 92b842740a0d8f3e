// The installed commands as processes: found through links, with stdin in all its kinds.
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run, start } from '../../src/exec/exec.ts';

const bin = new URL('../../bin/', import.meta.url).pathname;
let directory = '';
// The user's own credentials and caches stay out of it.
const env = (): Record<string, string> => ({ HOME: directory, XDG_CACHE_HOME: directory, ONE_AUTH: authFile });
const authFile = new URL('../golden/one_auth', import.meta.url).pathname;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'onevault-bin-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const COMMANDS = (
  'onevm oneimage onetemplate onedatastore onehost onevault onevnet onecluster oneuser onegroup oneacl onebackupjob onezone ' +
  'oneacct'
).split(' ');

test.each(COMMANDS)('%s starts', async (name) => {
  const { stdout } = await run([join(bin, name), '--help'], { env: env() });
  expect(stdout).toContain(`Usage: ${name} `);
});

test('a link from elsewhere finds its way home', async () => {
  symlinkSync(join(bin, 'onevm'), join(directory, 'link'));
  const { stdout, code } = await run([join(directory, 'link'), '--version'], { env: env(), cwd: '/' });
  expect(stdout).toMatch(/^OneVault \d/);
  expect(code).toBe(0);
});

test('a template is read from stdin', async () => {
  const { stdout } = await run([join(bin, 'onevm'), 'create', '--dry'], { env: env(), input: 'CPU=1\n' });
  expect(stdout).toBe('CPU=1\n');
});

test.each(['pipe', 'ignore'] as const)('options need no stdin (%s)', async (stdin) => {
  const running = start([join(bin, 'onevm'), 'create', '--name', 'a', '--dry'], { env: env(), stdin });
  const chunks: Buffer[] = [];
  for await (const chunk of running.stdout as AsyncIterable<Buffer>) chunks.push(chunk);
  running.stdin?.end();
  expect((await running.exit).code).toBe(0);
  expect(Buffer.concat(chunks).toString()).toBe('NAME="a"\n');
});

test('failures end with 255 and say so on stderr', async () => {
  const argv = [join(bin, 'onevm'), 'list', '--endpoint', 'http://127.0.0.1:1/RPC2'];
  const { code, stdout, stderr } = await run(argv, { env: env(), okCodes: [255] });
  expect({ code, stdout }).toEqual({ code: 255, stdout: '' });
  expect(stderr).toContain('Failed to open TCP connection to 127.0.0.1:1');
});
