import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { pino } from 'pino';
import { MoverRates } from '../exec/mover-rates.ts';
import { DEFAULT_LIMITS } from '../model/limits.ts';
import { MB } from '../model/load-limits.ts';
import type { Operation } from '../model/operation.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Store, TakenPlaces } from '../store/store.ts';
import { OperationLog } from '../vm/operation-log.ts';
import { Bandwidth } from './bandwidth.ts';
import { NO_PLACES } from './places.ts';

let store: Store;
let log: OperationLog;
let bandwidth: Bandwidth;
let elsewhere: TakenPlaces[];
let nowMs: number;
const rates = new MoverRates();

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  nowMs = 1_800_000_000_000;
  elsewhere = [];
  store = await openSqlite(':memory:');
  const clock = (): number => nowMs;
  log = new OperationLog(store, clock);
  const datastores = new Map([[100, { maxBackups: undefined, weight: 10, bytesPerSec: 8 * MB }]]);
  bandwidth = new Bandwidth({
    ...{ parts: { store, clock, log: pino({ level: 'silent' }) }, log, rates },
    rules: () => Promise.resolve({ limits: DEFAULT_LIMITS, ...NO_PLACES, datastores }),
    elsewhere: () => Promise.resolve(elsewhere),
  });
});
afterEach(async () => {
  await bandwidth.close();
  await store.close();
  vi.useRealTimers();
});

async function begin(vmId: number): Promise<Operation> {
  const of = { vmId, hostId: 1, datastoreId: 100, imageIds: [], plan: null, reason: '' };
  const operation = log.draft({ kind: 'backup', ...of });
  await store.operations.add(operation);
  log.started(operation);
  await log.progress(operation, { phase: 'uploading' });
  await settled();
  return operation;
}

async function end(operation: Operation): Promise<void> {
  await log.end(store, operation, 'done', '');
  log.announce(operation);
  await settled();
}

/** What is shared in the background. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const moved = (operation: Operation, mb: number): Promise<void> =>
  log.progress(operation, { disks: [{ diskId: 0, bytesDone: mb * MB, bytesTotal: 1000 * MB }] });

async function pass(sec: number): Promise<void> {
  for (let at = 0; at < sec; at += 2) {
    nowMs += 2000;
    await vi.advanceTimersByTimeAsync(2000);
    await settled();
  }
}

it('one has it all, two half each, and who is left has it all again at once', async () => {
  const one = await begin(1);
  expect(rates.of(one.id)).toBe(8 * MB);
  const two = await begin(2);
  expect([rates.of(one.id), rates.of(two.id)]).toEqual([4 * MB, 4 * MB]);
  expect(one.allowedBytesPerSec).toBe(4 * MB);
  await end(one);
  expect([rates.of(one.id), rates.of(two.id)]).toEqual([null, 8 * MB]);
  expect(one.allowedBytesPerSec).toBeUndefined();
  await end(two);
  expect(vi.getTimerCount()).toBe(0);
});

it('what one leaves goes to the other after some seconds', async () => {
  const [slow, quick] = [await begin(1), await begin(2)];
  for (let sec = 2; sec <= 8; sec += 2) {
    await moved(slow, sec);
    await moved(quick, 4 * sec);
    await pass(2);
  }
  expect(rates.of(slow.id)).toBeLessThanOrEqual(1.7 * MB);
  expect(rates.of(quick.id)).toBeGreaterThanOrEqual(6.3 * MB);
});

it('leaves room for what other nodes have under way, and waiting runs get nothing', async () => {
  elsewhere = [{ hostId: 2, datastoreId: 100, count: 3 }];
  const waiting = log.draft({
    kind: 'backup',
    vmId: 9,
    hostId: 1,
    datastoreId: 100,
    imageIds: [],
    plan: null,
    reason: '',
  });
  log.started(waiting);
  const one = await begin(1);
  expect(rates.of(one.id)).toBe(2 * MB);
  expect(rates.of(waiting.id)).toBeNull();
});
