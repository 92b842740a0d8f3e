// One case of the conformance table: a request as a client sends it, and what the reply must be, down to the types on the wire.
import { expect } from 'vitest';
import { readXml, type XmlElement } from '../../src/wire/xml-read.ts';
import type { FakeCloud } from '../unit/fake-cloud.ts';
import { CLIENTS, type ClientName, type Param } from './clients.ts';
import { SCHEMA_OF_METHOD } from '../../src/wire/schema/all.ts';
import type { Schema } from '../../src/wire/schema/schema.ts';
import { validate } from './schema/validate.ts';
import { vmPool, vmPoolExtended } from '../../src/wire/schema/vm.ts';

/** An object that an earlier case made, by the name it was saved under. */
export interface Ref {
  ref: string;
}
export const ref = (name: string): Ref => ({ ref: name });
type IdOf = (name: string) => number;
/** A parameter, an object's id, or a text with ids in it. */
export type Given = Param | Ref | ((id: IdOf) => Param);

export type Expected =
  /** An object's id: a new one, or that of the first integer parameter. */
  | { id: 'new' | 'same' | number }
  /** A document with this root, that its schema accepts, and texts at paths of it. */
  | { document: string; has?: Record<string, string | RegExp> }
  | { text: RegExp }
  /** A failure with this code and message. */
  | { fails: number; says: RegExp }
  | { fault: number };

export interface Case {
  what: string;
  client?: ClientName;
  /** Session of a user of the scene; oneadmin when left out. */
  as?: string;
  method: string;
  params?: readonly Given[];
  expected: Expected;
  /** Keeps the id that was returned for later cases. */
  save?: string;
  /** What an object comes to afterwards, before the next case begins. */
  until?: Until;
  /** What no request does, in the end. */
  plant?: (scene: Scene) => Promise<void>;
}

/** A VM in STATE and LCM_STATE, or an image or a host in STATE. */
export type Until =
  | { vm: string; is: readonly [state: number, lcm: number] }
  | { image: string; is: number }
  | { host: string; is: number };
type More = Pick<Case, 'as' | 'client' | 'save' | 'until' | 'plant'>;

/** A call that is carried out; it answers with the id of the object unless something else is expected. */
export function good(
  method: string,
  what: string,
  params: readonly Given[],
  expected: Expected = { id: 'same' },
  more: More = {},
): Case {
  return { method, what, params, expected, ...more };
}

/** A call that makes an object, whose id is saved. */
export function makes(method: string, what: string, params: readonly Given[], save: string, more: More = {}): Case {
  return { method, what, params, expected: { id: 'new' }, save, ...more };
}

/** A call that is refused. */
export function bad(
  method: string,
  what: string,
  params: readonly Given[],
  code: keyof typeof CODE,
  says: RegExp = /./,
  more: More = {},
): Case {
  return { method, what, params, expected: { fails: CODE[code], says }, ...more };
}

export const CODE = {
  AUTHENTICATION: 0x100,
  AUTHORIZATION: 0x200,
  NO_EXISTS: 0x400,
  ACTION: 0x800,
  XML_RPC_API: 0x1000,
  INTERNAL: 0x2000,
  ALLOCATE: 0x4000,
  LOCKED: 0x8000,
} as const;

/** What no name may contain. */
export const FORBIDDEN: readonly string[] = String.raw`& | : \ " ; / ' # { } $ < >`.split(' ').concat('\t', '\n');

export interface Scene {
  endpoint: string;
  /** Session strings by name. */
  sessions: ReadonlyMap<string, string>;
  /** Ids that were saved. */
  ids: Map<string, number>;
  cloud: FakeCloud;
}

const CLIENT_NAMES = Object.keys(CLIENTS) as ClientName[];

/** Sends the request of a case and checks its reply. `number` picks the client when the case names none. */
export async function check(scene: Scene, given: Case, number: number): Promise<void> {
  const client = CLIENTS[given.client ?? CLIENT_NAMES[number % CLIENT_NAMES.length] ?? 'ruby'];
  const params = (given.params ?? []).map((param) => resolved(scene, param));
  const session = scene.sessions.get(given.as ?? 'oneadmin') ?? given.as ?? '';
  const reply = await fetch(scene.endpoint, {
    method: 'POST',
    headers: client.headers,
    body: Buffer.from(client.body(given.method, [session, ...params])),
  });
  const text = await reply.text();
  expect(reply.status).toBe(200);
  expect(reply.headers.get('content-type')).toMatch(/^text\/xml\b/);
  expect(reply.headers.get('content-encoding')).toBeNull();
  const length = reply.headers.get('content-length');
  if (length !== null) expect(Number(length)).toBe(Buffer.byteLength(text));
  const response = readXml(text);
  expect(response.name).toBe('methodResponse');
  if ('fault' in given.expected) return checkFault(response, given.expected.fault);
  const values = response.children('params/param/value/array/data/value').map((value) => value.elements[0]);
  if ('fails' in given.expected) return checkFailure(given, values, given.expected);
  checkSuccess(scene, given, params, values);
  if (given.until) await reached(scene, given.until);
  await given.plant?.(scene);
}

