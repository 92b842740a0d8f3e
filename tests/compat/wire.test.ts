// How values and requests may be written: every form that some client sends, and what is no form of anything.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readXml } from '../../src/wire/xml-read.ts';
import { FakeCloud } from '../unit/fake-cloud.ts';

let cloud: FakeCloud;
beforeAll(async () => {
  cloud = await FakeCloud.open();
});
afterAll(() => cloud.close());

const call = (method: string, ...values: string[]): string =>
  `<methodCall><methodName>${method}</methodName><params>${[`<string>${cloud.session}</string>`, ...values]
    .map((value) => `<param><value>${value}</value></param>`)
    .join('')}</params></methodCall>`;

async function sent(body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<string> {
  const reply = await fetch(cloud.endpoint, { method: 'POST', body: Buffer.from(body), headers });
  expect(reply.status).toBe(200);
  return reply.text();
}

const fault = (text: string): string => readXml(text).child('fault/value/struct/member/value')?.elements[0]?.text ?? '';
const values = (text: string): string[] =>
  readXml(text)
    .children('params/param/value/array/data/value')
    .map((value) => value.elements[0]?.text ?? '');

describe('a number', () => {
  it.each([
    '<i4>1</i4>',
    '<int>1</int>',
    '<i8>1</i8>',
    '<i4>+1</i4>',
    '<i4>01</i4>',
    '<int> 1 </int>',
    '<i4>\n1\n</i4>',
    ' <i4>1</i4> ',
    '<i4><![CDATA[1]]></i4>',
    '<i4>&#49;</i4>',
  ])('%s is 1', async (value) => {
    expect(values(await sent(call('one.datastore.info', value)))[1]).toContain('<ID>1</ID>');
  });

  it.each([
    ['<i4></i4>', '-503'],
    ['<i4>1.5</i4>', '-503'],
    ['<i4>1e3</i4>', '-503'],
    ['<i4>0x1</i4>', '-503'],
    ['<int>one</int>', '-503'],
    ['<int>2147483648</int>', '-503'],
    ['<i4>-2147483649</i4>', '-503'],
    ['<i8>9007199254740993</i8>', '-503'],
    ['<i4>99999999999999999999999999</i4>', '-503'],
    ['<i4>1</i4><i4>1</i4>', '-503'],
    ['<i16>1</i16>', '-503'],
    ['<double>1.5</double>', '-501'],
    ['<boolean>1</boolean>', '-501'],
    ['<string>1</string>', '-501'],
    ['1', '-501'],
    ['<nil/>', '-501'],
    ['<array><data><value><i4>1</i4></value></data></array>', '-501'],
    ['<struct><member><name>id</name><value><i4>1</i4></value></member></struct>', '-501'],
  ])('%s is no id: fault %s', async (value, code) => {
    expect(fault(await sent(call('one.datastore.info', value)))).toBe(code);
  });

  it.each(['<int>2147483647</int>', '<i4>-2147483648</i4>', '<i8>4611686018427</i8>', '<i4>-1</i4>'])(
    '%s is an id that nothing has',
    async (value) => {
      expect(values(await sent(call('one.datastore.info', value)))[2]).toBe('1024');
    },
  );
});

describe('a text', () => {
  it.each([
    ['<string>a b</string>', 'a b'],
    ['a b', 'a b'],
    ['<string><![CDATA[a b]]></string>', 'a b'],
    ['<string>&#x61;&#32;b</string>', 'a b'],
    ['<string>\u00e4\u6771\ud83d\ude00</string>', '\u00e4\u6771\ud83d\ude00'],
    ['<string>&#228;</string>', '\u00e4'],
    ['<string> two  blanks </string>', ' two  blanks '],
  ])('%s', async (value, name) => {
    const id = values(await sent(call('one.group.allocate', value)))[1] ?? '';
    expect((await cloud.store.groups.get(Number(id))).name).toBe(name);
    await cloud.call('one.group.delete', Number(id));
  });

  it.each(['<string/>', '<string></string>', ''])('%s is empty', async (value) => {
    expect(values(await sent(call('one.group.allocate', value)))).toEqual(expect.arrayContaining(['16384']));
  });
});

describe('a truth value', () => {
  it.each([
    ['<boolean>1</boolean>', '0'],
    ['<boolean>0</boolean>', '0'],
    ['<boolean> 1 </boolean>', '0'],
  ])('%s', async (value, code) => {
    expect(values(await sent(call('one.datastore.info', '<i4>1</i4>', value)))[2]).toBe(code);
  });

  it.each([
    ['<boolean>true</boolean>', '-503'],
    ['<boolean></boolean>', '-503'],
    ['<boolean>2</boolean>', '-503'],
    ['<i4>1</i4>', '-501'],
    ['<string>1</string>', '-501'],
  ])('%s is none: fault %s', async (value, code) => {
    expect(fault(await sent(call('one.datastore.info', '<i4>1</i4>', value)))).toBe(code);
  });
});

describe('a request', () => {
  it.each([
    ['without a content type', {}],
    ['with a charset', { 'content-type': 'text/xml; charset=utf-8' }],
    ['of another type', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['as application/xml', { 'content-type': 'application/xml' }],
    ['of a client that would take it packed', { 'accept-encoding': 'gzip, deflate' }],
  ] as Array<[string, Record<string, string>]>)('%s is answered', async (_what, headers) => {
    expect(values(await sent(call('one.system.version'), headers))[1]).toBe('6.8.3');
  });

  it.each([
    ['an XML declaration', (body: string) => `<?xml version="1.0" encoding="UTF-8"?>${body}`],
    ['a mark of the byte order', (body: string) => `\ufeff${body}`],
    ['blanks around', (body: string) => `\n${body}\n\n`],
    ['comments', (body: string) => body.replace('<params>', '<!-- a --><params>')],
    ['blanks around the method', (body: string) => body.replace('one.system.version', ' one.system.version ')],
  ] as Array<[string, (body: string) => string]>)('with %s is answered', async (_what, change) => {
    expect(values(await sent(change(call('one.system.version'))))[1]).toBe('6.8.3');
  });

  it.each([
    ['nothing', ''],
    ['no XML', 'one.system.version'],
    ['JSON', '{"method":"one.system.version"}'],
    ['half a call', '<methodCall><methodName>one.system.version</methodName>'],
    ['a reply', '<methodResponse><params/></methodResponse>'],
    ['two calls', '<methodCall/><methodCall/>'],
    ['an entity of its own', '<!DOCTYPE a [<!ENTITY x "y">]><methodCall><methodName>&x;</methodName></methodCall>'],
  ])('of %s is a fault', async (_what, body) => {
    expect(fault(await sent(body))).toBe('-503');
  });

  it('at another path is not found, and in another way not allowed', async () => {
    const at = (path: string, method: string): Promise<Response> =>
      fetch(new URL(path, cloud.endpoint), { method, ...(method === 'POST' && { body: call('one.system.version') }) });
    expect((await at('/RPC3', 'POST')).status).toBe(404);
    expect((await at('/', 'POST')).status).toBe(404);
    expect((await at('/RPC2', 'GET')).status).toBeGreaterThanOrEqual(400);
  });

  it('whose reply is a fault keeps to the shape of faults', async () => {
    const reply = readXml(await sent(call('one.dance')));
    const members = reply.children('fault/value/struct/member');
    expect(members.map((member) => [member.textOf('name'), member.child('value')?.elements[0]?.name])).toEqual([
      ['faultCode', expect.stringMatching(/^(i4|int)$/)],
      ['faultString', 'string'],
    ]);
  });
});
