// Calls that come to one control node and are another one's work: over XML-RPC, in JSON, as streams; and what is told when nobody does it.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NODE_HEADER, signed } from '../../src/api/forward-mac.ts';
import { CALL_PATH } from '../../src/api/forwarding.ts';
import type { Services } from '../../src/api/method.ts';
import type { FileEntry } from '../../src/model/file-names.ts';
import { CODE, OneError } from '../../src/model/errors.ts';
import type { Operation } from '../../src/model/operation.ts';
import * as sample from '../golden/objects.ts';
import { FakeCloud } from './fake-cloud.ts';
import { Agreement, KEY, TestNode } from './two-nodes.ts';

const BACKUPS = 'NAME="backups"\nTYPE="BACKUP_DS"\nDS_MAD="fake"';
const AT_B = `datastore:100` as const;

let cloud: FakeCloud;
let agreement: Agreement;
let a: TestNode;
let b: TestNode;
let ann: string;
let done: string[];
let rescan: (id: number, uid: number) => Promise<string>;
let content: () => AsyncGenerator<FileEntry | Buffer>;

/** What a node does with what it is asked, as far as it is noted. */
function noting(node: string): Partial<Services> {
  const note = (what: string): void => void done.push(`${node} ${what}`);
  return {
    upkeep: {
      rescan: (id: number, uid: number) => {
        note(`rescan ${id} for ${uid}`);
        return rescan(id, uid);
      },
    } as unknown as Services['upkeep'],
    scheduler: {
      waiting: () => [{ vmId: node === 'a' ? 1 : 2, sinceSec: 5, reason: `at ${node}` }],
      stir: () => undefined,
    } as unknown as Services['scheduler'],
    files: { read: () => content() } as unknown as Services['files'],
  };
}

beforeAll(async () => {
  cloud = await FakeCloud.open();
  ann = await cloud.user('ann', { gid: 1, groups: [1, 0] });
  expect(await cloud.id('one.datastore.allocate', BACKUPS, -1)).toBe(100);
  const { backupImage } = sample;
  await cloud.store.images.allocate((id) => ({ ...backupImage, id, datastoreId: 100 }), 70);
  agreement = new Agreement();
  const { services } = cloud;
  a = await TestNode.open(agreement, 'a', services, noting('a'));
  b = await TestNode.open(agreement, 'b', services, noting('b'));
}, 60_000);
afterAll(async () => {
  await a.die();
  await b.die();
  await cloud.close();
});
beforeEach(() => {
  agreement.owners.clear();
  for (const duty of ['main', 'datastore:1'] as const) agreement.owners.set(duty, 'a');
  agreement.owners.set(AT_B, 'b');
  done = [];
  rescan = (id) => Promise.resolve(`run of ${id}`);
});

