import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import { NOT_ENDED, outcomeOf, type AuditEntry } from '../model/audit.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { User } from '../model/user.ts';
import { lookAtAudit } from '../store/audit-look.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { changesSomething } from '../access/audit-event.ts';
import { AuditTrail } from './audit-trail.ts';
import { audited, type Asked } from './audited.ts';
import { ANYWHERE, whyAnywhere } from './forward-table.ts';
import type { Services } from './method.ts';
import { METHODS } from './methods/all.ts';

const ANN = { id: 2, name: 'ann', groups: [1] } as User;
const ADMIN = { id: 0, name: 'oneadmin', groups: [0] } as User;
const DAY_MS = 86_400_000;

interface Opened {
  store: Store;
  services: Services;
  audit: AuditTrail;
  now: { ms: number };
  log: string[];
}

const closing: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function opened(given: { anchors?: string; store?: Store } = {}): Promise<Opened> {
  const store = given.store ?? (await openSqlite(':memory:'));
  const now = { ms: 1000 * DAY_MS };
  const log: string[] = [];
  const parts = {
    store,
    clock: () => now.ms,
    log: pino({ level: 'warn' }, { write: (line: string) => log.push(line) }),
  };
  const audit = new AuditTrail(parts, { nodeName: 'n1', keepDays: 30, anchors: given.anchors });
  if (!given.store) closing.push(() => store.close());
  closing.push(() => audit.close());
  return { store, now, audit, log, services: { parts, audit } as unknown as Services };
}

const asked = (method: string, given: Partial<Asked> = {}): Asked => ({
  ...{ method, params: [7], session: 'ann:secret', from: '10.0.0.9' },
  ...given,
});

/** A call of somebody who is known, and what became of it. */
function called(services: Services, call: Asked, result: () => unknown = () => 7, user = ANN): Promise<unknown> {
  return audited(services, call, async (known) => {
    await known(user);
    return result();
  });
}

const refuse = (code: typeof CODE.AUTHORIZATION | typeof CODE.ACTION): (() => never) => {
  return () => {
    throw new OneError(code, 'no');
  };
};

async function entries({ store, audit }: Opened): Promise<AuditEntry[]> {
  await audit.flush();
  return store.audit.list({ limit: 1000 });
}

it('keeps who changed what, from where, and how it ended', async () => {
  const at = await opened();
  expect(await called(at.services, asked('one.image.delete'))).toBe(7);
  const [entry] = await entries(at);
  expect(entry?.event).toMatchObject({
    ...{ uid: 2, user: 'ann', method: 'one.image.delete', on: { id: 7 }, object: 'image:7' },
    ...{ from: '10.0.0.9', node: 'n1' },
  });
  expect(entry?.end).toMatchObject({ code: 0, result: 7 });
});

it('has written a change down before it is made, and nothing else is waited for', async () => {
  const at = await opened();
  let before: AuditEntry[] = [];
  await called(at.services, asked('one.image.delete'), async () => {
    before = await at.store.audit.list({ limit: 9 });
  });
  expect(before.map(({ event }) => event)).toMatchObject([{ method: 'one.image.delete', code: NOT_ENDED }]);
  expect((await at.store.audit.head()).seq).toBe(1); // one write for a change; its end goes with the next
  await called(at.services, asked('one.image.delete'));
  expect((await at.store.audit.head()).seq).toBe(3);
});

it('keeps a trace of a call whose daemon was killed meanwhile', async () => {
  const at = await opened();
  const killed = Promise.withResolvers<number>();
  const whole = called(at.services, asked('one.image.delete'), () => killed.promise);
  await expect.poll(async () => (await at.store.audit.head()).seq).toBe(1);
  const [entry] = await entries(at);
  expect(entry && outcomeOf(entry)).toEqual({ code: NOT_ENDED, result: -1 });
  killed.resolve(1);
  await whole;
});

