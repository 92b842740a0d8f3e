// A document as YAML: the structure of its JSON, every leaf a text. Pure. Written here because the structure is plain and a library
// would cost more than a whole command line call.
import type { Json } from './document.ts';

/** The value as a YAML document, `---` in front. */
export function yamlText(value: Json): string {
  return `---\n${block(value, '').join('\n')}\n`;
}

function block(value: Json, indent: string): string[] {
  if (typeof value === 'string') return [`${indent}${scalar(value)}`];
  if (Array.isArray(value)) {
    return value.length === 0 ? [`${indent}[]`] : value.flatMap((item) => listItem(item, indent));
  }
  const entries = Object.entries(value);
  return entries.length === 0 ? [`${indent}{}`] : entries.flatMap(([name, item]) => entry(name, item, indent));
}

function entry(name: string, value: Json, indent: string): string[] {
  const key = `${indent}${scalar(name)}:`;
  if (isShort(value)) return [`${key} ${block(value, '').join('')}`];
  return [key, ...block(value, Array.isArray(value) ? indent : `${indent}  `)];
}

/** The first line of what is listed stands behind the dash. */
function listItem(value: Json, indent: string): string[] {
  const [first = '', ...rest] = block(value, `${indent}  `);
  return [`${indent}- ${first.slice(indent.length + 2)}`, ...rest];
}

function isShort(value: Json): boolean {
  return typeof value === 'string' || Object.keys(value).length === 0;
}

const PLAIN = /^[A-Za-z_/][\w ./@+-]*$/;
/** Words that readers of YAML 1.1 or 1.2 take for something else than a text. */
const OTHER_TYPE = /^(?:y|n|yes|no|true|false|on|off|null|e[-+]?[0-9_]+)$/i;

/** A text as it is when nobody can take it for anything else, else in quotes: JSON's are YAML's. */
function scalar(text: string): string {
  if (PLAIN.test(text) && !OTHER_TYPE.test(text) && !text.endsWith(' ')) return text;
  // JSON leaves these as they are; to YAML they are line ends or not printable.
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
