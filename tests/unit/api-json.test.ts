// The interface in JSON: the same methods, rights and errors as in XML-RPC; sessions of browsers; what changes.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METHODS } from '../../src/api/methods/all.ts';
import { parameterNames } from '../../src/api/parameters.ts';
import { serverSentEvents } from '../../src/cli/follow.ts';
import type { Value } from '../../src/wire/xmlrpc.ts';
import { FakeCloud, Refused } from './fake-cloud.ts';

let cloud: FakeCloud;
let ann: string;
let origin: string;
beforeAll(async () => {
  cloud = await FakeCloud.open();
  ann = await cloud.user('ann');
  origin = new URL(cloud.endpoint).origin;
});
afterAll(() => cloud.close());

interface Answer {
  status: number;
  body: { result?: unknown; error?: { code: number; name: string; message: string; hint?: string } };
}

function basic(session: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(session).toString('base64')}` };
}

async function post(path: string, body: string | undefined, headers: Record<string, string>): Promise<Answer> {
  const reply = await fetch(`${origin}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body }),
  });
  return { status: reply.status, body: (await reply.json()) as Answer['body'] };
}

const call = (session: string, method: string, params: unknown = {}): Promise<Answer> =>
  post(`/api/call/${method}`, JSON.stringify(params), basic(session));

describe('calls', () => {
  it('have a name for every parameter of every method', () => {
    for (const [name, { params }] of Object.entries(METHODS)) {
      const names = parameterNames(name);
      expect(names, name).toHaveLength(params.length);
      expect(new Set(names).size, name).toBe(params.length);
    }
    expect(parameterNames('one.vm.nothing')).toBeUndefined();
    expect(parameterNames('constructor')).toBeUndefined();
  });

  it('answer with ids, texts and documents', async () => {
    expect(await call(ann, 'one.system.version')).toEqual({ status: 200, body: { result: '6.8.3' } });
    const made = await call(ann, 'one.vm.allocate', { template: 'NAME="a"\nCPU="1"\nMEMORY="64"', hold: true });
    expect(made.status).toBe(200);
    const { body } = await call(ann, 'one.vm.info', { id: made.body.result });
    expect(body.result).toMatchObject({
      VM: { ID: made.body.result, NAME: 'a', STATE: 2, TEMPLATE: { MEMORY: '64' } },
    });
    const pool = await call(ann, 'one.vmpool.info', { filter: -2, from: -1, to: -1 });
    expect(pool.body.result).toMatchObject({ VM_POOL: { VM: [{ NAME: 'a' }] } });
  });

  it.each([
    ['one.vm.info', '{}', '[one.vm.info] the parameter id is missing; it must be a whole number.'],
    ['one.vm.info', '{"id":"0"}', '[one.vm.info] id="0" is not usable; it must be a whole number.'],
    ['one.vm.info', '{"id":1.5}', '[one.vm.info] id=1.5 is not usable; it must be a whole number.'],
    ['one.vm.info', '{"id":4294967296}', '[one.vm.info] id=4294967296 is not usable; it must be a whole number.'],
    ['one.vm.info', '{"id":0,"ID":0}', '[one.vm.info] "ID" is no parameter; there are id, decrypt.'],
    ['one.vm.info', '{"id":0,"__proto__":{"decrypt":true}}', '"__proto__" is no parameter'],
    ['one.vm.info', '[0]', 'the body must be an object of the parameters id, decrypt'],
    ['one.vm.info', '{"id":', 'The body is no JSON.'],
    ['one.user.allocate', '{"name":"x","password":"y","groupIds":["1"]}', 'it must be a list of whole numbers'],
  ])('%s with %s is refused', async (method, body, why) => {
    const answer = await post(`/api/call/${method}`, body, basic(ann));
    expect([answer.status, answer.body.error?.code]).toEqual([400, 0x1000]);
    expect(answer.body.error?.message).toContain(why);
  });

  it('tell who may not, what is not there and what is no method', async () => {
    expect((await call('ann:wrong', 'one.system.version')).status).toBe(401);
    expect((await call('', 'one.system.version')).status).toBe(401);
    expect((await call(ann, 'one.host.info', { id: 0 })).status).toBe(403);
    expect((await call(cloud.session, 'one.host.info', { id: 77 })).status).toBe(404);
    for (const method of ['one.no.such', 'constructor', '__proto__']) {
      expect(await call(ann, method)).toMatchObject({ status: 404, body: { error: { name: 'FAULT', code: -506 } } });
    }
  });

  it('fail as in XML-RPC, whatever the method', async () => {
    const otherwise = { int: 9_999, string: '', boolean: false, 'int[]': [9_999] } as const;
    for (const [name, { params }] of Object.entries(METHODS)) {
      const values = params.map((param) => otherwise[typeof param === 'string' ? param : param[0]]);
      const named = Object.fromEntries((parameterNames(name) ?? []).map((each, index) => [each, values[index]]));
      const inXml = await cloud.callAs(ann, name, ...(values as Value[])).then(
        () => 0,
        (error: unknown) => (error instanceof Refused ? error.code : error),
      );
      expect([name, (await call(ann, name, named)).body.error?.code ?? 0]).toEqual([name, inXml]);
    }
  });

  it('are compressed for those who take it, and limited in size', async () => {
    const headers = { ...basic(cloud.session), 'content-type': 'application/json', 'accept-encoding': 'br' };
    const body = '{"filter":-2,"from":-1,"to":-1}';
    for (let n = 0; n < 3; n++) await cloud.call('one.vm.allocate', `NAME="n${n}"\nCPU="1"\nMEMORY="64"`, true);
    const reply = await fetch(`${origin}/api/call/one.vmpool.info`, { method: 'POST', headers, body });
    expect(reply.headers.get('content-encoding')).toBe('br');
    expect(await reply.json()).toMatchObject({ result: { VM_POOL: {} } });
    const large = await post(
      '/api/call/one.vm.allocate',
      JSON.stringify({ template: 'x'.repeat(17 * 2 ** 20) }),
      basic(ann),
    );
    expect(large.status).toBe(413);
  });
});

