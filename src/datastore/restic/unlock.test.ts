// Stale locks are removed while other locks come and go; a restic that waits for one that went away is begun again.
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readResticConfig, type ResticConfig } from './config.ts';
import { removeStaleLocks, unlockAfter } from './unlock.ts';

const LOCK = '467ad2da5e10964dce913ed8f4d803e44b48de5bd7f623a7c11c80c39dfdb7f2';
const RETRY = `Load(<lock/467ad2da5e>, 0, 0) returned error, retrying after 552.330144ms: open r/locks/${LOCK}`;
const GONE = `${RETRY}: no such file or directory`;

let root: string;
let config: ResticConfig;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'onevault-unlock-'));
  await mkdir(join(root, 'store/locks'), { recursive: true });
  await writeFile(join(root, 'store/locks', LOCK), '');
  const read = readResticConfig({
    driver: 'restic',
    datastoreId: 100,
    basePath: join(root, 'store'),
    attributes: { RESTIC_PASSWORD: 'secret' },
  });
  config = { ...read, env: { ...read.env, PATH: `${root}:${process.env['PATH']}` } };
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** A restic that notes that it was called, and does this; `calls` counts how often it was. */
async function restic(does: string): Promise<void> {
  const script = `#!/bin/sh\necho called >> ${root}/calls\ncalls=$(wc -l < ${root}/calls)\n${does}\n`;
  await writeFile(join(root, 'restic'), script);
  await chmod(join(root, 'restic'), 0o755);
}

const calls = async (): Promise<string[]> => (await readFile(join(root, 'calls'), 'utf8')).trim().split('\n');

it.each([GONE, GONE.replace('Load(<lock/467ad2da5e>, 0, 0)', 'Remove(<lock/467ad2da5e>)')])(
  'is begun again when a lock went away after it was listed: %s',
  async (said) => {
    await restic(`[ $calls -gt 2 ] || { echo '${said}' >&2; exec sleep 60; }`);
    await removeStaleLocks(config);
    expect((await calls()).length).toBe(3);
  },
);

it('is waited for when the lock is there and cannot be read, and tells why it failed', async () => {
  await restic(`echo '${RETRY}: permission denied' >&2; exit 1`);
  await expect(removeStaleLocks(config)).rejects.toThrow(/^Could not remove stale locks in .*permission denied/s);
  expect((await calls()).length).toBe(1);
});

it('is left to itself when that happens again and again', async () => {
  await restic(`echo '${GONE}' >&2; [ $calls -gt 9 ] || exec sleep 60`);
  await removeStaleLocks(config);
  expect((await calls()).length).toBe(10);
});

it('ends when it is stopped', async () => {
  await restic('exec sleep 60');
  await expect(removeStaleLocks(config, AbortSignal.timeout(50))).rejects.toThrow(/restic was stopped/);
});

it('after a restic that was stopped has a limit, and is done once for several', async () => {
  await restic('exec sleep 60');
  await Promise.all([unlockAfter(config, 2000), unlockAfter(config, 2000)]);
  expect((await calls()).length).toBe(1);
});
