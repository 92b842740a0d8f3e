// The configuration file that comes with the package: every attribute with its default and meaning, as the reference has them, all of it
// commented out.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

const PAGE = resolve(import.meta.dirname, '../../docs/reference/configuration.md');
const WIDTH = 98;

export async function configurationText(): Promise<string> {
  return configurationOf(await readFile(PAGE, 'utf8'));
}

interface Row {
  name: string;
  /** The one attribute of a vector. */
  inside: string | undefined;
  fallback: string;
  meaning: string;
}

/** Of the page's tables; what the sentence before a table names, `NAME = [ ... ]` or `NAME` first of all, is the vector that it is of. */
export function configurationOf(page: string): string {
  const out = [
    '# Configuration of OneVault. What is commented out is the default, or an example where there is none.',
    '# Everything here is explained in onevault.conf(5). After a change: systemctl restart onevault',
  ];
  let before = '';
  let rows: Row[] = [];
  for (const line of [...page.split('\n'), '']) {
    if (line.startsWith('|')) rows.push(...rowOf(line));
    else {
      out.push(...tableLines(vectorsIn(before), rows));
      if (rows.length > 0) before = '';
      rows = [];
      if (line !== '') before = `${before} ${line}`.trim();
    }
    if (line.startsWith('#')) before = '';
  }
  return `${out.join('\n')}\n`;
}

/** None for the attributes that stand alone; several for what they have in common. */
function vectorsIn(text: string): string[] {
  const one = /`([A-Z_]+) = \[/.exec(text)?.[1];
  if (one !== undefined) return [one];
  const named = /^((?:`[A-Z_]+`(?:, | and )?)+) (?:may (?:each )?be there|runs|sends|names)/.exec(text)?.[1] ?? '';
  return [...named.matchAll(/`([A-Z_]+)`/g)].flatMap(([, name = '']) => name);
}

function tableLines(vectors: readonly string[], rows: readonly Row[]): string[] {
  const [vector, ...more] = vectors;
  if (vector === undefined || rows.length === 0) return rows.flatMap(textLines);
  if (more.length === 0) return vectorLines(vector, rows);
  return ['', ...rows.flatMap((row) => meaningLines(vectors.join(', '), row))];
}

/** A row of one attribute; a vector with a row of its own is described elsewhere, unless it has but one attribute. */
function rowOf(line: string): Row[] {
  const [, cell = '', fallback = '', ...rest] = line.split('|').map((part) => part.trim());
  const [, name, inside] = /^`([A-Z_]+)(?: = \[ ([A-Z_]+) \])?`$/.exec(cell) ?? [];
  if (name === undefined) return [];
  return [{ name, inside, fallback, meaning: plain(rest.slice(0, -1).join('|')) }];
}

function textLines({ name, inside, fallback, meaning }: Row): string[] {
  const value = inside === undefined ? `"${valueOf(fallback)}"` : `[ ${inside}="${valueOf(fallback)}" ]`;
  return ['', ...wrapped(`${meaning} (default: ${plain(fallback)})`, '# '), `#${name}=${value}`];
}

function vectorLines(vector: string, rows: readonly Row[]): string[] {
  const inside = rows.map(({ name, fallback }) => `${name}="${valueOf(fallback)}"`);
  return [
    '',
    ...rows.flatMap((row) => meaningLines(vector, row)),
    ...wrapped(`${vector}=[ ${inside.join(', ')} ]`, '#', '#  '),
  ];
}

function meaningLines(vector: string, { name, fallback, meaning }: Row): string[] {
  const otherwise = fallback === '' ? '' : ` (default: ${plain(fallback)})`;
  return wrapped(`${vector}/${name}: ${meaning}${otherwise}`, '# ', '#   ');
}

/** The default where it is a value, else nothing. */
function valueOf(fallback: string): string {
  return /^`([^`]*)`$/.exec(fallback)?.[1] ?? '';
}

/** Without the marks of Markdown. */
export function plain(markdown: string): string {
  return markdown
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('`', '')
    .replace(/\\([<*|])/g, '$1');
}

function wrapped(text: string, first: string, next = first): string[] {
  const lines = [first];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length + 1 > WIDTH && line !== first) lines.push(`${next}${word}`);
    else lines[lines.length - 1] = line === first ? `${line}${word}` : `${line} ${word}`;
  }
  return lines;
}