function idOf(scene: Scene, name: string): number {
  const id = scene.ids.get(name);
  if (id === undefined) throw new Error(`No earlier case has saved "${name}".`);
  return id;
}

function resolved(scene: Scene, given: Given): Param {
  if (typeof given === 'function') return given((name) => idOf(scene, name));
  return typeof given === 'object' && !Array.isArray(given) ? idOf(scene, given.ref) : given;
}

async function reached(scene: Scene, until: Until): Promise<void> {
  if ('vm' in until) return scene.cloud.vmIs(idOf(scene, until.vm), ...until.is);
  const { images, hosts } = scene.cloud.store;
  const name = 'image' in until ? until.image : until.host;
  const id = idOf(scene, name);
  const pool = 'image' in until ? images : hosts;
  await scene.cloud.until(`${name} is in ${until.is}`, async () => (await pool.get(id)).state === until.is);
}

function checkFault(response: XmlElement, code: number): void {
  const members = new Map(
    response.children('fault/value/struct/member').map((member) => [member.textOf('name'), member.child('value')]),
  );
  expect(members.get('faultCode')?.elements[0]).toMatchObject({ text: String(code) });
  expect(members.get('faultCode')?.elements[0]?.name).toMatch(/^(i4|int)$/);
  expect(members.get('faultString')?.elements[0]).toMatchObject({ name: 'string' });
}

/** [false, message, code, object id, replication index], exactly. */
function checkFailure(
  given: Case,
  values: Array<XmlElement | undefined>,
  { fails, says }: { fails: number; says: RegExp },
): void {
  const shown = values.map((value) => `${value?.name} ${value?.text}`).join(' | ');
  expect(
    values.map((value) => value?.name),
    shown,
  ).toEqual(['boolean', 'string', 'i4', 'i4', 'i8']);
  expect(values[0]?.text, shown).toBe('0');
  expect(values[2]?.text, shown).toBe(String(fails));
  expect(values[3]?.text).toMatch(/^-?\d+$/);
  expect(values[4]?.text).toMatch(/^-1$|^0$/);
  const message = values[1]?.text ?? '';
  expect(message.startsWith(`[${given.method}] `), message).toBe(true);
  expect(message.slice(given.method.length + 3)).toMatch(FORMS[fails] ?? /\S/);
  expect(message).toMatch(says);
}

/** How OpenNebula's texts of these codes begin; those of the others are free. */
const FORMS: Readonly<Record<number, RegExp>> = {
  [CODE.AUTHENTICATION]: /^User couldn't be authenticated, aborting call\./,
  [CODE.AUTHORIZATION]: /^(User|Group) \[\d+\] /,
  [CODE.NO_EXISTS]: /^Error getting [a-zA-Z ]+ (\[.+\]|"[^"]+"|Pool)/,
  [CODE.ALLOCATE]: /^Error allocating a new [a-zA-Z ]+\. ./,
  [CODE.LOCKED]: /^The resource [A-Z]+ \[\d+\] is locked/,
};

/** [true, value, 0], exactly; the value is never a boolean. */
function checkSuccess(scene: Scene, given: Case, params: Param[], values: Array<XmlElement | undefined>): void {
  const shown = values.map((value) => `${value?.name} ${value?.text.slice(0, 300)}`).join(' | ');
  expect(values[0], shown).toMatchObject({ name: 'boolean', text: '1' });
  expect(values, shown).toHaveLength(3);
  expect(values[2], shown).toMatchObject({ name: 'i4', text: '0' });
  const [, value] = values;
  const { expected } = given;
  if ('id' in expected) {
    expect(value?.name, shown).toBe('i4');
    const id = Number(value?.text);
    if (expected.id === 'same') expect(id).toBe(params.find((param) => typeof param === 'number'));
    else if (expected.id === 'new') expect(id).toBeGreaterThanOrEqual(0);
    else expect(id).toBe(expected.id);
    if (given.save !== undefined) scene.ids.set(given.save, id);
    return;
  }
  expect(value?.name, shown).toBe('string');
  if ('text' in expected) expect(value?.text ?? '').toMatch(expected.text);
  if ('document' in expected) checkDocument(schemaOf(given.method, params), value?.text ?? '', expected);
}

/** None of the configuration, which is a list of whatever attributes. */
function schemaOf(method: string, params: Param[]): Schema | undefined {
  if (method === 'one.system.config') return undefined;
  if (method === 'one.vmpool.infoset') return params[1] === true ? vmPoolExtended : vmPool;
  const schema = SCHEMA_OF_METHOD[method.replace(/^one\./, '')];
  if (schema === undefined) throw new Error(`There is no schema of what ${method} answers.`);
  return schema;
}

function checkDocument(
  schema: Schema | undefined,
  xml: string,
  { document, has = {} }: { document: string; has?: Record<string, string | RegExp> },
): void {
  if (schema) expect(validate(schema, xml)).toEqual([]);
  const root = readXml(xml);
  expect(root.name).toBe(document);
  for (const [path, wanted] of Object.entries(has)) {
    const found = root.children(path).map((element) => element.text);
    if (typeof wanted === 'string') expect(found, path).toContain(wanted);
    else
      expect(
        found.some((text) => wanted.test(text)),
        `${path}: ${found.join(', ')}`,
      ).toBe(true);
  }
}
