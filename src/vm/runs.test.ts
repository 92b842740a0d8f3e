import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { MoverEvent } from '../model/mover-protocol.ts';
import type { Operation } from '../model/operation.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { OperationLog } from './operation-log.ts';
import type { Parts } from './parts.ts';
import { cancelled, Runs, unlessAborted, whyEnded } from './runs.ts';

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
  expect(runs.find(({ id }) => id === two.id)).toBe(two);
  await runs.stop(two.id, cancelled());
  expect(ended).toEqual(['two']);
  expect(runs.find(({ id }) => id === two.id)).toBeUndefined();
  await runs.stop(two.id, cancelled());
  await runs.stop('nothing', cancelled());
  await runs.stopAll();
  expect(ended.toSorted()).toEqual(['one', 'three', 'two']);
});

it('a cancelled run is told from one that ends with the daemon', async () => {
  const [unwanted, unlucky] = [draft(), draft()];
  const reasons = new Map<string, unknown>();
  for (const operation of [unwanted, unlucky]) {
    await store.operations.add(operation);
    runs.track(operation, async (signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      reasons.set(operation.id, whyEnded(new Error('the mover was stopped'), signal));
    });
  }
  await runs.cancel(unwanted);
  await runs.stopAll();
  expect(unwanted).toMatchObject({ cancelling: true, phase: 'cancelling' });
  expect(unwanted.interrupted).toBeUndefined();
  expect(unlucky.cancelling).toBeUndefined();
  expect(unlucky.interrupted).toBe(true);
  expect(reasons.get(unwanted.id)).toMatchObject({ message: 'It was cancelled.' });
  expect(reasons.get(unlucky.id)).toMatchObject({ message: 'The daemon ended while it ran.', retry: true });
});

it('what nobody waits for any more goes on unheeded', async () => {
  const stop = new AbortController();
  const good = unlessAborted(Promise.resolve(7), stop.signal);
  await expect(good).resolves.toBe(7);
  await expect(unlessAborted(Promise.reject(new Error('broken')), stop.signal)).rejects.toThrow('broken');
  let fail: (error: Error) => void = () => undefined;
  const endless = unlessAborted(new Promise((_resolve, reject) => (fail = reject)), stop.signal);
  stop.abort(cancelled());
  await expect(endless).rejects.toThrow('It was cancelled.');
  fail(new Error('too late to be heard'));
  await expect(unlessAborted(Promise.resolve(8), stop.signal)).rejects.toThrow('It was cancelled.');
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