it('tells of what was made as of an object', async () => {
  const at = await opened();
  await called(at.services, asked('one.vm.allocate', { params: ['', false] }), () => 12);
  await called(at.services, asked('one.template.instantiate', { params: [3, 'x'] }), () => 13);
  await at.audit.flush();
  const methods = async (object: string): Promise<string[]> =>
    (await at.store.audit.list({ object, limit: 9 })).map(({ event }) => event.method);
  expect(await methods('vm:12')).toEqual(['one.vm.allocate']);
  expect(await methods('vm:13')).toEqual(['one.template.instantiate']);
  expect(await methods('template:3')).toEqual(['one.template.instantiate']);
});

it('keeps every method but those that are known to change nothing', () => {
  const kept = Object.keys(METHODS).filter((method) => !changesSomething(method) && whyAnywhere(method) === undefined);
  const asksHosts = ['one.host.monitoring', 'one.hostpool.monitoring', 'one.vm.monitoring', 'one.vmpool.monitoring'];
  expect(kept.toSorted()).toEqual([...asksHosts, 'one.vm.backupplan'].toSorted());
  const changing = Object.keys(METHODS).filter((method) => {
    const why = whyAnywhere(method);
    return !changesSomething(method) && (why === ANYWHERE.records || why === ANYWHERE.makes || why === ANYWHERE.parts);
  });
  expect(changing).toEqual([]);
});

it('keeps nothing of what only reads, but of secrets that are shown', async () => {
  const at = await opened();
  await called(at.services, asked('one.vm.info'), () => '<VM/>');
  await called(at.services, asked('one.datastore.info', { params: [1, true] }), () => '<DATASTORE/>');
  await called(at.services, asked('one.datastore.info', { params: [1, false] }), () => '<DATASTORE/>', ADMIN);
  expect(await entries(at)).toEqual([]);
  await called(at.services, asked('one.datastore.info', { params: [1, true] }), () => '<DATASTORE/>', ADMIN);
  expect((await entries(at)).map(({ event }) => event)).toMatchObject([{ user: 'oneadmin', object: 'datastore:1' }]);
});

it('keeps what was refused, with its code, of what only reads as well', async () => {
  const at = await opened();
  for (const method of ['one.image.delete', 'one.vm.info']) {
    await expect(called(at.services, asked(method), refuse(CODE.AUTHORIZATION))).rejects.toThrow('no');
  }
  expect((await entries(at)).map((entry) => outcomeOf(entry).code)).toEqual([CODE.AUTHORIZATION, CODE.AUTHORIZATION]);
});

it('keeps wrong passwords, but no name that nobody has, no parameter, and not more than a guesser may fill', async () => {
  const at = await opened();
  const strange = asked('one.vm.info', { session: 'hidden-1:hidden-2' });
  const wrong = (): Promise<never> => Promise.reject(new OneError(CODE.AUTHENTICATION, 'no'));
  for (let n = 0; n < 125; n++) await expect(audited(at.services, strange, wrong)).rejects.toThrow('no');
  const kept = await entries(at);
  expect(kept).toHaveLength(60);
  expect(kept[0]?.event).toMatchObject({ uid: -1, user: '', on: {}, code: CODE.AUTHENTICATION });
  at.now.ms += 60_000;
  await expect(audited(at.services, strange, wrong)).rejects.toThrow('no');
  const [next] = await entries(at);
  expect(next?.event.on).toEqual({ omitted: 65 });
  expect(JSON.stringify(kept)).not.toContain('hidden');
});

it('keeps not more of somebody without rights than she may fill, and all the same what she does with rights', async () => {
  const at = await opened();
  const mayNot = (): Promise<unknown> => called(at.services, asked('one.image.delete'), refuse(CODE.AUTHORIZATION));
  for (let n = 0; n < 200; n++) await expect(mayNot()).rejects.toThrow('no');
  expect(await entries(at)).toHaveLength(60);
  await called(at.services, asked('one.image.rename'));
  await expect(called(at.services, asked('one.image.rename'), refuse(CODE.ACTION))).rejects.toThrow('no');
  const kept = await entries(at);
  expect(kept).toHaveLength(62);
  expect(kept.slice(0, 2).map(({ event }) => [event.method, event.code])).toEqual([
    ['one.image.rename', CODE.ACTION],
    ['one.image.rename', 0],
  ]);
  await called(at.services, asked('one.image.rename'), () => 7, ADMIN);
  expect((await entries(at))[0]?.end?.code).toBe(0); // nobody else's are counted with hers
});

