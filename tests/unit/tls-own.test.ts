// TLS="generate": a daemon that makes its own certificate, commands that know it by its fingerprint, and control nodes that know each other so.
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { main as tlsCommand } from '../../src/app/tls-command.ts';
import { openTls, type OpenTls } from '../../src/app/tls.ts';
import { makeCaller } from '../../src/access/authorize.ts';
import type { Services } from '../../src/api/method.ts';
import { METHODS } from '../../src/api/methods/all.ts';
import { oneuser } from '../../src/cli/oneuser.ts';
import { ownCertificate } from '../../src/tls/own.ts';
import { fakeIo, type FakeIo } from '../golden/fake-io.ts';
import { FakeCloud } from './fake-cloud.ts';
import { Agreement, TestNode } from './two-nodes.ts';

const BACKUPS = 'NAME="backups"\nTYPE="BACKUP_DS"\nDS_MAD="fake"';
const OTHER = `sha256//${Buffer.alloc(32, 7).toString('base64')}`;

let cloud: FakeCloud;
let home: string;
let pin: string;
beforeAll(async () => {
  cloud = await FakeCloud.open({ tls: { names: [] } });
  ({ pin } = await ownCertificate(cloud.directory, [], Date.now()));
  home = mkdtempSync(join(tmpdir(), 'onevault-home-'));
  mkdirSync(join(home, '.one'));
  writeFileSync(join(home, '.one/one_auth'), cloud.session);
});
afterAll(async () => {
  await cloud.close();
  rmSync(home, { recursive: true });
});

/** `oneuser show` as somebody with this environment. */
async function show(env: Record<string, string>, endpoint = cloud.endpoint): Promise<FakeIo & { status: number }> {
  const io = fakeIo(endpoint);
  Object.assign(io, { home, env: { ONE_XMLRPC: endpoint, ...env } });
  const status = await oneuser(io).main(['show']);
  return Object.assign(io, { status });
}

describe('the commands', () => {
  it('know the daemon by the fingerprint of its key, whatever it is called', async () => {
    expect(cloud.endpoint).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/RPC2$/);
    const shown = await show({ ONEVAULT_FINGERPRINT: pin });
    expect(shown.err).toBe('');
    expect(shown.out).toContain('oneadmin');
    expect(shown.status).toBe(0);
  });

  it('send nothing to one that has another key, and name both fingerprints', async () => {
    const before = cloud.log.length;
    const { status, err } = await show({ ONEVAULT_FINGERPRINT: OTHER, ONE_DISABLE_SSL_VERIFY: '1' });
    expect(status).toBe(255);
    expect(err).toContain(`its key has the fingerprint ${pin}, but ONEVAULT_FINGERPRINT is ${OTHER}.`);
    expect(cloud.log.slice(before).join('')).not.toContain('user.info');
  });

  it('believe the authorities of the system where no fingerprint is given', async () => {
    const { status, err } = await show({});
    expect(status).toBe(255);
    expect(err).toMatch(/self-signed certificate/);
  });

  it('send nothing in the clear to a server that should have a fingerprint', async () => {
    const { status, err } = await show({ ONEVAULT_FINGERPRINT: pin }, 'http://127.0.0.1:9/RPC2');
    expect(status).toBe(255);
    expect(err).toContain('the endpoint must begin with https:');
  });

  it('take no fingerprint that is none', async () => {
    const { status, err } = await show({ ONEVAULT_FINGERPRINT: pin.slice(0, -3) });
    expect(status).toBe(255);
    expect(err).toContain(`ONEVAULT_FINGERPRINT="${pin.slice(0, -3)}" is no fingerprint`);
  });

  it('read it beside the endpoint, for that endpoint alone', async () => {
    writeFileSync(join(home, '.one/one_endpoint'), cloud.endpoint);
    writeFileSync(join(home, '.one/one_fingerprint'), `${OTHER}\n`);
    const io = fakeIo('');
    Object.assign(io, { home, env: {} });
    await oneuser(io).main(['show']);
    expect(io.err).toContain(`but ONEVAULT_FINGERPRINT is ${OTHER}.`);
    expect((await show({})).err).toMatch(/self-signed certificate/);
  });

  it('say that a server broke off before it showed its key', async () => {
    const server = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const { status, err } = await show({ ONEVAULT_FINGERPRINT: pin }, `https://127.0.0.1:${port}/RPC2`);
    server.close();
    expect(status).toBe(255);
    expect(err).toMatch(/Failed to open TCP connection/);
  });
});

