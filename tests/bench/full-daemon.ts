// A daemon with a large cloud in its database: what lists and lookups are measured on. The objects are made through the store, as
// the daemon makes them, with bodies like those of real ones; nothing runs, so that nothing but the API has work to do.
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { start } from '../../src/exec/exec.ts';
import { HOST_STATE } from '../../src/model/host.ts';
import { IMAGE_STATE } from '../../src/model/image.ts';
import { permissionsFromOctet } from '../../src/model/permissions.ts';
import { LCM, VM_STATE, type Vm } from '../../src/model/vm.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { diskImage, host, user, vm } from '../golden/objects.ts';
import { readFileSync } from 'node:fs';
import { peakRss } from './procfs.ts';

const ROOT = resolve(import.meta.dirname, '../..');

export const SIZES = { vms: 10_000, images: 20_000, users: 1_000 } as const;

export interface FullDaemon {
  directory: string;
  endpoint: string;
  session: string;
  peakRssBytes(): number;
  close(): Promise<void>;
}

export async function openFullDaemon(): Promise<FullDaemon> {
  const directory = join(ROOT, 'var', `bench-api-${process.pid}`);
  await mkdir(directory, { recursive: true });
  const first = await startDaemon(directory); // makes what every installation has
  await first.close();
  const from = performance.now();
  const store = await openSqlite(join(directory, 'one.db'));
  await store.transaction(fill);
  await store.close();
  console.log(`The records were made in ${((performance.now() - from) / 1000).toFixed(1)} s.`);
  return startDaemon(directory);
}

async function startDaemon(directory: string): Promise<FullDaemon> {
  const daemon = start([join(ROOT, 'bin/onevault'), 'serve', '--state', directory, '--port', '0']);
  const endpoint = await new Promise<string>((found, lost) => {
    let text = '';
    daemon.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const answer = /^OneVault answers at (\S+)$/m.exec(text)?.[1];
      if (answer !== undefined) found(answer);
    });
    void daemon.exit.then((exit) => lost(new Error(`The daemon ended: ${text} ${exit.stderr}`)));
  });
  return {
    directory,
    endpoint,
    session: (await readFile(join(directory, '.one/one_auth'), 'utf8')).trim(),
    peakRssBytes: () => peakRss(readFileSync(`/proc/${daemon.pid}/status`, 'utf8')),
    close: async () => {
      daemon.stop();
      await daemon.exit;
    },
  };
}

async function fill(store: Store): Promise<void> {
  for (let n = 0; n < SIZES.users; n++) {
    await store.users.allocate((id) => ({ ...user, id, name: `user${n}`, gid: 1, gname: 'users', groups: [1] }));
  }
  const owner = (n: number): { uid: number; gid: number; uname: string; gname: string } => {
    const of = n % SIZES.users;
    return { uid: 2 + of, gid: 1, uname: `user${of}`, gname: 'users' };
  };
  for (let n = 0; n < SIZES.images; n++) {
    await store.images.allocate((id) => ({
      ...diskImage,
      ...owner(n),
      id,
      name: `image-${n}`,
      state: n < SIZES.vms ? IMAGE_STATE.USED : IMAGE_STATE.READY,
      datastoreId: 1,
      datastore: 'default',
      permissions: permissionsFromOctet(0o600),
      vms: [],
    }));
  }
  const machines = await store.hosts.allocate((id) => ({ ...host, id, name: 'node01', state: HOST_STATE.DISABLED }));
  for (let n = 0; n < SIZES.vms; n++) {
    await store.vms.allocate((id) => ({ ...poweredOff(n, id, machines.id), ...owner(n) }));
  }
}

/** A VM with one disk of its own, as it is after a while of work: the tick has nothing to do for it. */
function poweredOff(n: number, id: number, hid: number): Vm {
  const template = vm.template.map(([name, value]): Vm['template'][number] =>
    name === 'DISK' && typeof value !== 'string'
      ? [name, value.map(([key, at]) => [key, key === 'IMAGE_ID' ? String(n) : key === 'IMAGE' ? `image-${n}` : at])]
      : [name, value],
  );
  return {
    ...vm,
    id,
    name: `vm-${n}`,
    state: VM_STATE.POWEROFF,
    lcmState: LCM.LCM_INIT,
    deployId: `one-${id}`,
    template,
    history: vm.history.map((record) => ({ ...record, hid })),
    operationId: null,
  };
}
