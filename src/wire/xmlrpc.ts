// XML-RPC as OpenNebula speaks it: calls and replies to text and back. Replies carry exactly [true, value, 0], or
// [false, message, code, object id, replication index]; anything malformed is an XmlRpcFault with xmlrpc-c's codes.
import { readXml, XmlError, type XmlElement } from './xml-read.ts';
import { escapeText } from './xml-write.ts';

export type Value = string | number | boolean | null | Value[] | Map<string, Value>;

export const FAULT = { TYPE: -501, PARSE: -503, NO_SUCH_METHOD: -506, LIMIT: -509 } as const;
export type FaultCode = (typeof FAULT)[keyof typeof FAULT];

export class XmlRpcFault extends Error {
  /** One of FAULT, or whatever a server sent. */
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = 'XmlRpcFault';
    this.code = code;
  }
}

export interface Call {
  method: string;
  params: Value[];
}

/** Characters accepted in a call; templates are a few thousand. */
export const MAX_CALL_CHARS = 16 * 1024 * 1024;
const MAX_NESTING = 64;
const PIECES = '=pieces=';
// An array costs value, array and data.
const XML_LIMITS = { depth: 3 * MAX_NESTING + 8 };

/** Reads a methodCall. Throws XmlRpcFault (PARSE, LIMIT). */
export function parseCall(xml: string): Call {
  if (xml.length > MAX_CALL_CHARS) {
    throw new XmlRpcFault(FAULT.LIMIT, `The call has ${xml.length} characters, the limit is ${MAX_CALL_CHARS}.`);
  }
  const root = readDocument(xml, 'methodCall');
  const method = root.textOf('methodName').trim();
  if (method === '') throw parseFault('<methodCall> has no <methodName>');
  return { method, params: root.children('params/param').map(paramValue) };
}

/** Reads a methodResponse whose value is an array, as all of OpenNebula's are. Throws XmlRpcFault, also for a fault reply. */
export function parseResponse(xml: string): Value[] {
  const root = readDocument(xml, 'methodResponse');
  const fault = root.child('fault/value');
  if (fault) throw faultOf(readValue(fault));
  const param = root.child('params/param');
  const value = param && paramValue(param);
  if (!Array.isArray(value)) throw parseFault('the reply holds no array');
  return value;
}

function readDocument(xml: string, rootName: string): XmlElement {
  let root: XmlElement;
  try {
    root = readXml(xml, XML_LIMITS);
  } catch (error) {
    if (error instanceof XmlError) throw parseFault(error.message);
    throw error;
  }
  if (root.name !== rootName) throw parseFault(`expected <${rootName}>, found <${root.name}>`);
  return root;
}

function paramValue(param: XmlElement): Value {
  const value = param.child('value');
  if (!value) throw parseFault('<param> has no <value>');
  return readValue(value);
}

/** The value of a `<value>` element. Depth is bounded by the reader. */
function readValue(element: XmlElement): Value {
  const typed = element.elements[0];
  if (!typed) return element.text;
  if (element.elements.length > 1) throw parseFault('<value> holds more than one type');
  switch (typed.name) {
    case 'i4':
    case 'int':
      return readInteger(typed, 2 ** 31);
    case 'i8':
      return readInteger(typed, Number.MAX_SAFE_INTEGER + 1);
    case 'boolean':
      return readBoolean(typed);
    case 'string':
      return typed.text;
    case 'double':
      return readDouble(typed);
    case 'array':
      return typed.children('data/value').map(readValue);
    case 'struct':
      return new Map(typed.children('member').map((member) => [member.textOf('name'), paramValue(member)]));
    case 'nil':
      return null;
    default:
      throw parseFault(`<${typed.name}> is no known type`);
  }
}

function readInteger(element: XmlElement, bound: number): number {
  const text = element.text.trim();
  const value = /^[+-]?\d{1,20}$/.test(text) ? Number(text) : NaN;
  if (value >= -bound && value < bound) return value;
  throw parseFault(`"${text}" is no <${element.name}>`);
}

function readBoolean(element: XmlElement): boolean {
  const text = element.text.trim();
  if (text === '1' || text === '0') return text === '1';
  throw parseFault(`"${text}" is no <boolean>: it must be 0 or 1`);
}

function readDouble(element: XmlElement): number {
  const text = element.text.trim();
  const value = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : NaN;
  if (Number.isFinite(value)) return value;
  throw parseFault(`"${text}" is no <double>`);
}

function faultOf(value: Value): XmlRpcFault {
  const code = value instanceof Map ? value.get('faultCode') : undefined;
  const text = value instanceof Map ? value.get('faultString') : undefined;
  return new XmlRpcFault(
    typeof code === 'number' ? code : FAULT.PARSE,
    typeof text === 'string' ? text : 'unknown fault',
  );
}

function parseFault(problem: string): XmlRpcFault {
  return new XmlRpcFault(FAULT.PARSE, `Malformed XML-RPC: ${problem}.`);
}

/** Writes a methodCall. */
export function formatCall(method: string, params: readonly Value[]): string {
  const body = params.map((param) => `<param>${formatValue(param)}</param>`).join('');
  return document('methodCall', `<methodName>${escapeText(method)}</methodName><params>${body}</params>`);
}

/** Writes the reply [true, value, 0]. */
export function formatSuccess(value: Value): string {
  return arrayReply(formatValue(true), formatValue(value), formatValue(0));
}

/** What stands before and after an escaped text in the reply [true, text, 0], for texts that are sent in pieces. */
export function successFrame(): [before: string, after: string] {
  const [before = '', after = ''] = formatSuccess(PIECES).split(PIECES);
  return [before, after];
}

/** Writes the reply [false, message, code, object id (-1 for none), 0]. */
export function formatFailure(message: string, code: number, objectId = -1): string {
  const replicationIndex = '<value><i8>0</i8></value>';
  return arrayReply(
    formatValue(false),
    formatValue(message),
    formatValue(code),
    formatValue(objectId),
    replicationIndex,
  );
}

/** Writes a fault reply. */
export function formatFault(code: number, text: string): string {
  const fault = new Map<string, Value>([
    ['faultCode', code],
    ['faultString', text],
  ]);
  return document('methodResponse', `<fault>${formatValue(fault)}</fault>`);
}

function arrayReply(...values: string[]): string {
  const array = `<value><array><data>${values.join('')}</data></array></value>`;
  return document('methodResponse', `<params><param>${array}</param></params>`);
}

function document(root: string, body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${body}</${root}>\n`;
}

function formatValue(value: Value): string {
  return `<value>${formatTyped(value)}</value>`;
}

function formatTyped(value: Value): string {
  if (value === null) return '<nil/>';
  if (typeof value === 'string') return `<string>${escapeText(value)}</string>`;
  if (typeof value === 'boolean') return `<boolean>${value ? 1 : 0}</boolean>`;
  if (typeof value === 'number') return formatNumber(value);
  if (Array.isArray(value)) return `<array><data>${value.map(formatValue).join('')}</data></array>`;
  const members = Array.from(
    value,
    ([name, member]) => `<member><name>${escapeText(name)}</name>${formatValue(member)}</member>`,
  );
  return `<struct>${members.join('')}</struct>`;
}

function formatNumber(value: number): string {
  if (!Number.isInteger(value)) return `<double>${value}</double>`;
  return value >= -(2 ** 31) && value < 2 ** 31 ? `<i4>${value}</i4>` : `<i8>${value}</i8>`;
}