describe('onevault tls fingerprint', () => {
  afterEach(() => vi.restoreAllMocks());

  async function told(config: string): Promise<[status: number, text: string]> {
    const file = join(home, 'onevault.conf');
    writeFileSync(file, config);
    let text = '';
    const keep = (given: unknown): boolean => Boolean((text += String(given)));
    vi.spyOn(process.stdout, 'write').mockImplementation(keep);
    vi.spyOn(process.stderr, 'write').mockImplementation(keep);
    const status = await tlsCommand(['fingerprint', '--config', file, '--state', cloud.directory]);
    vi.restoreAllMocks();
    return [status, text];
  }

  it('tells what the daemon has said at its start', async () => {
    expect(await told('TLS="generate"')).toEqual([0, `${pin}\n`]);
    const files = ['cert', 'key'].map((name) => `TLS_${name.toUpperCase()}="${cloud.directory}/tls/${name}.pem"\n`);
    expect(await told(files.join(''))).toEqual([0, `${pin}\n`]);
    expect(cloud.log.some((line) => line.includes('the endpoint is reached over TLS') && line.includes(pin))).toBe(
      true,
    );
  });

  it('says when there is none', async () => {
    expect(await told('PORT="1"')).toEqual([1, expect.stringContaining('The configuration has no TLS')]);
    const [status, text] = await told('TLS_CERT="/no/such.pem"\nTLS_KEY="/no/such.key"');
    expect(status).toBe(1);
    expect(text).toContain('The fingerprint of the certificate /no/such.pem cannot be told');
  });
});

describe('the certificate', () => {
  it('is taken while the daemon runs when it is renewed, with the same key', async () => {
    const { config, services } = cloud;
    let looks = 0;
    const almostOver = Date.now() + 350 * 86_400_000;
    const clock = (): number => (++looks === 2 ? almostOver : Date.now());
    const open = await openTls(config, { log: services.parts.log, clock, lookMs: 5 });
    if (!open) throw new Error('It has TLS.');
    try {
      const before = open.tls.fingerprint;
      for (const end = Date.now() + 120_000; open.tls.fingerprint === before && Date.now() < end;) await sleep(10);
      expect(open.tls.fingerprint).not.toBe(before);
      expect(open.tls.pin).toBe(pin);
    } finally {
      await open.close();
    }
  });

  it('has a key that nobody else may read', () => {
    expect(statSync(join(cloud.directory, 'tls/key.pem')).mode & 0o777).toBe(0o600);
  });
});

describe('control nodes', () => {
  const directories: string[] = [];
  const opened: Array<{ close(): unknown }> = [];
  afterAll(async () => {
    for (const one of opened.toReversed()) await one.close();
    for (const directory of directories) rmSync(directory, { recursive: true });
  });

  async function ownTls(): Promise<OpenTls> {
    const stateDirectory = mkdtempSync(join(tmpdir(), 'onevault-node-'));
    directories.push(stateDirectory);
    const { log } = cloud.services.parts;
    const open = await openTls({ ...cloud.config, stateDirectory, tls: { names: [] } }, { log, clock: Date.now });
    if (!open) throw new Error('It has TLS.');
    opened.push(open);
    return open;
  }

  it('call each other over TLS with certificates of their own, and nothing goes to one with another key', async () => {
    const agreement = new Agreement();
    agreement.owners.set('main', 'a').set('datastore:100', 'b');
    const rescan = { rescan: (id: number) => Promise.resolve(`run of ${id}`) };
    const own = { upkeep: rescan as unknown as Services['upkeep'] };
    const open = async (id: string): Promise<TestNode> => {
      const { tls } = await ownTls();
      const node = await TestNode.open(agreement, id, cloud.services, own, 500, tls);
      opened.push({ close: () => node.die() });
      return node;
    };
    const a = await open('a');
    await open('b');
    const user = await cloud.store.users.get(0);
    const caller = makeCaller(user, -1, []);
    const call = { ...a.services, user, caller, forwarded: false };
    expect(await METHODS['one.datastore.allocate']?.run(call, [BACKUPS, -1])).toBe(100);
    const rescanned = async (): Promise<unknown> => {
      const method = METHODS['one.datastore.rescan'];
      return method && a.services.forwarding.carryOut('one.datastore.rescan', method, call, [100]);
    };
    const health = (): Promise<Response | undefined> =>
      a.services.forwarding.answerTo({ kind: 'datastore', id: 100 }, call, '/api/health');
    expect(await rescanned()).toBe('run of 100');
    expect(await (await health())?.json()).toEqual({ status: 'ok' });
    const there = agreement.there.get('b');
    if (!there) throw new Error('There is b.');
    agreement.there.set('b', { ...there, pin: OTHER });
    for (const asked of [rescanned, health]) {
      await expect(asked()).rejects.toThrow(/its key has the fingerprint sha256.* and not sha256\/\/BwcH/);
    }
  });
});
