// docs/guide/troubleshooting.md explains messages that there are, and leaves out none of the classes that it is for.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Trouble as ResticTrouble } from '../../src/datastore/restic/output.ts';
import type { Trouble as RsyncTrouble } from '../../src/datastore/rsync/output.ts';
import { CODE } from '../../src/model/errors.ts';

const ROOT = join(import.meta.dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/guide/troubleshooting.md'), 'utf8');
const sources = globSync('src/**/*.ts', { cwd: ROOT })
  .filter((file) => !file.endsWith('.test.ts') && !file.includes('/fake/'))
  .map((file) => readFileSync(join(ROOT, file), 'utf8').replaceAll("\\'", "'"));

/** A message as the page quotes it: pieces with `…` for what differs between them. */
const piecesOf = (message: string): string[] =>
  message
    .split('…')
    .map((piece) => piece.trim())
    .filter(Boolean);

/** Whether a source has all of them, in this order and near each other. */
function isSaid(message: string): boolean {
  const pieces = piecesOf(message);
  return sources.some((source) => {
    const [first = '', ...rest] = pieces;
    for (let from = source.indexOf(first); from >= 0; from = source.indexOf(first, from + 1)) {
      const near = source.slice(from, from + 600);
      let at = first.length;
      if (rest.every((piece) => (at = near.indexOf(piece, at)) >= 0)) return true;
    }
    return false;
  });
}

/** So many make a message that can be told from others. */
const LETTERS = 12;

interface Failure {
  call: string;
  /** The call with what stands before it, where its message may be made. */
  around: string;
}

/** Where errors are made with a cause and without a hint; those whose message is only that of the cause are explained as that. */
function failuresIn(source: string): Failure[] {
  return [...source.matchAll(/new \w+\(\s*CODE\./g)].flatMap(({ index }) => {
    const call = callAt(source, index);
    if (!/\bcause\b/.test(call.replace(/reasonOf\(cause\)/g, '')) || /\bhint\b/.test(call)) return [];
    const own = call.replace(/^new \w+\(\s*CODE\.\w+|\$\{[^}]*\}|\{ [^{}]* \}/g, '').match(/[a-z]/gi) ?? [];
    if (own.length < LETTERS) return [];
    return [{ call: call.replace(/\s+/g, ' '), around: source.slice(Math.max(0, index - 300), index) + call }];
  });
}

/** From its start to the bracket that ends it. */
function callAt(source: string, start: number): string {
  let depth = 0;
  for (let at = source.indexOf('(', start); at < source.length; at++) {
    if (source[at] === '(') depth++;
    else if (source[at] === ')' && --depth === 0) return source.slice(start, at + 1);
  }
  return source.slice(start);
}

/** Under which words each reason of a backup program's failure is explained; the compiler asks for all of them. */
const RESTIC: Record<ResticTrouble, string> = {
  'not-installed': 'restic is not installed',
  'wrong-password': 'the password is wrong',
  missing: 'there is no repository',
  locked: 'it is locked',
  'no-space': 'no space is left on',
  'read-only': 'its file system is mounted read-only',
  unreadable: 'these files could not be read:',
  'host-key-unknown': 'is not known here',
  'host-key-changed': 'is not the one that is known here, so it may be another machine',
  certificate: 'is not believed (',
  refused: 'refuses …',
  unreachable: 'does not answer as it should (',
  damaged: 'it is damaged:',
  gone: 'restic ended with code',
  'append-only': 'lets nobody remove what it has',
  stopped: 'restic was stopped',
  other: 'restic ended with code',
};
const RSYNC: Record<RsyncTrouble, string> = {
  'not-installed': 'a program is not installed',
  damaged: 'the manifest in … is damaged',
  'host-key-unknown': 'is not known here',
  'host-key-changed': 'is not the one that is known here, so it may be another machine',
  'key-refused': 'refuses the key of the user',
  'key-unreadable': 'cannot be used (',
  dropped: 'has too many SSH logins under way',
  unreachable: 'cannot be reached (',
  'no-space': 'no space is left on',
  'read-only': 'its file system is mounted read-only',
  unreadable: 'these files could not be read:',
  denied: 'the program ended with code',
  missing: 'the program ended with code',
  stopped: 'it was stopped',
  other: 'the program ended with code',
};

const quoted = [...page.matchAll(/^### `(.+)`$/gm)].map(([, message = '']) => message);

describe('troubleshooting', () => {
  it('quotes what is said', () => {
    expect(quoted.length).toBeGreaterThan(50);
    expect(quoted.filter((message) => !isSaid(message))).toEqual([]);
  });

  it('says for each what to do', () => {
    const parts = page.split(/^### /m).slice(1);
    expect(parts.filter((part) => !/\*\*Do:\*\* \S/.test(part)).map((part) => part.split('\n')[0])).toEqual([]);
  });

  it('has every code of errors', () => {
    expect(
      Object.entries(CODE).filter(([name, code]) => !page.includes(`\`${name}\` (0x${code.toString(16)})`)),
    ).toEqual([]);
  });

  it('has every message that is made of the failure of something else and gives no hint of its own', () => {
    const calls = sources.flatMap(failuresIn);
    expect(calls.length).toBeGreaterThan(10);
    const telling = quoted.filter((message) => piecesOf(message).some((piece) => piece.length >= LETTERS));
    const isQuoted = ({ around }: Failure): boolean =>
      telling.some((message) => piecesOf(message).every((piece) => around.includes(piece)));
    expect(calls.filter((call) => !isQuoted(call)).map(({ call }) => call)).toEqual([]);
  });

  it.each([
    ['restic', RESTIC],
    ['rsync', RSYNC],
  ])('has every reason of a failure of %s', (_driver, explained) => {
    expect(Object.values(explained).filter((message) => !quoted.includes(message))).toEqual([]);
  });

  it('would not quote what nobody says', () => {
    expect(isSaid('there is no such … message anywhere')).toBe(false);
    expect(isSaid('there is no repository')).toBe(true);
  });
});