describe('rights', () => {
  it('are told of what one may use, and of nothing else', async () => {
    const hers = Number(await cloud.callAs(ann, 'one.vm.allocate', 'CPU="1"\nMEMORY="64"', true));
    const others = await cloud.id('one.vm.allocate', 'CPU="1"\nMEMORY="64"', true);
    const ask = (session: string, question: unknown): Promise<Answer> =>
      post('/api/rights', JSON.stringify(question), basic(session));
    const ids = [hers, others, 9_999];
    expect((await ask(ann, { noun: 'vm', ids })).body).toEqual({ [hers]: ['USE', 'MANAGE'] });
    expect((await ask(cloud.session, { noun: 'vm', ids })).body).toEqual({
      [hers]: ['USE', 'MANAGE', 'ADMIN'],
      [others]: ['USE', 'MANAGE', 'ADMIN'],
    });
    expect((await ask(ann, { noun: 'acl', ids: [0] })).body).toEqual({});
    expect((await ask(ann, { noun: 'toString', ids })).body.error?.message).toContain(
      'noun="toString" must be one of vm',
    );
    expect((await ask(ann, { noun: 'vm', ids: ['0'] })).status).toBe(400);
    expect((await ask(ann, null)).status).toBe(400);
  });
});

describe('sessions of browsers', () => {
  const secretOf = (session: string): { user: string; password: string } => {
    const colon = session.indexOf(':');
    return { user: session.slice(0, colon), password: session.slice(colon + 1) };
  };

  async function signIn(session: string): Promise<{ cookie: string; csrf: string; set: string; may: string[] }> {
    const reply = await fetch(`${origin}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(secretOf(session)),
    });
    expect(reply.status).toBe(200);
    const set = reply.headers.get('set-cookie') ?? '';
    const { csrf, user } = (await reply.json()) as { csrf: string; user: { may: string[] } };
    return { cookie: set.split(';')[0] ?? '', csrf, set, may: user.may };
  }

  const version = (headers: Record<string, string>): Promise<Answer> =>
    post('/api/call/one.system.version', '{}', headers);

  it('are a cookie that scripts cannot read, and a word that other sites cannot know', async () => {
    const { cookie, csrf, set, may } = await signIn(ann);
    expect(set).toMatch(/^onevault_session=[\w-]+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/);
    expect(may).toContain('one.vm.info');
    expect(may).not.toContain('one.acl.addrule');
    expect(may).not.toContain('one.host.allocate');
    expect((await version({ cookie, 'x-onevault-csrf': csrf })).status).toBe(200);
    const forged = await version({ cookie });
    expect([forged.status, forged.body.error?.code]).toEqual([403, 0x200]);
    expect((await version({ cookie, 'x-onevault-csrf': `${csrf}x` })).status).toBe(403);
    const again = await fetch(`${origin}/api/session`, { headers: { cookie } });
    expect(await again.json()).toMatchObject({ csrf, user: { name: 'ann', admin: false, gid: 1 } });
  });

  it('end when one signs out, changes the password, or is disabled', async () => {
    const bob = await cloud.user('bob');
    const [first, second] = [await signIn(bob), await signIn(bob)];
    const headers = { cookie: first.cookie, 'x-onevault-csrf': first.csrf };
    expect((await fetch(`${origin}/api/session`, { method: 'DELETE', headers: { cookie: first.cookie } })).status).toBe(
      403,
    );
    const left = await fetch(`${origin}/api/session`, { method: 'DELETE', headers });
    expect([left.status, left.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')]);
    expect((await version(headers)).status).toBe(401);
    const others = { cookie: second.cookie, 'x-onevault-csrf': second.csrf };
    expect((await version(others)).status).toBe(200);
    const [user] = await cloud.store.users.list({ name: 'bob' });
    await cloud.call('one.user.passwd', user?.id ?? -1, 'another password');
    expect((await version(others)).status).toBe(401);
    const third = await signIn('bob:another password');
    await cloud.call('one.user.enable', user?.id ?? -1, false);
    expect((await version({ cookie: third.cookie, 'x-onevault-csrf': third.csrf })).status).toBe(401);
  });

  it('are not begun with a wrong password or without one', async () => {
    const attempt = (body: unknown): Promise<Answer> => post('/api/session', JSON.stringify(body), {});
    expect((await attempt({ user: 'ann', password: 'wrong' })).status).toBe(401);
    expect((await attempt({ user: 'ann' })).status).toBe(400);
    expect((await attempt('ann')).status).toBe(400);
    expect((await fetch(`${origin}/api/session`)).status).toBe(401);
  });
});

describe('changes', () => {
  interface Told {
    event: string;
    data: string;
  }

  async function listen(session: string): Promise<{ told: Told[]; stop: () => void }> {
    const abort = new AbortController();
    const reply = await fetch(`${origin}/api/changes`, { headers: basic(session), signal: abort.signal });
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    const told: Told[] = [];
    const read = async (): Promise<void> => {
      for await (const { event, data } of serverSentEvents(reply.body as unknown as AsyncIterable<Buffer>)) {
        told.push({ event, data });
      }
    };
    read().catch(() => undefined); // it ends when it is stopped
    return { told, stop: () => abort.abort() };
  }

  const has = (told: readonly Told[], noun: string, id: number): boolean =>
    told.some(({ event, data }) => {
      if (event !== 'change') return false;
      const change = JSON.parse(data) as { noun: string; ids: number[] };
      return change.noun === noun && change.ids.includes(id);
    });

  it('are told of what one may use when they are kept, removed objects included', async () => {
    const [all, hers] = [await listen(cloud.session), await listen(ann)];
    const others = await cloud.id('one.template.allocate', 'NAME="others"');
    const mine = Number(await cloud.callAs(ann, 'one.template.allocate', 'NAME="mine"'));
    await cloud.until('both are told', () =>
      Promise.resolve(
        has(all.told, 'template', others) && has(all.told, 'template', mine) && has(hers.told, 'template', mine),
      ),
    );
    expect(has(hers.told, 'template', others)).toBe(false);
    hers.told.length = 0;
    await cloud.callAs(ann, 'one.template.delete', mine);
    await cloud.until('it is told that it is gone', () => Promise.resolve(has(hers.told, 'template', mine)));
    all.stop();
    hers.stop();
  });

  it('of a transaction that fails are not told', async () => {
    const seen: unknown[] = [];
    const end = cloud.store.onChange((changes) => seen.push(...changes));
    const failing = cloud.store.transaction(async (tx) => {
      await tx.groups.allocate((id) => ({ id, name: 'never', admins: [], template: [] }));
      await tx.transaction((inner) => inner.groups.allocate((id) => ({ id, name: 'nor', admins: [], template: [] })));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(seen).toEqual([]);
    end();
  });
});

it('is described as OpenAPI, whose references all lead somewhere', async () => {
  const text = await (await fetch(`${origin}/api/openapi.json`)).text();
  const described = JSON.parse(text) as { openapi: string; paths: object; components: Record<string, object> };
  expect(described.openapi).toBe('3.1.0');
  expect(Object.keys(described.paths)).toEqual(Object.keys(METHODS).map((name) => `/api/call/${name}`));
  const leads = [...text.matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)];
  expect(leads.length).toBeGreaterThan(100);
  for (const [, kind = '', name = ''] of leads) expect(Object.keys(described.components[kind] ?? {})).toContain(name);
});