describe('a call', () => {
  it('is carried out by the node that has what it names, for the one who asked', async () => {
    expect(await a.call(cloud.session, 'one.datastore.rescan', 100)).toEqual([true, 'run of 100', 0]);
    expect(await b.call(cloud.session, 'one.datastore.rescan', 100)).toEqual([true, 'run of 100', 0]);
    const json = await a.post(ann, '/api/call/one.datastore.rescan', { id: 100 });
    expect(await json.json()).toEqual({ result: 'run of 100' });
    const { id } = (await cloud.store.users.list({ name: 'ann' }))[0] ?? { id: -1 };
    expect(done).toEqual(['b rescan 100 for 0', 'b rescan 100 for 0', `b rescan 100 for ${id}`]);
  });

  it('that needs nobody in particular stays where it came, as does one that names nothing that exists', async () => {
    agreement.owners.clear();
    expect((await a.call(cloud.session, 'one.datastore.info', 100))[0]).toBe(true);
    expect((await a.call(cloud.session, 'one.datastore.rescan', 12345)).slice(0, 3)).toEqual([
      ...[false, '[one.datastore.rescan] Error getting datastore [12345].', CODE.NO_EXISTS],
    ]);
    await expect(a.call(cloud.session, 'one.datastore.rescan', 'x')).rejects.toThrow(
      'Parameter 1 must be of type int.',
    );
  });

  it('fails as it would have failed there', async () => {
    rescan = () => Promise.reject(new OneError(CODE.ACTION, 'It cannot be read.', { objectId: 100, hint: 'Mend it.' }));
    const here = await b.call(cloud.session, 'one.datastore.rescan', 100);
    expect(await a.call(cloud.session, 'one.datastore.rescan', 100)).toEqual(here);
    expect(here.slice(0, 4)).toEqual([false, '[one.datastore.rescan] It cannot be read. Mend it.', CODE.ACTION, 100]);
    const json = await a.post(cloud.session, '/api/call/one.datastore.rescan', { id: 100 });
    expect(await json.json()).toEqual({
      error: { code: CODE.ACTION, name: 'ACTION', message: 'It cannot be read.', hint: 'Mend it.', objectId: 100 },
    });
  });

  it('has no more rights there than here: a token for one group stays one', async () => {
    const token = await cloud.text(ann, 'one.user.login', 'ann', '', 3600, 1);
    const refused = await a.call(`ann:${token}`, 'one.datastore.rescan', 100);
    expect(refused.slice(0, 1)).toEqual([false]);
    expect(refused[2]).toBe(CODE.AUTHORIZATION);
    expect(done).toEqual([]);
  });

  it('is passed on once, never in circles', async () => {
    b.hasLost = true; // what the others believe it has
    const reply = await a.call(cloud.session, 'one.datastore.rescan', 100);
    b.hasLost = false;
    expect(reply[1]).toMatch(/datastore 100: Control node B does not do it: .* not the work of this node/);
    expect(done).toEqual([]);
  });

  it('waits a while for a node that has it, and then says that none has', async () => {
    agreement.owners.delete(AT_B);
    const waiting = a.call(cloud.session, 'one.datastore.rescan', 100);
    await sleep(20);
    agreement.owners.set(AT_B, 'b');
    expect(await waiting).toEqual([true, 'run of 100', 0]);
    agreement.owners.delete(AT_B);
    const json = await a.post(cloud.session, '/api/call/one.datastore.rescan', { id: 100 });
    expect(await json.json()).toMatchObject({
      error: { retry: true, message: expect.stringMatching(/has datastore 100: no control node has it now/) },
    });
  });

  it('waits for a node that has begun and does not listen yet', async () => {
    const known = agreement.there.get('b')!;
    agreement.there.set('b', { ...known, url: '' });
    const refused = await a.call(cloud.session, 'one.datastore.rescan', 100);
    expect(refused[1]).toContain('Control node B does not listen yet.');
    const call = a.call(cloud.session, 'one.datastore.rescan', 100);
    agreement.there.set('b', known);
    expect(await call).toEqual([true, 'run of 100', 0]);
    expect(done).toEqual(['b rescan 100 for 0']);
  });

  it('says which node does not answer, and that nothing was done', async () => {
    const gone = await TestNode.open(agreement, 'c', cloud.services);
    await gone.die();
    agreement.owners.set(AT_B, 'c');
    const json = await a.post(cloud.session, '/api/call/one.datastore.rescan', { id: 100 });
    agreement.there.delete('c');
    const { error } = (await json.json()) as { error: { retry: boolean; message: string; hint: string } };
    expect(error.retry).toBe(true);
    expect(error.message).toMatch(/Control node C \(http:.*\/RPC2\) does not answer: .*ECONNREFUSED/);
    expect(error.message).not.toMatch('may have been done');
  });

  it('to a node that goes while it is at it is not waited for, and may have been done', async () => {
    let asked = (): void => undefined;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    rescan = () => {
      asked();
      return new Promise(() => undefined);
    };
    const reply = a.call(cloud.session, 'one.datastore.rescan', 100);
    await isAsked;
    const node = agreement.there.get('b');
    agreement.there.delete('b');
    expect((await reply)[1]).toMatch(/Control node B .*did not answer.*may have been done.*Look at the object/s);
    if (node) agreement.there.set('b', node);
  });
});

describe('what no node of this installation has sent', () => {
  const request = {
    method: 'POST',
    path: CALL_PATH,
    body: JSON.stringify({ method: 'one.datastore.rescan', params: [100] }),
  };
  const post = (headers: Record<string, string>, body = request.body): Promise<Response> =>
    fetch(new URL(CALL_PATH, b.url), {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.onevault.call', ...headers },
      body,
    });
  const proof = (nonce: string): Record<string, string> => ({
    [NODE_HEADER]: signed(KEY, request, { uid: 0, egid: -1, to: 'b', atMs: Date.now(), nonce }),
  });

  it('is refused: without a proof, with that of another call, a second time', async () => {
    expect((await post({})).status).toBe(401);
    expect((await post({ [NODE_HEADER]: 'v1 x' })).status).toBe(401);
    const other = JSON.stringify({ method: 'one.datastore.rescan', params: [1] });
    expect((await post(proof('1'.repeat(32)), other)).status).toBe(401);
    expect(done).toEqual([]);
    const good = proof('2'.repeat(32));
    expect(await (await post(good)).json()).toEqual({ result: 'run of 100' });
    expect((await post(good)).status).toBe(401);
    expect(done).toHaveLength(1);
  });
});

