import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  FAULT,
  formatCall,
  formatFailure,
  formatFault,
  formatSuccess,
  MAX_CALL_CHARS,
  parseCall,
  parseResponse,
  XmlRpcFault,
  type Value,
} from './xmlrpc.ts';
import { xmlSafe } from './xml-write.ts';

const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: 'binary' }).map(xmlSafe),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(fc.string().map(xmlSafe), tie('value')), { maxLength: 3 }).map((entries) => new Map(entries)),
  ),
}));

test('calls and replies come back as they were', () => {
  fc.assert(
    fc.property(fc.array(value), (params) => {
      expect(parseCall(formatCall('one.vm.info', params))).toEqual({ method: 'one.vm.info', params });
      expect(parseResponse(formatSuccess(params))).toEqual([true, params, 0]);
    }),
  );
});

test('reads what the different clients send', () => {
  const body = `<?xml version="1.0" ?><methodCall><methodName>one.vm.action</methodName>
  <params>
   <param><value>a:b &amp; c</value></param>
   <param><value><string> x </string></value></param>
   <param><value><i4>-4</i4></value></param><param><value> <int>+7</int> </value></param>
   <param><value><i8>4294967296</i8></value></param>
   <param><value><boolean>1</boolean></value></param><param><value><double>1.5</double></value></param>
   <param><value><array><data/></array></value></param><param><value/></param>
  </params></methodCall>`;
  expect(parseCall(body)).toEqual({
    method: 'one.vm.action',
    params: ['a:b & c', ' x ', -4, 7, 4294967296, true, 1.5, [], ''],
  });
  expect(parseCall('<methodCall><methodName>system.listMethods</methodName></methodCall>').params).toEqual([]);
});

test('a success has three elements, a failure five', () => {
  expect(formatSuccess(42)).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<methodResponse><params><param><value><array><data>' +
      '<value><boolean>1</boolean></value><value><i4>42</i4></value><value><i4>0</i4></value>' +
      '</data></array></value></param></params></methodResponse>\n',
  );
  const failure = formatFailure('[one.vm.backup] no', 0x800, 3);
  expect(failure).toContain('<value><i8>0</i8></value></data>');
  expect(parseResponse(failure)).toEqual([false, '[one.vm.backup] no', 0x800, 3, 0]);
  expect(parseResponse(formatFailure('x', 0x400))).toEqual([false, 'x', 0x400, -1, 0]);
});

test('control characters do not break a reply', () => {
  expect(parseResponse(formatSuccess('a\u0000b\r\n'))[1]).toBe('a\ufffdb\r\n');
});

test('a fault reply is thrown with its code', () => {
  const reply = formatFault(FAULT.NO_SUCH_METHOD, "Method 'one.x' not defined");
  expect(() => parseResponse(reply)).toThrow(new XmlRpcFault(-506, "Method 'one.x' not defined"));
  expect(faultCode(() => parseResponse(reply))).toBe(-506);
});

test.each([
  ['', -503],
  ['<html/>', -503],
  ['<methodCall/>', -503],
  ['<methodCall><methodName>m</methodName><params><param/></params></methodCall>', -503],
  [callOf('<i4>x</i4>'), -503],
  [callOf('<i4>2147483648</i4>'), -503],
  [callOf('<i8>99999999999999999999</i8>'), -503],
  [callOf('<boolean>true</boolean>'), -503],
  [callOf('<double>inf</double>'), -503],
  [callOf('<base64>aGk=</base64>'), -503],
  [callOf('<i4>1</i4><i4>2</i4>'), -503],
  [callOf('<array><data><value>'.repeat(500)), -503],
  ['x'.repeat(MAX_CALL_CHARS + 1), -509],
])('malformed call %#', (body, code) => {
  expect(faultCode(() => parseCall(body))).toBe(code);
});

test('no input does anything but parse or fault', () => {
  const part = fc.constantFrom(
    '<methodCall>',
    '<methodName>m</methodName>',
    '<params>',
    '<param>',
    '<value>',
    '<i4>',
    '1',
    '</i4>',
    '</value>',
    '</param>',
    '</params>',
    '</methodCall>',
    '<array><data>',
    '</data></array>',
  );
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      expect([0, FAULT.PARSE]).toContain(faultCode(() => parseCall(parts.join(''))));
    }),
  );
});

function callOf(typed: string): string {
  return `<methodCall><methodName>m</methodName><params><param><value>${typed}</value></param></params></methodCall>`;
}

function faultCode(run: () => unknown): number {
  try {
    run();
    return 0;
  } catch (error) {
    if (error instanceof XmlRpcFault) return error.code;
    throw error;
  }
}
