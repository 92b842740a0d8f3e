// What development begins with: a fake host and a fake backup datastore, made when missing, and how to try them.
import { accessSync } from 'node:fs';
import { resolve } from 'node:path';
import { makeCaller } from './access/authorize.ts';
import type { Call, Services } from './api/method.ts';
import { METHODS } from './api/methods/all.ts';
import type { Value } from './wire/xmlrpc.ts';

const COMMANDS = resolve(import.meta.dirname, '../bin');

/** Adds the fake host and the fake backup datastore to a store that has none, through the API as its administrator. */
export async function prepareDev(services: Services): Promise<void> {
  const { store } = services.parts;
  const user = await store.users.get(0);
  const call: Call = { ...services, user, caller: makeCaller(user, -1, []), forwarded: false };
  const ask = (method: string, ...params: Value[]): Promise<unknown> | undefined => METHODS[method]?.run(call, params);
  if (!(await store.hosts.list()).some((host) => host.vmMad === 'fake')) {
    await ask('one.host.allocate', 'fake', 'fake', 'fake', -1);
  }
  if (!(await store.datastores.list()).some((datastore) => datastore.dsMad === 'fake')) {
    await ask('one.datastore.allocate', 'NAME="backups"\nTYPE="BACKUP_DS"\nDS_MAD="fake"', -1);
  }
}

/** What a developer is told: how to reach the daemon, two things to try, and what is missing for backups, if anything is. */
export function devHints(endpoint: string, authFile: string, missing: string | undefined): string {
  const lines = [
    `The credentials of oneadmin are in ${authFile}`,
    '',
    'In another terminal:',
    `  export ONE_XMLRPC=${endpoint} ONE_AUTH=${authFile} PATH="${COMMANDS}:$PATH"`,
    'Make a VM on the fake host, and back it up:',
    '  oneimage create -d default --name disk --type datablock --size 64 --format raw --persistent && onevm create --name vm --cpu 1 --memory 64 --disk disk',
    '  onevm backup vm -d backups && oneimage list --backup',
  ];
  if (missing !== undefined) lines.push('', `Backups will fail: ${missing}. Everything else works.`);
  return `${lines.join('\n')}\n`;
}

/** What backups lack on this machine even with fakes: the directory that the backup program reads is a FUSE mount. */
export function missingForBackups(): string | undefined {
  if (process.getuid?.() !== 0) return 'they are mounted with FUSE, which needs root';
  try {
    accessSync('/dev/fuse');
  } catch {
    return 'they are mounted with FUSE, and there is no /dev/fuse (modprobe fuse)';
  }
  return undefined;
}
