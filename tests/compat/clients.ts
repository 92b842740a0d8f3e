// Requests byte for byte as the libraries write them on which OpenNebula's clients stand: Ruby's xmlrpc (its command line and
// OCA), Go's kolo/xmlrpc (goca), Python's xmlrpc.client (pyone), and the npm package xmlrpc. They differ in declarations, white
// space, names of integers, empty arrays and headers.

export type Param = string | number | boolean | Param[];
export type ClientName = keyof typeof CLIENTS;

interface Library {
  headers: Record<string, string>;
  body(method: string, params: readonly Param[]): string;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** How a library writes a value; only integers and empty arrays differ. */
function valueWriter(integer: string, array: (items: string) => string): (param: Param) => string {
  const value = (param: Param): string => {
    if (typeof param === 'string') return `<value><string>${escaped(param)}</string></value>`;
    if (typeof param === 'boolean') return `<value><boolean>${param ? 1 : 0}</boolean></value>`;
    if (typeof param === 'number') return `<value><${integer}>${param}</${integer}></value>`;
    return `<value>${array(param.map(value).join(''))}</value>`;
  };
  return value;
}

const ruby = valueWriter('i4', (items) =>
  items === '' ? '<array><data/></array>' : `<array><data>${items}</data></array>`,
);
const go = valueWriter('int', (items) => `<array><data>${items}</data></array>`);
const python = valueWriter('int', (items) => `<array><data>\n${items}</data></array>`);
const node = valueWriter('int', (items) =>
  items === '' ? '<array><data/></array>' : `<array><data>${items}</data></array>`,
);

export const CLIENTS = {
  ruby: {
    headers: {
      'user-agent': 'XMLRPC::Client (Ruby 3.1.2)',
      'content-type': 'text/xml; charset=utf-8',
      'accept-encoding': 'identity',
      accept: '*/*',
    },
    body: (method, params) =>
      `<?xml version="1.0" ?><methodCall><methodName>${method}</methodName><params>${params
        .map((param) => `<param>${ruby(param)}</param>`)
        .join('')}</params></methodCall>\n`,
  },
  go: {
    headers: { 'user-agent': 'Go-http-client/1.1', 'accept-encoding': 'gzip' },
    body: (method, params) =>
      `<?xml version="1.0" encoding="UTF-8"?><methodCall><methodName>${method}</methodName><params>${params
        .map((param) => `<param>${go(param)}</param>`)
        .join('')}</params></methodCall>`,
  },
  python: {
    headers: { 'user-agent': 'Python-xmlrpc/3.11', 'content-type': 'text/xml', 'accept-encoding': 'gzip' },
    body: (method, params) =>
      `<?xml version='1.0'?>\n<methodCall>\n<methodName>${method}</methodName>\n<params>\n${params
        .map((param) => `<param>\n${python(param)}\n</param>\n`)
        .join('')}</params>\n</methodCall>\n`,
  },
  node: {
    headers: {
      'user-agent': 'NodeJS XML-RPC Client',
      'content-type': 'text/xml',
      accept: 'text/xml',
      'accept-charset': 'UTF8',
    },
    body: (method, params) =>
      `<?xml version="1.0"?><methodCall><methodName>${method}</methodName><params>${params
        .map((param) => `<param>${node(param)}</param>`)
        .join('')}</params></methodCall>`,
  },
} as const satisfies Record<string, Library>;
