// one.image.verify over the API, and its run as it is followed: which of an image's runs is told.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operation } from '../../src/model/operation.ts';
import { backupDatastore, plantBackup } from '../compat/planted.ts';
import { FakeCloud } from './fake-cloud.ts';

let cloud: FakeCloud;
/** A backup whose snapshot is not in its store. */
let lost = -1;
beforeAll(async () => {
  cloud = await FakeCloud.open();
  lost = await plantBackup(cloud, await backupDatastore(cloud), { name: 'lost', vms: [4700] });
});
afterAll(() => cloud.close());

/** The last event of a stream; undefined for one without any. */
async function ended(path: string): Promise<Operation | undefined> {
  const authorization = `Basic ${Buffer.from(cloud.session).toString('base64')}`;
  const response = await fetch(cloud.endpoint.replace('/RPC2', path), { headers: { authorization } });
  const [, data] = /event: end\ndata: (.*)\n/.exec(await response.text()) ?? [];
  return data === undefined ? undefined : (JSON.parse(data) as Operation);
}

describe('a verification', () => {
  it('is followed by image, kind and point to its end', async () => {
    expect(await cloud.call('one.image.verify', lost)).toBe(lost);
    const path = `/api/progress/image/${lost}`;
    const operation = await ended(`${path}?kind=verify&increment=0`);
    expect(operation).toMatchObject({ kind: 'verify', imageIds: [lost], result: 'failed' });
    expect(operation?.reason).toMatch(/./);
    expect(await ended(path)).toEqual(operation);
    expect(await ended(`${path}?kind=verify`)).toEqual(operation);
    expect(await ended(`${path}?kind=flatten`)).toBeUndefined();
    expect(await ended(`${path}?kind=verify&increment=1`)).toBeUndefined();
  });
});
