// The completion scripts: that shells read them, and what bash offers.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fakeIo } from '../../tests/golden/fake-io.ts';
import { run } from '../exec/exec.ts';
import { completion } from './completion.ts';
import { families } from './families.ts';
import { ownWords } from './onevault.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'onevault-completion-'));
afterAll(() => rmSync(directory, { recursive: true }));

async function script(shell: string): Promise<string> {
  const io = fakeIo('http://127.0.0.1:1/RPC2');
  expect(await completion([shell], ownWords(), io)).toBe(0);
  const file = path.join(directory, shell);
  writeFileSync(file, io.out);
  return file;
}

let bash = '';
beforeAll(async () => {
  bash = await script('bash');
});

/** What bash offers for the last of these words. */
async function offered(...words: string[]): Promise<string[]> {
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const program = `source '${bash}'; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _onevault; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return (await run(['bash', '-c', program])).stdout.trim().split('\n');
}

test('bash reads its script', async () => {
  await run(['bash', '-n', bash]);
});

const zsh = ['/bin/zsh', '/usr/bin/zsh'].find((file) => existsSync(file));
test(`zsh's script parses${zsh ? '' : ' (as far as bash can tell: there is no zsh here)'}`, async () => {
  await run([zsh ?? 'bash', '-n', await script('zsh')]);
});

test('bash offers subcommands, options, and files otherwise', async () => {
  expect(await offered('onevm', 'backup')).toEqual(['backup', 'backup-cancel', 'backups', 'backupmode']);
  expect(await offered('/opt/onevault/bin/onevm', 'backup', '--da')).toEqual(['--datastore']);
  expect(await offered('onevm', 'create', 'x')).toEqual(['']);
  expect(await offered('onevault', 'comp')).toEqual(['completion']);
  expect(await offered('onevault', 'completion', '')).toEqual(['bash', 'zsh']);
});

test('every family is offered, and can be called', async () => {
  const names = (await families(fakeIo('http://127.0.0.1:1/RPC2'))).map(({ program }) => program.name());
  expect(names).toContain('onevm');
  for (const name of names) expect((await offered(name, 'l')).includes('list') || name === 'oneacct', name).toBe(true);
  const programs = await readdir(path.join(import.meta.dirname, '../../bin'));
  expect(programs.sort()).toEqual([...names, 'onevault'].sort());
});

test('another shell is refused', async () => {
  const io = fakeIo('http://127.0.0.1:1/RPC2');
  expect(await completion(['fish'], ownWords(), io)).toBe(255);
  expect(io.err).toBe('Name a shell: onevault completion bash|zsh\n');
});
