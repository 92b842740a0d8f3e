// The audit log: one chain whoever appends, in which what was tampered with shows, and which stays whole when old records are dropped.
import { expect, it } from 'vitest';
import { CHECKPOINT, NOT_ENDED, type AuditEvent } from '../model/audit.ts';
import { lookAtAudit } from './audit-look.ts';
import type { Store } from './store.ts';

export function auditContract(open: () => Promise<Store>): void {
  const event = (at: number, given: Partial<AuditEvent> = {}): AuditEvent => ({
    ...{ at, uid: 2, user: 'ann', method: 'one.vm.delete', on: { id: 1 }, attributes: [], code: 0, result: 1 },
    ...{ from: '127.0.0.1', by: 'password', node: 'n1' },
    ...given,
  });

  async function broken(store: Store): Promise<string | undefined> {
    return (await lookAtAudit(store.audit)).broken;
  }

  it('is whole when it is empty', async () => {
    expect(await broken(await open())).toBeUndefined();
  });

  it('chains what many append at once', async () => {
    const store = await open();
    await Promise.all(Array.from({ length: 20 }, (_, at) => store.audit.append(event(at))));
    expect((await store.audit.head()).seq).toBe(20);
    expect(await broken(store)).toBeUndefined();
  });

  it('finds by user, method and time, the newest first', async () => {
    const store = await open();
    await store.audit.append(event(10));
    await store.audit.append(event(20, { uid: 3 }));
    await store.audit.append(event(30, { method: 'one.vm.rename' }));
    const seqs = async (filter: object): Promise<number[]> =>
      (await store.audit.list({ limit: 9, ...filter })).map(({ seq }) => seq);
    expect(await seqs({})).toEqual([3, 2, 1]);
    expect(await seqs({ uid: 2 })).toEqual([3, 1]);
    expect(await seqs({ method: 'one.vm.rename' })).toEqual([3]);
    expect(await seqs({ sinceMs: 20 })).toEqual([3, 2]);
    expect(await seqs({ limit: 1 })).toEqual([3]);
  });

  it('finds by object what was on it and what has made it, and a page before another', async () => {
    const store = await open();
    await store.audit.append(event(10, { object: 'vm:1' }));
    const made = await store.audit.append(event(20, { method: 'one.vm.allocate', code: NOT_ENDED }));
    await store.audit.append(event(30, { object: 'vm:3' }));
    await store.audit.append(event(40, { method: 'one.vm.allocate', ends: made.seq, object: 'vm:3', result: 3 }));
    const found = await store.audit.list({ object: 'vm:3', limit: 9 });
    expect(found.map(({ seq }) => seq)).toEqual([3, 2]);
    expect(found[1]?.end).toEqual({ seq: 4, at: 40, code: 0, result: 3, object: 'vm:3' });
    expect((await store.audit.list({ before: 3, limit: 1 })).map(({ seq }) => seq)).toEqual([2]);
    expect((await store.audit.list({ untilMs: 20, limit: 9 })).map(({ seq }) => seq)).toEqual([1]);
  });

  it('keeps several as one step, in their order', async () => {
    const store = await open();
    const kept = await store.audit.appendAll([event(10), event(20), event(30)]);
    expect(kept.map(({ seq, event: { at } }) => [seq, at])).toEqual([
      [1, 10],
      [2, 20],
      [3, 30],
    ]);
    expect(await store.audit.find(2)).toEqual(kept[1]);
    expect(await broken(store)).toBeUndefined();
  });

  it('is looked at beside those who write to it and drop what is old', async () => {
    const store = await open();
    await store.audit.appendAll(Array.from({ length: 600 }, (_, at) => event(at)));
    const [looked] = await Promise.all([
      broken(store),
      store.audit.drop(300, { at: 700, node: 'n1' }),
      ...Array.from({ length: 10 }, (_, at) => store.audit.append(event(1000 + at))),
    ]);
    expect(looked).toBeUndefined();
    expect(await broken(store)).toBeUndefined();
  });

  it('stays whole when what is old is dropped, and tells of it', async () => {
    const store = await open();
    for (const at of [10, 20, 30]) await store.audit.append(event(at));
    expect(await store.audit.drop(30, { at: 40, node: 'n1' })).toBe(2);
    expect(await broken(store)).toBeUndefined();
    const [newest] = await store.audit.list({ limit: 1 });
    expect(newest?.event).toMatchObject({ method: CHECKPOINT, on: { id: 2 } });
    expect(await store.audit.drop(30, { at: 50, node: 'n1' })).toBe(0);
    expect(await store.audit.drop(99, { at: 100, node: 'n1' })).toBe(1);
    expect(await broken(store)).toBeUndefined();
  });
}
