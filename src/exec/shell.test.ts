import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { run, start, type Running } from './exec.ts';
import { boundText, shellText } from './shell.ts';

describe('a text for the shell at the other end', () => {
  it('gives every argument as it is', async () => {
    const hostile = [
      '',
      ' ',
      "a'b",
      "''",
      '"',
      '$HOME',
      '$(id)',
      '`id`',
      '\\',
      "\\'",
      'a\nb',
      '*',
      '~',
      '!',
      '-n',
      '; exit 1',
      '&& id',
      'ü',
    ];
    const { stdout } = await run(['sh', '-c', shellText([['printf', '%s\\0', ...hostile]])]);
    expect(stdout.split('\0').slice(0, -1)).toEqual(hostile);
  });

  it('stops at the first command that fails', async () => {
    const text = shellText([['echo', 'one'], ['false'], ['echo', 'two']]);
    expect(await run(['sh', '-c', text], { okCodes: [1] })).toMatchObject({ code: 1, stdout: 'one\n' });
  });

  it('cannot have a NUL', () => {
    expect(() => shellText([['a\0b']])).toThrow(/NUL/);
  });
});

describe('a text that is bound to its stdin', () => {
  const bound = (...commands: string[][]): Running =>
    start(['sh', '-c', boundText(commands)], { stdin: 'pipe', dieWithParent: true });

  it('says what its commands say, and ends as they do', async () => {
    const said = bound(['printf', '%s', "a'b $HOME"], ['cat']); // nobody's stdin is theirs
    expect([await text(said.stdout), (await said.exit).code]).toEqual(["a'b $HOME", 0]);
    const failed = bound(['sh', '-c', 'echo why >&2; exit 7'], ['echo', 'two']);
    expect([await text(failed.stdout), await failed.exit]).toMatchObject(['', { code: 7, stderr: 'why\n' }]);
  });

  it('ends its command when nobody holds stdin any more', async () => {
    const running = bound(['sh', '-c', 'echo $$; exec sleep 60'], ['echo', 'two']);
    running.stdin?.on('error', () => undefined);
    const pid = await new Promise<number>((resolve) => {
      running.stdout.once('data', (data: Buffer) => resolve(Number(data)));
    });
    while (!commandOf(pid).endsWith('sleep 60 ')) await delay(5); // it says so before it becomes that
    const rest = text(running.stdout);
    running.stdin?.end();
    expect((await running.exit).code).not.toBe(0);
    expect(await rest).toBe('');
    while (commandOf(pid) !== '') await delay(5);
  });
});

/** The command line of a process; empty when it has ended. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