describe('what many nodes know a part of', () => {
  it('is put together: figures of machines', async () => {
    const figures = a.services.tick.figures.hosts; // both nodes of this test have the same
    const host = await cloud.store.hosts.allocate((id) => ({ ...sample.host, id, name: 'h' }));
    figures.add(host.id, { at: 1, figures: { freeCpu: 1, freeMemKb: 1, usedCpu: 1, usedMemKb: 1 } });
    const [good, document = ''] = await a.call(cloud.session, 'one.hostpool.monitoring', 0);
    expect(good).toBe(true);
    expect(document).toMatch(/^<MONITORING_DATA>(<MONITORING><.*<ID>.*){2}<\/MONITORING_DATA>$/s);
  });

  it('is put together: backups that wait', async () => {
    const waiting = await a.services.forwarding.waitingElsewhere();
    expect(waiting).toEqual([{ vmId: 2, sinceSec: 5, reason: 'at b' }]);
    agreement.there.set('c', { id: 'c', name: 'C', url: 'http://127.0.0.1:9', version: '', leaseUntilMs: 0 });
    expect(await b.services.forwarding.waitingElsewhere()).toEqual([{ vmId: 1, sinceSec: 5, reason: 'at a' }]);
    agreement.there.delete('c');
  });

  it('is told of runs of the other: progress to its end, and all runs', async () => {
    const vm = await cloud.id('one.vm.allocate', 'CPU="1"\nMEMORY="64"', true);
    const { operations, parts } = b.services;
    const what = { kind: 'backup' as const, hostId: 0, datastoreId: 100, imageIds: [], plan: null, reason: '' };
    const run = operations.draft({ ...what, vmId: vm });
    await parts.store.operations.add(run);
    operations.started(run);
    const reply = await a.get(cloud.session, `/api/progress/vm/${vm}`);
    await operations.progress(run, { phase: 'uploading' });
    await parts.store.transaction((tx) => operations.end(tx, run, 'done', ''));
    operations.announce(run);
    const events = (await reply.text()).split('\n\n').filter((event) => event !== '');
    const last = JSON.parse((events.at(-1) ?? '').replace(/^event: end\ndata: /, '')) as Operation;
    expect(last).toMatchObject({ id: run.id, result: 'done' });
  });
});

describe('a file out of a backup', () => {
  const entry: FileEntry = { ...{ name: 'f', type: 'file', size: 300_000, mtime: 0, mode: 0 } } as unknown as FileEntry;

  it('comes through as it is, with its length', async () => {
    content = async function* () {
      yield entry;
      for (let piece = 0; piece < 3; piece += 1) yield Buffer.alloc(100_000, piece);
    };
    const reply = await a.get(cloud.session, '/api/image/70/file?path=/f');
    expect([reply.status, reply.headers.get('content-length')]).toEqual([200, '300000']);
    const bytes = Buffer.from(await reply.arrayBuffer());
    expect([bytes.length, bytes[0], bytes[150_000], bytes[299_999]]).toEqual([300_000, 0, 1, 2]);
  });

  it('that breaks off there breaks off here', async () => {
    content = async function* () {
      yield entry;
      yield Buffer.alloc(100_000);
      throw new Error('the machine is gone');
    };
    const reply = await a.get(cloud.session, '/api/image/70/file?path=/f');
    await expect(reply.arrayBuffer()).rejects.toThrow();
  });

  it('is refused there as it would be here', async () => {
    content = async function* () {
      yield await Promise.reject(new OneError(CODE.NO_EXISTS, 'There is no /f.'));
    };
    const reply = await a.get(cloud.session, '/api/image/70/file?path=/f');
    expect([reply.status, await reply.json()]).toEqual([
      404,
      { error: { code: CODE.NO_EXISTS, name: 'NO_EXISTS', message: 'There is no /f.' } },
    ]);
  });
});
