import { chmod, chown, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { OneError } from '../model/errors.ts';
import { refuseUnsafe } from './executable.ts';

let directory = '';
let hook = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'onevault-hook-'));
  hook = join(directory, 'hook');
  await writeFile(hook, '#!/bin/sh\n', { mode: 0o755 });
});
afterEach(() => rm(directory, { recursive: true }));

it('lets through what only its owner can change, over links too', async () => {
  await refuseUnsafe(hook, 'hook');
  await symlink('hook', join(directory, 'link'));
  await symlink(join(directory, 'link'), join(directory, 'far'));
  await refuseUnsafe(join(directory, 'far'), 'hook');
  await refuseUnsafe('/usr/bin/env', 'hook');
});

it.each([0o775, 0o757, 0o777])('refuses a file that others may write: %o', async (mode) => {
  await chmod(hook, mode);
  await expect(refuseUnsafe(hook, 'hook')).rejects.toMatchObject({
    message: `The hook ${hook} cannot be run: it may be written by others than its owner.`,
    hint: `chmod go-w ${hook}`,
  });
});

it('refuses it in a directory where others could replace it, and behind a link there', async () => {
  const open = join(directory, 'open');
  await mkdir(open);
  await symlink(hook, join(open, 'link'));
  await chmod(open, 0o777);
  const message = `The hook ${join(open, 'link')} cannot be run: ${open} may be written by others than its owner.`;
  await expect(refuseUnsafe(join(open, 'link'), 'hook')).rejects.toThrow(message);
  await symlink(join(open, 'link'), join(directory, 'outer'));
  await expect(refuseUnsafe(join(directory, 'outer'), 'hook')).rejects.toThrow(`${open} may be written by others`);
  await chmod(open, 0o1777);
  await refuseUnsafe(join(directory, 'outer'), 'hook');
});

it.runIf(process.geteuid?.() === 0)('refuses what belongs to another user', async () => {
  await chown(hook, 12_345, 0);
  await expect(refuseUnsafe(hook, 'hook')).rejects.toMatchObject({
    message: `The hook ${hook} cannot be run: it belongs to user 12345, who could change what it does.`,
    hint: `chown root ${hook}`,
  });
});

it('says what is no program', async () => {
  await expect(refuseUnsafe(directory, 'hook')).rejects.toThrow('it is not a file');
  await expect(refuseUnsafe('/', 'hook')).rejects.toThrow('it is a directory');
  await expect(refuseUnsafe(join(directory, 'none'), 'hook')).rejects.toThrow(/cannot be looked at: ENOENT/);
  await chmod(hook, 0o644);
  await expect(refuseUnsafe(hook, 'hook')).rejects.toMatchObject({ hint: `chmod +x ${hook}` });
  await symlink('b', join(directory, 'a'));
  await symlink('a', join(directory, 'b'));
  await expect(refuseUnsafe(join(directory, 'a'), 'hook')).rejects.toThrow('its links lead in a circle');
  await expect(refuseUnsafe(join(directory, 'a'), 'hook')).rejects.toBeInstanceOf(OneError);
});
