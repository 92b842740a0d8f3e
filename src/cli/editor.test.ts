// Texts that the user edits, and permissions as the user types them.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editText } from './editor.ts';
import { chmodNumbers } from './permissions.ts';

test('the text comes back as the editor left it', async () => {
  expect(await editText('sed -i s/1/2/', 'CPU=1\n')).toBe('CPU=2\n');
});

/** Writes the modes of the file and its directory, and its name, into the file. */
const NOSY = '#!/bin/sh\nfound=$(stat -c %a "$1" "$(dirname "$1")"; echo "$1")\necho "$found" > "$1"\n';

test('only the user may read the file, which goes with the editor', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'onevault-cli-'));
  try {
    const editor = path.join(directory, 'editor');
    writeFileSync(editor, NOSY, { mode: 0o700 });
    const [file, parent, name = ''] = (await editText(editor, 'secret')).split('\n');
    expect([file, parent, path.isAbsolute(name), existsSync(name)]).toEqual(['600', '700', true, false]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('an editor that fails or is not there changes nothing', async () => {
  await expect(editText('false', 'CPU=1')).rejects.toThrow(
    'The editor false ended with status 1; nothing was changed.',
  );
  await expect(editText('/no/such/editor', 'CPU=1')).rejects.toThrow('The editor could not be started');
});

test('an octet sets all nine bits', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0o777 }), (octet) => {
      const bits = chmodNumbers(octet.toString(8).padStart(3, '0'));
      expect(parseInt(bits.join(''), 2)).toBe(octet);
    }),
  );
});

test.each([
  ['u=rw,g=r,o=r', [1, 1, 0, 1, 0, 0, 1, 0, 0]],
  ['u=um,g=u,o=', [1, 1, 0, 1, 0, 0, 0, 0, 0]],
  ['o-r', [-1, -1, -1, -1, -1, -1, 0, -1, -1]],
  ['go+x', [-1, -1, -1, -1, -1, 1, -1, -1, 1]],
  ['a=r,u+m', [1, 1, 0, 1, 0, 0, 1, 0, 0]],
])('%s means %j', (given, numbers) => {
  expect(chmodNumbers(given)).toEqual(numbers);
});

test.each(['', '9', '0640', 'u', 'u=z', 'x=r', 'u=r,', '64o'])('%j are no permissions', (given) => {
  expect(() => chmodNumbers(given)).toThrow('are neither an octet such as 640');
});
