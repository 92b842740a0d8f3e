// A run whose end could not be written down is taken up again by the same daemon, as soon as that works: it does not stay under way until
// somebody starts the daemon anew.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeCloud } from './fake-cloud.ts';

/** Each waits for seconds until the run is taken up. */
const LIMIT = { timeout: 90_000 };

let cloud: FakeCloud;
let vm: number;
let datastore: number;

beforeAll(async () => {
  cloud = await FakeCloud.open();
  await cloud.host();
  datastore = await cloud.id('one.datastore.allocate', 'NAME="b"\nTYPE="BACKUP_DS"\nDS_MAD="fake"', -1);
  await cloud.image('NAME="disk"\nSIZE="1"\nFORMAT="raw"\nPERSISTENT="YES"');
  vm = await cloud.id('one.vm.allocate', 'NAME="vm"\nCPU="1"\nMEMORY="64"\nDISK=[ IMAGE="disk" ]');
  await cloud.vmIs(vm, 3, 3);
});
afterAll(() => cloud.close());

/** Nothing is written from the moment on that the run wants to record what it has stored, until the run has broken. */
async function whileNothingIsWritten(work: () => Promise<unknown>, broke: string): Promise<void> {
  const { store } = cloud;
  const transaction = store.transaction.bind(store);
  await work();
  store.transaction = () => Promise.reject(new Error('database or disk is full'));
  await cloud.until('the run has broken', async () => cloud.log.some((line) => line.includes(broke)));
  store.transaction = transaction;
}

it('a backup', LIMIT, async () => {
  await whileNothingIsWritten(() => cloud.call('one.vm.backup', vm, datastore), 'a run broke');
  const [run] = await cloud.store.operations.ofVm(vm, 1);
  expect(run).toMatchObject({ kind: 'backup', result: 'running' });
  await cloud.vmIs(vm, 3, 3);
  expect(await cloud.store.operations.find(run!.id)).toMatchObject({ result: 'failed', interrupted: true });
  await cloud.call('one.vm.backup', vm, datastore);
  await cloud.vmIs(vm, 3, 3);
  expect((await cloud.store.operations.ofVm(vm, 1))[0]).toMatchObject({ result: 'done' });
});

it('a restore', LIMIT, async () => {
  const [image = -1] = (await cloud.store.vms.get(vm)).backups.ids;
  let made = -1;
  const restore = async (): Promise<void> => {
    const answer = await cloud.text(cloud.session, 'one.image.restore', image, 1, '');
    made = Number(answer.split(' ')[1]);
  };
  await whileNothingIsWritten(restore, 'a restore broke');
  await cloud.until('what it had made is taken back', async () => (await cloud.store.images.find(made)) === undefined);
  expect((await cloud.store.operations.recent(1))[0]).toMatchObject({ kind: 'restore', result: 'failed' });
});

it('a verification', LIMIT, async () => {
  const [image = -1] = (await cloud.store.vms.get(vm)).backups.ids;
  await whileNothingIsWritten(() => cloud.call('one.image.verify', image, -1), 'upkeep broke');
  await cloud.until('the verification has ended', async () => {
    const [run] = (await cloud.store.operations.recent(10)).filter(({ kind }) => kind === 'verify');
    return run?.result === 'failed' && run.interrupted === true;
  });
});
