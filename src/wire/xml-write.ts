// The few pieces every document is built from. Whatever text comes in, what goes out is well-formed XML 1.0: characters
// that XML cannot carry are replaced, and a carriage return survives the line-end rules of readers.

// Every UTF-16 unit that XML 1.0 forbids, lone surrogates aside.
const FORBIDDEN = /[^\t\n\r\u0020-\ufffd]/g;
const REPLACEMENT = '\ufffd';

/** Replaces what XML 1.0 cannot carry (control characters, lone surrogates) by U+FFFD. */
export function xmlSafe(text: string): string {
  return text.toWellFormed().replace(FORBIDDEN, REPLACEMENT);
}

/** Text for element content, with markup escaped. */
export function escapeText(text: string): string {
  return xmlSafe(text).replace(/[&<>\r]/g, (char) => ESCAPES[char] ?? char);
}

/** The same for a document of ours inside another one: it holds nothing that XML cannot carry. */
export function escapeDocument(xml: string): string {
  return xml.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };

/** A CDATA section holding `text`; it is split where the text holds `]]>` or a carriage return. */
export function cdata(text: string): string {
  const body = xmlSafe(text).replaceAll(']]>', ']]]]><![CDATA[>').replaceAll('\r', ']]>&#13;<![CDATA[');
  return `<![CDATA[${body}]]>`;
}

/** `<NAME>text</NAME>`; numbers and flags are written as digits. */
export function leaf(name: string, value: string | number | boolean): string {
  const text = typeof value === 'string' ? escapeText(value) : String(Number(value));
  return `<${name}>${text}</${name}>`;
}

/** `<NAME><![CDATA[text]]></NAME>`. */
export function cdataLeaf(name: string, text: string): string {
  return `<${name}>${cdata(text)}</${name}>`;
}

/** An element around finished XML; `<NAME/>` when there is none. */
export function branch(name: string, ...inner: string[]): string {
  const body = inner.join('');
  return body === '' ? `<${name}/>` : `<${name}>${body}</${name}>`;
}

/** `<NAME><ID>1</ID>...</NAME>`, or `<NAME/>` for an empty list. */
export function idList(name: string, ids: readonly number[]): string {
  return branch(name, ...ids.map((id) => leaf('ID', id)));
}
