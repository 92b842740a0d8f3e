// The search for planted secrets finds them wherever they are, and a run that has not searched is no success.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { judgePlanted } from '../../scripts/planted.ts';
import { lookAtFiles, lookAtLeftovers, lookAtText, type Look } from '../planted/look.ts';
import { ProcessWatch } from '../planted/processes.ts';
import { planted, plantIn } from '../planted/secret.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'onevault-planted-'));
  mkdirSync(join(directory, 'run'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const SECRET = planted(' "quoted"');
const write = (name: string, text: string | Buffer): void => writeFileSync(join(directory, name), text);
const found = (looks: Look[]): string[] => looks.flatMap((look) => look.found);

describe('planted secrets', () => {
  it('are found in databases and in other files, quoted or in base64', () => {
    write(
      'one.db',
      Buffer.concat([Buffer.alloc(5000, 0xff), Buffer.from(`{"RESTIC_PASSWORD":${JSON.stringify(SECRET)}}`)]),
    );
    write('run/task', `x ${Buffer.from(`ann:${SECRET}`).toString('base64')}`);
    write('run/good', 'enc1:AAAA');
    const all = found(lookAtFiles(directory)).join('\n');
    expect(all).toMatch(/one\.db, in clear: .*RESTIC_PASSWORD":"<here>/);
    expect(all).toMatch(/run\/task, in base64/);
    expect(all).not.toContain('run/good');
    expect(all).not.toContain(SECRET);
  });

  it.each(['', 'a', 'ab', 'abc', 'abcd'])('are found in base64 behind "%s"', (before) => {
    expect(plantIn(Buffer.from(`${before}${SECRET} and more`).toString('base64'))).toBe('in base64');
    expect(plantIn(Buffer.from(`${before}nothing of that kind, and more`).toString('base64'))).toBeUndefined();
  });

  it('are found in logs and arguments', () => {
    expect(lookAtText('process', 'the arguments of 7', `restic --password ${SECRET}`).found).toHaveLength(1);
    expect(lookAtText('log', 'a log', 'restic ended').found).toEqual([]);
  });

  it('are found in the arguments of a program that runs, when it has started meanwhile', async () => {
    const sleeping = spawn('sh', ['-c', 'read forever', SECRET], { stdio: ['pipe', 'ignore', 'ignore'] });
    await once(sleeping, 'spawn');
    const late = new ProcessWatch();
    late.look();
    expect(late.seen.found).toEqual([]);
    const watch = new ProcessWatch();
    const other = spawn('sh', ['-c', 'read forever', SECRET], { stdio: ['pipe', 'ignore', 'ignore'] });
    await once(other, 'spawn');
    watch.look();
    watch.look();
    expect(watch.seen.found).toEqual([`the arguments of process ${other.pid}, in clear: ...sh -c read forever <here>`]);
    for (const child of [sleeping, other]) child.stdin.end();
    await Promise.all([sleeping, other].map((child) => once(child, 'close')));
  });

  it('are found in what a daemon has left, by this run alone', () => {
    write('run/one.db', SECRET);
    write('run/given', SECRET); // a test's own
    const leftovers = (since: number): string => {
      try {
        lookAtLeftovers([directory], /^run$/, since);
        return '';
      } catch (error) {
        return String(error);
      }
    };
    vi.stubEnv('ONEVAULT_PLANTED', undefined);
    try {
      expect(leftovers(0)).toMatch(/got out: [^;]*run\/one\.db, in clear: [^;]*$/);
      expect(leftovers(Date.now() + 60_000)).toBe('');
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('are counted where they are encrypted', () => {
    write('one.db', 'RESTIC_PASSWORD enc1:AAAA');
    expect(lookAtFiles(directory)[0]).toEqual({ kind: 'database', looked: 1, sealed: 1, found: [] });
  });
});

describe('the verdict', () => {
  const lines = (looks: Look[]): string => looks.map((look) => `${JSON.stringify(look)}\n`).join('');
  const database: Look = { kind: 'database', looked: 2, sealed: 1, found: [] };
  const log: Look = { kind: 'log', looked: 3, found: [] };

  it('is good when nothing was found, and says what was looked at', () => {
    expect(judgePlanted(lines([database, log, log]), ['database', 'log'])).toEqual({
      ok: true,
      lines: [expect.stringMatching(/^looked .* 2 databases, 6 logs, .*; 1 databases had them encrypted$/)],
    });
  });

  it('is bad when something was found, was not looked at, or could not have been found', () => {
    const bad = judgePlanted(lines([database, { ...log, found: ['x.log'] }, { ...log, found: ['x.log'] }]), []);
    expect([bad.ok, bad.lines[1], bad.lines.length]).toEqual([false, 'A planted secret is in x.log', 2]);
    expect(judgePlanted(lines([database]), ['database', 'process']).lines[1]).toMatch(/No programs were looked at/);
    expect(judgePlanted(lines([{ ...database, sealed: 0 }]), ['database']).ok).toBe(false);
    expect(judgePlanted('', ['log']).ok).toBe(false);
    expect(judgePlanted('', [])).toMatchObject({ ok: true });
  });
});
