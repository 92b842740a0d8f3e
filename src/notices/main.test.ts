// `onevault notices test` as administrators run it.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SECRET } from '../../tests/notices/samples.ts';
import { mailServer, webServer, type MailServer, type WebServer } from '../../tests/notices/servers.ts';
import { main } from './main.ts';

let directory = '';
let web: WebServer;
let mail: MailServer;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'onevault-notices-'));
  [web, mail] = [await webServer(), await mailServer()];
  await writeFile(join(directory, 'hook'), `#!/bin/sh\ncat > ${directory}/got\n`, { mode: 0o755 });
});
afterEach(async () => {
  await Promise.all([web.close(), mail.close()]);
  await rm(directory, { recursive: true });
});

interface Outcome {
  status: number;
  out: string;
  err: string;
}

async function notices(config: string, ...argv: string[]): Promise<Outcome> {
  const file = join(directory, 'onevault.conf');
  await writeFile(file, config);
  const outcome = { status: 0, out: '', err: '' };
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((outcome.out += String(text)), true));
  const err = vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((outcome.err += String(text)), true));
  try {
    outcome.status = await main([...argv, '--config', file]);
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
  return outcome;
}

const all = (): string => `
HOOK=[ NAME="page", COMMAND="${directory}/hook", KIND="prune" ]
WEBHOOK=[ NAME="chat", URL="${web.url}/${SECRET}", ON="cancelled" ]
MAIL=[ HOST="127.0.0.1", PORT="${mail.port}", FROM="v@example.org", TO="ann@example.org" ]`;

it('tries all ways, whatever they are for', async () => {
  const told = 'hook page: told\nwebhook chat: told\nmail mail: told\n';
  expect(await notices(all(), 'test')).toEqual({ status: 0, out: told, err: '' });
  const hook = JSON.parse(await readFile(join(directory, 'got'), 'utf8')) as unknown;
  expect(hook).toMatchObject({ test: true, reason: 'This is a test: nothing has run.' });
  expect(JSON.parse(web.got[0]?.body ?? '')).toMatchObject({ test: true });
  expect(mail.got[0]?.text).toMatch(/^Subject: .*\(test\)\r$/m);
});

it('tries the one that is named', async () => {
  expect(await notices(all(), 'test', 'mail')).toMatchObject({ status: 0, out: 'mail mail: told\n' });
  expect(web.got).toEqual([]);
});

it('says what failed and goes on with the others', async () => {
  web.answers.push({ status: 403 });
  await writeFile(join(directory, 'hook'), '#!/bin/sh\necho no pager; exit 1\n');
  expect(await notices(all(), 'test')).toEqual({
    ...{ status: 1, err: '' },
    out: `hook page: FAILED: The hook ended with code 1 and wrote: no pager
webhook chat: FAILED: The address answered with status 403.
mail mail: told
`,
  });
});

it.each([
  ['', ['test'], 'The configuration has nobody to tell: it has no HOOK, WEBHOOK or MAIL.\n'],
  [
    'HOOK=[ NAME="a", COMMAND="/a" ]',
    ['test', 'b'],
    'The configuration has nobody to tell: nothing is called b; there are a.\n',
  ],
  ['HOOK=[ NAME="a" ]', ['test'], `The configuration's HOOK/COMMAND="" is not right: it must be an absolute path.\n`],
  ['', [], /^onevault notices test \[NAME\]/],
  ['', ['tell'], /^onevault notices test \[NAME\]/],
  ['', ['test', 'a', 'b'], /^onevault notices test \[NAME\]/],
  ['', ['test', '--loud'], /Unknown option '--loud'/],
])('%s with %j is refused', async (config, argv, err) => {
  const outcome = await notices(config, ...argv);
  expect(outcome).toMatchObject({ status: 1, out: '' });
  if (typeof err === 'string') expect(outcome.err).toBe(err);
  else expect(outcome.err).toMatch(err);
});

it('has a help', async () => {
  expect(await notices('', '--help')).toMatchObject({ status: 0, out: expect.stringContaining('Sends a test notice') });
});