it('takes no text from anybody for the name of a method', async () => {
  const at = await opened();
  const wrong = (): Promise<never> => Promise.reject(new OneError(CODE.AUTHENTICATION, 'no'));
  await expect(audited(at.services, asked('one.vm.delete\n-> done'), wrong)).rejects.toThrow('no');
  await expect(called(at.services, asked('one.vm.dance'), refuse(CODE.ACTION))).rejects.toThrow('no');
  expect((await entries(at)).map(({ event }) => event.method)).toEqual(['no such method']);
});

it('drops what is too old, once a day', async () => {
  const at = await opened();
  await called(at.services, asked('one.image.delete'));
  await at.audit.flush();
  at.now.ms += 40 * DAY_MS;
  await called(at.services, asked('one.image.delete'));
  expect((await entries(at)).map(({ event }) => event.method)).toEqual(['audit.checkpoint', 'one.image.delete']);
  expect((await lookAtAudit(at.store.audit)).broken).toBeUndefined();
});

it('carries out nothing that it cannot write down, and says why', async () => {
  const at = await opened();
  await at.store.close();
  let done = false;
  const change = called(at.services, asked('one.image.delete'), () => (done = true));
  await expect(change).rejects.toThrow(
    /^one\.image\.delete was not carried out, because it cannot be written to the audit log: /,
  );
  expect(done).toBe(false);
});

it('keeps in memory how calls ended that cannot be written, and writes it when it can', async () => {
  const store = await openSqlite(':memory:');
  let isFull = false;
  const audit = {
    head: () => store.audit.head(),
    appendAll: (events: Parameters<Store['audit']['appendAll']>[0]) =>
      isFull ? Promise.reject(new Error('database or disk is full')) : store.audit.appendAll(events),
    drop: () => Promise.resolve(0),
    list: (filter: Parameters<Store['audit']['list']>[0]) => store.audit.list(filter),
  };
  closing.push(() => store.close());
  const at = await opened({ store: { users: store.users, audit } as unknown as Store });
  await called(at.services, asked('one.image.delete'), () => (isFull = true));
  expect((await entries(at))[0]?.end).toBeUndefined();
  expect(at.log.join('')).toContain('the audit log cannot be written');
  await expect(called(at.services, asked('one.image.delete'))).rejects.toThrow('database or disk is full');
  isFull = false;
  expect((await entries(at)).map((entry) => outcomeOf(entry).code)).toEqual([CODE.INTERNAL, 0]);
});

it('says every record in the log, whatever else is left out of that, and from time to time in a file', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'onevault-anchors-'));
  closing.push(() => rmSync(directory, { recursive: true }));
  const anchors = join(directory, 'audit.anchors');
  const at = await opened({ anchors });
  await called(at.services, asked('one.image.delete'));
  await at.audit.flush();
  const { seq, hash } = await at.store.audit.head();
  expect(at.log.some((line) => line.includes(hash))).toBe(true);
  expect(readFileSync(anchors, 'utf8')).toBe(`${new Date(at.now.ms).toISOString()} ${seq}:${hash}\n`);
  await called(at.services, asked('one.image.delete'));
  await at.audit.flush();
  expect(readFileSync(anchors, 'utf8').split('\n')).toHaveLength(2); // not as often as that
  await at.audit.close();
  expect(readFileSync(anchors, 'utf8')).toContain((await at.store.audit.head()).hash);

  const other = await opened({ anchors });
  await other.audit.begin();
  expect(other.log.join('')).toContain('the audit log lacks a record that this node has seen');
  const same = await opened({ anchors, store: at.store });
  await same.audit.begin();
  expect(same.log).toEqual([]);
});
