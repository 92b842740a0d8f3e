// The daemon tells how runs end, from what it finds at its start to what ends as it stops, and does not start with a hook that it must not run.
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { HookSettings } from '../../src/model/notice-settings.ts';
import type { Operation } from '../../src/model/operation.ts';
import { FakeCloud } from './fake-cloud.ts';

let cloud: FakeCloud;
let directory = '';
beforeEach(async () => {
  cloud = await FakeCloud.open();
  directory = join(cloud.directory, 'hooks');
  await mkdir(directory);
});
afterEach(() => cloud.close());

/** A hook that keeps each notice in a file called as the run. */
async function hook(): Promise<HookSettings> {
  const command = join(directory, 'hook');
  const script = `#!/bin/sh\ncat > ${directory}/told && mv ${directory}/told ${directory}/$ONEVAULT_RUN_ID.json\n`;
  await writeFile(command, script, { mode: 0o755 });
  return { name: 'keep', on: ['failed'], kinds: ['backup', 'verify'], command, arguments: [], timeoutSec: 20 };
}

async function restart(hook: HookSettings): Promise<void> {
  await cloud.stop();
  cloud.config.notices = { hooks: [hook], webhooks: [], mails: [] };
  await cloud.start();
}

async function begun(): Promise<Operation> {
  const { operations } = cloud.services;
  const of = { kind: 'verify' as const, vmId: -1, hostId: -1, datastoreId: 1, imageIds: [], reason: '' };
  const operation = operations.draft({ ...of, plan: { pointId: 0 } });
  await cloud.store.operations.add(operation);
  operations.started(operation);
  return operation;
}

async function ended(operation: Operation): Promise<void> {
  await cloud.store.transaction((tx) => cloud.services.operations.end(tx, operation, 'failed', 'it is damaged'));
  cloud.services.operations.announce(operation);
}

const told = async (): Promise<string[]> => (await readdir(directory)).filter((name) => name.endsWith('.json')).sort();

it('tells runs that end, the last ones as the daemon stops', async () => {
  await restart(await hook());
  const first = await begun();
  await ended(first);
  await cloud.until('it is told', async () => (await told()).length === 1);
  const second = await begun();
  await ended(second);
  await cloud.stop();
  expect(await told()).toEqual([`${first.id}.json`, `${second.id}.json`].sort());
  const notice = JSON.parse(await readFile(join(directory, `${second.id}.json`), 'utf8')) as unknown;
  expect(notice).toMatchObject({ result: 'failed', reason: 'it is damaged', datastore: { id: 1, name: 'default' } });
});

it('tells runs that a daemon before it left behind', async () => {
  const left = await begun();
  await restart(await hook());
  await cloud.until('it is told', async () => (await told()).length === 1);
  expect(await told()).toEqual([`${left.id}.json`]);
});

it('does not start with a hook that others may write', async () => {
  const unsafe = await hook();
  await chmod(unsafe.command, 0o777);
  await expect(restart(unsafe)).rejects.toThrow('it may be written by others than its owner');
  await chmod(unsafe.command, 0o755);
  await restart(unsafe); // nothing of the start that failed is in its way
});
