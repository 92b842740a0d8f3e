// Writes XML from elements. Every text and attribute is escaped, so a name or path from a template cannot become markup.

export type Child = string | null | undefined | false;

/** `<name a='1'>children</name>`; attributes that are undefined and children that are empty are left out. */
export function element(
  name: string,
  attributes: Record<string, string | number | undefined>,
  ...children: Child[]
): string {
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
  const head = given.map(([key, value]) => ` ${key}='${escape(String(value))}'`).join('');
  const inner = children.filter((child) => typeof child === 'string' && child !== '');
  return inner.length === 0 ? `<${name}${head}/>` : `<${name}${head}>${inner.join('')}</${name}>`;
}

/** An element that holds text only. */
export function textElement(
  name: string,
  text: string | number,
  attributes: Record<string, string | undefined> = {},
): string {
  return element(name, attributes, escape(String(text)));
}

/** Puts every element on a line of its own, for people who read the file. */
export function lines(xml: string): string {
  return `${xml.replaceAll('><', '>\n<')}\n`;
}

function escape(text: string): string {
  return text
    .replace(/[^\P{Cc}\t\n\r]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll("'", '&apos;')
    .replaceAll('"', '&quot;');
}
