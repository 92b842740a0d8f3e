import { describe, expect, it } from 'vitest';
import { run } from '../../exec/exec.ts';
import { shellText } from './shell.ts';

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
