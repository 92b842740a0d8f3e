// Reads out of a slow store are not waited for by a run that is to end: the store stops showing its files at once, and once.
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FakeStore } from '../datastore/fake/index.ts';
import type { StoreView } from '../datastore/backup-store.ts';
import { openMembers } from './member-reader.ts';

it('lets go of what the store shows as soon as the run is to end', async () => {
  const root = await mkdtemp(join(tmpdir(), 'onevault-members-'));
  let closed = 0;
  class Shown extends FakeStore {
    override view(): Promise<StoreView> {
      const close = (): Promise<void> => {
        closed++;
        return Promise.resolve();
      };
      const lost = new Promise<string>(() => undefined);
      return Promise.resolve({ root, pathOf: (_source, path) => path, lost, close });
    }
  }
  const store = new Shown({ driver: 'fake', datastoreId: 1, basePath: root, attributes: {} });
  const stored = { diskId: 0, file: 'a', virtualBytes: 0, fileBytes: 0, sha256: '', originalFormat: 'raw' as const };
  const member = { source: 'abcdef01', path: '/a', stored };
  const abort = new AbortController();
  const shown = join(root, 'shown');
  const members = await openMembers(store, [{ members: [member, member] }], shown, abort.signal);
  expect(closed).toBe(0);
  abort.abort();
  expect(closed).toBe(1);
  await members.close();
  expect(closed).toBe(1);
  await expect(stat(shown)).rejects.toThrow(/ENOENT/);
  await rm(root, { recursive: true });
});
