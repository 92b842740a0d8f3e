// Records of runs: sums over them, pages of them, and how full datastores were.
import { expect, it } from 'vitest';
import type { Operation } from '../model/operation.ts';
import type { Store } from './store.ts';

export function runsContract(open: () => Promise<Store>): void {
  const HOUR = 3_600_000;
  const figures = { processedBytes: 100, storedBytes: 40, scratchBytes: 0, peakRssBytes: 0, readBytes: 300 };

  function run(id: string, given: Partial<Operation>): Operation {
    return {
      ...{ id, kind: 'backup', vmId: 1, hostId: 0, datastoreId: 5, imageIds: [], plan: null, phase: 'done' },
      ...{ startedAt: HOUR, begunAt: HOUR + 1000, endedAt: HOUR + 3000, result: 'done', reason: '', disks: [] },
      ...{ figures, cleaned: true },
      ...given,
    };
  }

  it('sums by time and by VM, times and bytes of what ended well alone', async () => {
    const store = await open();
    await store.operations.add(run('a', {}));
    await store.operations.add(run('b', { startedAt: HOUR + 5, begunAt: HOUR + 5, endedAt: HOUR + 6005, vmId: 2 }));
    await store.operations.add(run('c', { result: 'failed', startedAt: 2 * HOUR }));
    await store.operations.add(run('d', { kind: 'restore' }));
    const byTime = await store.operations.sumsByTime({ kinds: ['backup'] }, HOUR);
    expect([...byTime.keys()]).toEqual([1, 2]);
    expect(byTime.get(1)).toMatchObject({
      done: 2,
      failed: 0,
      tookMs: 8000,
      longestMs: 6000,
      storedBytes: 80,
      readBytes: 600,
    });
    expect(byTime.get(2)).toMatchObject({ done: 0, failed: 1, tookMs: 0, storedBytes: 0 });
    await store.operations.save(run('b', { vmId: 2, figures: { ...figures, storedBytes: 1000 } }));
    const byVm = await store.operations.sumsByVm({ kinds: ['backup'] }, 1);
    expect([...byVm]).toMatchObject([[2, { done: 1, storedBytes: 1000 }]]);
    await store.close();
  });

  it('pages through the runs that a filter lets through, newest first', async () => {
    const store = await open();
    for (const [at, id] of ['a', 'b', 'c', 'd'].entries()) {
      await store.operations.add(run(id, { startedAt: at, vmId: at % 2, result: at === 3 ? 'failed' : 'done' }));
    }
    const ids = async (...asked: Parameters<typeof store.operations.history>): Promise<string[]> =>
      (await store.operations.history(...asked)).map(({ id }) => id);
    expect(await ids({}, { offset: 0, limit: 3 })).toEqual(['d', 'c', 'b']);
    expect(await ids({}, { offset: 3, limit: 3 })).toEqual(['a']);
    expect(await ids({ vmId: 1 }, { offset: 0, limit: 9 })).toEqual(['d', 'b']);
    expect(await ids({ results: ['done'], fromMs: 1 }, { offset: 0, limit: 9 })).toEqual(['c', 'b']);
    expect(await ids({ untilMs: 1 }, { offset: 0, limit: 9 })).toEqual(['a']);
    const nothing = { all: false, uid: 9, gids: [], ids: [], ownerGids: [], clusters: [] };
    expect(await ids({ vms: { visible: nothing } }, { offset: 0, limit: 9 })).toEqual([]);
    await store.close();
  });

  it('counts backups that have begun and not ended, by host and datastore', async () => {
    const store = await open();
    const begun = { result: 'running', type: 'FULL', endedAt: 0 } as const;
    await store.operations.add(run('a', { ...begun, hostId: 1 }));
    await store.operations.add(run('b', { ...begun, hostId: 1 }));
    await store.operations.add(run('c', { ...begun, hostId: 2, datastoreId: 6 }));
    await store.operations.add(run('waits', { result: 'running', hostId: 1 }));
    await store.operations.add(run('restore', { ...begun, kind: 'restore', hostId: 1 }));
    expect((await store.operations.taken()).toSorted((a, b) => a.hostId - b.hostId)).toEqual([
      { hostId: 1, datastoreId: 5, count: 2 },
      { hostId: 2, datastoreId: 6, count: 1 },
    ]);
    await store.operations.save(run('a', { hostId: 1 }));
    await store.operations.save(run('c', { hostId: 2, datastoreId: 6, result: 'failed' }));
    expect(await store.operations.taken()).toEqual([{ hostId: 1, datastoreId: 5, count: 1 }]);
    await store.close();
  });

  it('keeps one entry an hour of how full a datastore was', async () => {
    const store = await open();
    const fill = (atSec: number, usedMb: number) => ({ atSec, totalMb: 100, freeMb: 100 - usedMb, usedMb });
    await store.fills.note(1, fill(3600, 10));
    await store.fills.note(1, fill(3700, 11));
    await store.fills.note(1, fill(7300, 12));
    await store.fills.note(2, fill(7300, 50));
    expect(await store.fills.since(1, 0)).toEqual([fill(3600, 11), fill(7200, 12)]);
    expect(await store.fills.since(1, 7200)).toEqual([fill(7200, 12)]);
    expect([...(await store.fills.all(0)).keys()]).toEqual([1, 2]);
    await store.fills.forget(1);
    expect(await store.fills.since(1, 0)).toEqual([]);
    await store.close();
  });
}
