// The daemon's copies of its database from PostgreSQL: portable files, which come back on either kind.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp } from '../../src/app.ts';
import { look } from '../../src/fsck/run.ts';
import { readStore, type StorePlace } from '../../src/store/open.ts';
import { main as recoverSelf } from '../../src/recover/main.ts';
import { cheapRepository } from '../guest/repository.ts';
import { planted } from '../planted/secret.ts';
import { FakeCloud } from '../unit/fake-cloud.ts';
import type { PostgresServer } from './postgres-server.ts';

const PASSWORD = planted('-of-a-repository');

/** A daemon whose server goes and comes again. */
export function outageContract(server: PostgresServer): void {
  it('a daemon whose server was gone says so, and does its work again when it is back', async () => {
    const cloud = await FakeCloud.open({ postgres: { url: await server.database(), connections: 4 } });
    await cloud.host();
    const template = 'NAME="web"\nCPU="1"\nMEMORY="64"';
    await cloud.vmIs(await cloud.id('one.vm.allocate', template, false), 3, 3);
    await server.stop();
    await expect(cloud.call('one.hostpool.info')).rejects.toThrow('was lost: ');
    await server.start();
    await cloud.until('it answers', () =>
      cloud.call('one.hostpool.info').then(
        () => true,
        () => false,
      ),
    );
    await cloud.vmIs(await cloud.id('one.vm.allocate', template, false), 3, 3);
    const id = await cloud.id('one.vm.allocate', template, true);
    await cloud.call('one.vm.deploy', id, 0);
    await cloud.vmIs(id, 3, 3);
    await cloud.close();
  });
}

export function recoveryContract(server: PostgresServer): void {
  let cloud: FakeCloud;
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'onevault-recovered-'));
    cloud = await FakeCloud.open({ postgres: { url: await server.database(), connections: 4 } });
  });
  afterAll(async () => {
    await cloud.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('a copy of it comes back as a file of SQLite, and on PostgreSQL', async () => {
    const attributes = `RESTIC_BACKEND="LOCAL"\nRESTIC_PASSWORD="${PASSWORD}"`;
    const described = `NAME="vault"\nTYPE="BACKUP_DS"\nDS_MAD="restic"\n${attributes}`;
    const vault = await cloud.id('one.datastore.allocate', described, -1);
    const repository = `${cloud.directory}/datastores/${vault}`;
    await cheapRepository(repository, PASSWORD);
    await cloud.id('one.group.allocate', 'kept');
    const id = await cloud.text(cloud.session, 'one.system.backupself', vault);
    await cloud.until(
      'the copy is stored',
      async () => (await cloud.store.operations.find(id))?.result !== 'running',
      120_000,
    );
    expect(await cloud.store.operations.find(id)).toMatchObject({ result: 'done' });
    const installation = await cloud.store.installation();
    await cloud.stop();

    const file = join(directory, 'vault.ds');
    await writeFile(file, `DS_MAD="restic"\n${attributes}\nRESTIC_PATH="${repository}"\n`);
    const recover = (state: string): Promise<number> =>
      recoverSelf(['--attributes', file, '--config', '/dev/null', '--state', join(directory, state)]);
    const expectAll = async (place: StorePlace): Promise<void> => {
      const store = await readStore(place);
      expect(await store.installation()).toBe(installation);
      expect(await store.groups.count({ name: 'kept' })).toBe(1);
      expect((await store.operations.find(id))?.result).toBe('done');
      await store.close();
      expect((await look(place)).findings).toEqual([]);
    };

    expect(await recover('on-file')).toBe(0);
    await expectAll({ database: join(directory, 'on-file/one.db') });
    const url = await server.database();
    process.env['DATABASE_URL'] = url;
    try {
      expect(await recover('on-server')).toBe(0);
      expect(await recover('again')).toBe(1); // that database is not empty any more
    } finally {
      delete process.env['DATABASE_URL'];
    }
    await expectAll({ database: '', postgres: { url, connections: 2 } });
    const stateDirectory = join(directory, 'on-server');
    const app = await startApp({
      ...cloud.config,
      stateDirectory,
      logLevel: 'silent',
      postgres: { url, connections: 4 },
    });
    expect(await app.services.parts.store.groups.count({ name: 'kept' })).toBe(1);
    await app.close();
  });
}
