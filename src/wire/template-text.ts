// OpenNebula's template language, read and written: `NAME = value`, `NAME = "quoted"`, `NAME = [ A = "b", C = d ]`, `#` comments.
// Text that begins with `<` is its XML twin. Whatever formatTemplate writes, parseTemplate reads back as it was.
import type { Attributes, Vector } from '../model/attributes.ts';
import { CODE, OneError } from '../model/errors.ts';
import { parseTemplateXml } from './template-xml.ts';
import { positionAt } from './xml-read.ts';

/**
 * Reads a template, text or XML. Names come out in upper case, in the order written, repeated ones kept.
 * Throws OneError INTERNAL with line, column and what was expected.
 */
export function parseTemplate(text: string): Attributes {
  if (/^\s*</.test(text)) return parseTemplateXml(text);
  const scanner = new Scanner(text);
  const attributes: Attributes = [];
  while (!scanner.atEnd()) {
    const name = scanner.name('an attribute name');
    scanner.take('=', `"=" after ${name}`);
    attributes.push([name, scanner.opensVector() ? readVector(scanner, name) : scanner.value(name)]);
  }
  return attributes;
}

function readVector(scanner: Scanner, name: string): Vector {
  const vector: Vector = [];
  if (scanner.skip(']')) return vector;
  do {
    const field = scanner.name(`an attribute name inside ${name}`);
    scanner.take('=', `"=" after ${name}/${field}`);
    vector.push([field, scanner.value(`${name}/${field}`)]);
  } while (scanner.skip(','));
  scanner.take(']', `"," or "]" inside ${name}`);
  return vector;
}

/** Writes attributes as template text, one a line, every value quoted. */
export function formatTemplate(attributes: Attributes): string {
  return attributes.map(([name, value]) => `${name}=${formatValue(value)}\n`).join('');
}

function formatValue(value: string | Vector): string {
  if (typeof value === 'string') return quote(value);
  if (value.length === 0) return '[ ]';
  return `[\n${value.map(([name, text]) => `  ${name}=${quote(text)}`).join(',\n')} ]`;
}

/** Backslashes count only in front of a quote, so those that stand there are doubled. */
function quote(text: string): string {
  const parts = text.split('"').map((part) => part + '\\'.repeat(trailingSlashes(part, 0, part.length)));
  return `"${parts.join('\\"')}"`;
}

const BLANK = /(?:[ \t\r\n]|#[^\n]*)*/y;
const NAME = /"?([A-Za-z_][A-Za-z0-9_.-]*)"?/y;
const LINE_END = /[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/y;
const SPACES = /[ \t]*/y;
const BARE = /[^=#\s,[\]"][^=#\s,[\]]*/y;

class Scanner {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  atEnd(): boolean {
    this.#match(BLANK);
    return this.#at >= this.#source.length;
  }

  name(expected: string): string {
    this.#match(BLANK);
    const name = this.#match(NAME)?.[1];
    if (name === undefined) throw this.#error(expected);
    return name.toUpperCase();
  }

  skip(mark: string): boolean {
    this.#match(BLANK);
    if (!this.#source.startsWith(mark, this.#at)) return false;
    this.#at += mark.length;
    return true;
  }

  take(mark: string, expected: string): void {
    if (!this.skip(mark)) throw this.#error(expected);
  }

  /** Whether the value that follows is a vector; its bracket must stand on the line of the `=`. */
  opensVector(): boolean {
    this.#match(SPACES);
    if (this.#source[this.#at] !== '[') return false;
    this.#at += 1;
    return true;
  }

  /** A quoted or bare value; nothing before the end of the line, a comma or a bracket is an empty one. */
  value(of: string): string {
    this.#match(SPACES);
    if (this.#source[this.#at] === '"') return this.#quoted(of);
    const bare = this.#match(BARE)?.[0];
    if (bare !== undefined) return bare;
    if (this.#match(LINE_END) || /[,\]]/.test(this.#source[this.#at] ?? '')) return '';
    throw this.#error(`a value for ${of}, in quotes if it holds blanks or any of = # , [ ]`);
  }

  #quoted(of: string): string {
    let value = '';
    let at = this.#at + 1;
    for (;;) {
      const mark = this.#source.indexOf('"', at);
      if (mark === -1) throw this.#error(`a closing quote for the value of ${of}`);
      const slashes = trailingSlashes(this.#source, at, mark);
      value += this.#source.slice(at, mark - slashes) + '\\'.repeat(Math.floor(slashes / 2));
      at = mark + 1;
      if (slashes % 2 === 0) break;
      value += '"';
    }
    this.#at = at;
    return value;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source);
    if (found) this.#at += found[0].length;
    return found;
  }

  #error(expected: string): OneError {
    const { line, column } = positionAt(this.#source, this.#at);
    const rest = this.#source.slice(this.#at, this.#at + 20).split('\n')[0] ?? '';
    const found = this.#at >= this.#source.length ? 'the end' : rest === '' ? 'the end of the line' : `"${rest}"`;
    return new OneError(
      CODE.INTERNAL,
      `Template line ${line}, column ${column}: expected ${expected}, found ${found}.`,
    );
  }
}

/** How many backslashes stand directly before `end`, not looking before `start`. */
function trailingSlashes(source: string, start: number, end: number): number {
  let count = 0;
  while (end - count > start && source[end - count - 1] === '\\') count += 1;
  return count;
}
