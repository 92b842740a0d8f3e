// XML that would open files, grow without end or nest without end, everywhere XML is read: requests, templates, libvirt.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBackupJob, readCapabilities, readDomain } from '../../src/hypervisor/libvirt/live-xml.ts';
import { parseXml } from '../../src/hypervisor/libvirt/xml-read.ts';
import { parseTemplateXml } from '../../src/wire/template-xml.ts';
import { readXml } from '../../src/wire/xml-read.ts';
import { parseCall, parseResponse } from '../../src/wire/xmlrpc.ts';
import { FakeCloud } from '../unit/fake-cloud.ts';

const LAUGHS = Array.from({ length: 10 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join('');
const HOSTILE: Record<string, string> = {
  'an external entity': '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
  'an external DTD': '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><a/>',
  'a parameter entity': '<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]><a/>',
  'a billion laughs': `<!DOCTYPE a [<!ENTITY l0 "lol">${LAUGHS}]><a>&l10;</a>`,
  'an entity without a DTD': '<a>&x;</a>',
};
const READERS: Record<string, (xml: string) => unknown> = {
  documents: readXml,
  templates: parseTemplateXml,
  calls: parseCall,
  answers: parseResponse,
  libvirt: parseXml,
  domains: readDomain,
  'backup jobs': readBackupJob,
  capabilities: readCapabilities,
};

describe.each(Object.entries(READERS))('%s', (_name, read) => {
  it.each(Object.entries(HOSTILE))('with %s are refused', (_what, xml) => {
    let said = '';
    expect(() => {
      said = JSON.stringify(read(xml)) ?? '';
    }).toThrow();
    expect(said).not.toContain('root:');
  });

  it('that nest without end are refused, or read without harm', () => {
    const xml = `${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}`;
    expect(() => {
      try {
        read(xml);
      } catch (error) {
        if (error instanceof RangeError) throw error; // the stack is gone: nobody catches that in a daemon
      }
    }).not.toThrow();
  });
});

describe('the daemon', () => {
  let cloud: FakeCloud;
  beforeAll(async () => {
    cloud = await FakeCloud.open();
  });
  afterAll(() => cloud.close());

  const post = (body: string | Buffer, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(cloud.endpoint, { method: 'POST', body: new Uint8Array(Buffer.from(body)), headers });
  const isWell = async (): Promise<void> => {
    expect(await (await fetch(new URL('/api/health', cloud.endpoint))).json()).toEqual({ status: 'ok' });
  };

  it.each(Object.entries(HOSTILE))('answers %s with a fault', async (_what, xml) => {
    const call = xml
      .replace('<a>', '<methodCall><methodName>one.system.version</methodName><params>')
      .replace('</a>', '</params></methodCall>');
    const answer = await (await post(call)).text();
    expect(answer).toMatch(/<fault>/);
    expect(answer).not.toContain('root:');
    await isWell();
  });

  it('answers a body that says it is packed as what it is, and never unpacks it', async () => {
    const { gzipSync } = await import('node:zlib');
    const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20));
    for (const encoding of ['gzip', 'deflate', 'br']) {
      const answer = await post(bomb, { 'content-encoding': encoding });
      expect(await answer.text()).toMatch(/<fault>|error/);
    }
    await isWell();
  });

  it('refuses what is too large: bodies, and heads', async () => {
    expect((await post(Buffer.alloc(17 * 2 ** 20, 0x20))).status).toBe(413);
    expect((await post('', { 'x-large': 'a'.repeat(64 * 1024) })).status).toBe(431);
    await isWell();
  });
});
