// A restore whose daemon died is taken back when its mover has ended, and not before: it makes files until then.
import { writeFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { start, type Running } from '../../src/exec/exec.ts';
import { IMAGE_STATE, type Image } from '../../src/model/image.ts';
import type { Operation } from '../../src/model/operation.ts';
import { FakeCloud } from './fake-cloud.ts';

let cloud: FakeCloud;
let image: number;
beforeAll(async () => {
  cloud = await FakeCloud.open();
  image = await cloud.image('NAME="restored"\nSIZE="4"\nFORMAT="raw"');
});
afterAll(() => cloud.close());

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const imageNow = (): Promise<Image | undefined> => cloud.store.images.find(image);

/** As a dead daemon has left it. */
async function underWay(targets: string[]): Promise<Operation> {
  const operation = cloud.services.operations.draft({
    ...{ kind: 'restore', vmId: -1, hostId: -1, datastoreId: 1, imageIds: [image] },
    ...{ plan: { templateId: -1, targets }, reason: '' },
  });
  await cloud.store.operations.add(operation);
  await cloud.store.images.update(image, (record) => void (record.state = IMAGE_STATE.LOCKED));
  return operation;
}

/** Ends when its stdin does, as movers do, and says so. */
const mover = (id: string): Running => start(['sh', '-c', 'read line', 'mover', id], { stdin: 'pipe' });

it('is taken back when its mover has ended', async () => {
  const target = join(cloud.directory, 'datastores/1', 'a'.repeat(32));
  const { id } = await underWay([target]);
  const running = mover(id);
  await cloud.stop();
  await cloud.start();
  const going = (): Operation | undefined => cloud.services.operations.running((one) => one.id === id);
  expect(going()?.result).toBe('running');
  expect((await imageNow())?.state).toBe(IMAGE_STATE.LOCKED);
  await writeFile(target, 'written by the one that is left');
  expect(going()).toBeDefined();
  running.stdin?.end();
  await running.exit;
  await cloud.until('it has ended', async () => going() === undefined);
  const ended = { result: 'failed', interrupted: true, reason: 'The daemon ended while it ran.' };
  expect(await cloud.store.operations.find(id)).toMatchObject(ended);
  expect(await isThere(target)).toBe(false);
  expect(await imageNow()).toBeUndefined();
});
