import { pino } from 'pino';
import { expect, it } from 'vitest';
import { CODE, OneError } from '../model/errors.ts';
import type { AuditEvent } from '../model/audit.ts';
import type { User } from '../model/user.ts';
import type { Store } from '../store/store.ts';
import { openSqlite } from '../store/sqlite.ts';
import { audited, type Asked } from './audited.ts';
import type { Services } from './method.ts';

const ANN = { id: 2, name: 'ann' } as User;
const DAY_MS = 86_400_000;

async function opened(): Promise<{ store: Store; services: Services; now: { ms: number } }> {
  const store = await openSqlite(':memory:');
  const now = { ms: 1000 * DAY_MS };
  const parts = { store, clock: () => now.ms, log: pino({ level: 'silent' }) };
  return { store, now, services: { parts, nodeName: 'n1', auditKeepDays: 30 } as unknown as Services };
}

const asked = (method: string, given: Partial<Asked> = {}): Asked => ({
  ...{ method, params: [7], session: 'ann:secret', from: '10.0.0.9', user: ANN },
  ...given,
});

const events = async (store: Store): Promise<AuditEvent[]> =>
  (await store.audit.list({ limit: 1000 })).map(({ event }) => event);

it('keeps who changed what, and from where', async () => {
  const { store, services } = await opened();
  expect(await audited(services, asked('one.image.delete'), () => Promise.resolve(7))).toBe(7);
  expect(await events(store)).toMatchObject([
    {
      uid: 2,
      user: 'ann',
      method: 'one.image.delete',
      on: { id: 7 },
      code: 0,
      result: 7,
      from: '10.0.0.9',
      node: 'n1',
    },
  ]);
});

it('keeps nothing of what only reads', async () => {
  const { store, services } = await opened();
  await audited(services, asked('one.vm.info'), () => Promise.resolve('<VM/>'));
  expect(await events(store)).toEqual([]);
});

it('keeps what was refused, with its code', async () => {
  const { store, services } = await opened();
  const refuse = (): Promise<number> => Promise.reject(new OneError(CODE.AUTHORIZATION, 'no'));
  await expect(audited(services, asked('one.image.delete'), refuse)).rejects.toThrow('no');
  expect(await events(store)).toMatchObject([{ code: CODE.AUTHORIZATION, result: -1 }]);
});

it('keeps wrong passwords, but no name that nobody has, no parameter, and not more than a guesser may fill', async () => {
  const { store, services } = await opened();
  const refuse = (): Promise<number> => Promise.reject(new OneError(CODE.AUTHENTICATION, 'no'));
  const strange = asked('one.vm.info', { session: 'hidden-1:hidden-2', user: undefined });
  for (let n = 0; n < 125; n++) await expect(audited(services, strange, refuse)).rejects.toThrow('no');
  const kept = await events(store);
  expect(kept).toHaveLength(120);
  expect(kept[0]).toMatchObject({ uid: -1, user: '', on: {}, code: CODE.AUTHENTICATION });
  expect(JSON.stringify(kept)).not.toContain('hidden');
});

it('drops what is too old, once a day', async () => {
  const { store, services, now } = await opened();
  const change = (): Promise<number> => audited(services, asked('one.image.delete'), () => Promise.resolve(7));
  await change();
  now.ms += 40 * DAY_MS;
  await change();
  expect((await events(store)).map(({ method }) => method)).toEqual(['audit.checkpoint', 'one.image.delete']);
});

it('does not fail a call that it cannot write down', async () => {
  const { store, services } = await opened();
  await store.close();
  expect(await audited(services, asked('one.image.delete'), () => Promise.resolve(7))).toBe(7);
});
