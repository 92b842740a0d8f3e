import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { MoverEvent } from '../model/mover-protocol.ts';
import type { Operation } from '../model/operation.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { OperationLog } from './operation-log.ts';
import type { Parts } from './parts.ts';
import { Runs } from './runs.ts';

let store: Store;
let logged: string[];
let log: OperationLog;
let runs: Runs;

beforeEach(async () => {
  store = await openSqlite(':memory:');
  logged = [];
  log = new OperationLog(store, () => 0);
  const logger = pino({}, { write: (line: string) => void logged.push(line) });
  runs = new Runs({ store, log: logger } as Pick<Parts, 'store' | 'log'> as Parts, log);
});
afterEach(() => store.close());

const draft = (): Operation =>
  log.draft({ kind: 'backup', vmId: 0, hostId: 0, datastoreId: 1, imageIds: [], plan: null, reason: '' });

/** Work that ends when it is told to stop, and cleans up first. */
function patient(ended: string[], name: string) {
  return async (signal: AbortSignal): Promise<void> => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    await Promise.resolve();
    ended.push(name);
  };
}

it('stops one run, or all, and waits until they have cleaned up', async () => {
  const ended: string[] = [];
  const [one, two, three] = [draft(), draft(), draft()];
  runs.track(one, patient(ended, 'one'));
  runs.track(two, patient(ended, 'two'));
  runs.track(three, patient(ended, 'three'));
  await runs.stop(two.id);
  expect(ended).toEqual(['two']);
  await runs.stop(two.id);
  await runs.stop('nothing');
  await runs.stopAll();
  expect(ended.toSorted()).toEqual(['one', 'three', 'two']);
});

it('a run that breaks is written down, and does not stand in the way', async () => {
  const operation = draft();
  runs.track(operation, () => Promise.reject(new Error('a bug')));
  await runs.stopAll();
  expect(logged.join()).toMatch(/a bug.*a run broke/);
  expect(logged.join()).toContain(operation.id);
});

it('passes on phases and progress, and logs warnings', async () => {
  const operation = draft();
  await store.operations.add(operation);
  const events: MoverEvent[] = [
    { type: 'phase', phase: 'uploading' },
    { type: 'progress', disks: [{ diskId: 0, bytesDone: 1, bytesTotal: 2 }] },
    { type: 'warning', message: 'the guest is slow' },
  ];
  for (const event of events) runs.relay(operation, event);
  expect(operation).toMatchObject({ phase: 'uploading', disks: [{ diskId: 0, bytesDone: 1, bytesTotal: 2 }] });
  expect(logged.join()).toContain('the guest is slow');
  await store.transaction(async (tx) => {
    expect(await tx.operations.find(operation.id)).toMatchObject({ phase: 'uploading' });
  });
});
