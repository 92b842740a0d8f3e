// A strict reader for the XML that OpenNebula's programs exchange: elements, text, CDATA, comments. There is no DOCTYPE, so
// nothing can be expanded, and depth is bounded. Attributes are skipped: no document of OpenNebula has any that matter.
// It is written by hand because the general parsers at hand either expand entities or leave `&#13;` undecoded, give no
// position in an error, and cost more start-up time than a whole command line call.

/** Why a text is not the XML expected, with where it went wrong (both counted from 1). */
export class XmlError extends Error {
  readonly line: number;
  readonly column: number;

  constructor(problem: string, source: string, offset: number) {
    const { line, column } = positionAt(source, offset);
    super(`XML line ${line}, column ${column}: ${problem}`);
    this.name = 'XmlError';
    this.line = line;
    this.column = column;
  }
}

/** Line and column of an offset, both from 1. */
export function positionAt(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

export class XmlElement {
  readonly name: string;
  readonly elements: XmlElement[] = [];
  /** All character data directly inside, CDATA included. */
  text = '';
  /** Whether a CDATA section was part of `text`. */
  hasCdata = false;

  constructor(name: string) {
    this.name = name;
  }

  /** The first element at a path such as `TEMPLATE/CPU`. */
  child(path: string): XmlElement | undefined {
    return this.children(path)[0];
  }

  /** Every element at a path, in document order; without a path all direct children. */
  children(path?: string): XmlElement[] {
    if (path === undefined) return this.elements;
    let level: XmlElement[] = [this];
    for (const name of path.split('/')) {
      level = level.flatMap((element) => element.elements.filter((child) => child.name === name));
    }
    return level;
  }

  /** The text at a path, '' when there is no such element. */
  textOf(path: string): string {
    return this.child(path)?.text ?? '';
  }
}

export interface XmlLimits {
  /** Most nested elements. */
  depth: number;
}

/** Reads one document. Throws XmlError with the position when it is not well-formed or holds a DOCTYPE. */
export function readXml(source: string, limits: XmlLimits = { depth: 200 }): XmlElement {
  return new Reader(source, limits).document();
}

const NAME = /[A-Za-z_\u0080-\uffff][\w.:\u0080-\uffff-]*/y;
const ATTRIBUTE = /\s+[A-Za-z_][\w.:-]*\s*=\s*(?:"[^"<]*"|'[^'<]*')/y;
const TAG_END = /\s*(\/?)>/y;
const SPACE = /\s*/y;
const UNUSUAL = /&(?!(?:lt|gt|amp);)/;
const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

class Reader {
  readonly #source: string;
  readonly #limits: XmlLimits;
  readonly #open: XmlElement[] = [];
  #root: XmlElement | undefined;
  #at = 0;

  constructor(source: string, limits: XmlLimits) {
    this.#source = source.startsWith('\ufeff') ? source.slice(1) : source;
    this.#limits = limits;
  }

  document(): XmlElement {
    while (this.#at < this.#source.length) this.#step();
    const unclosed = this.#open.at(-1);
    if (unclosed) throw this.#error(`the end came before </${unclosed.name}>`);
    if (!this.#root) throw this.#error('expected an element');
    return this.#root;
  }

  #step(): void {
    const next = this.#source.indexOf('<', this.#at);
    const end = next === -1 ? this.#source.length : next;
    if (end > this.#at) this.#text(this.#source.slice(this.#at, end));
    this.#at = end;
    if (next === -1) return;
    if (this.#starts('</')) this.#closeTag();
    else if (this.#starts('<![CDATA[')) this.#cdata();
    else if (this.#starts('<!--')) this.#skipPast('-->');
    else if (this.#starts('<?')) this.#skipPast('?>');
    else if (this.#starts('<!')) throw this.#error('a DOCTYPE or other declaration is not accepted');
    else this.#openTag();
  }

  #openTag(): void {
    this.#at += 1;
    const element = new XmlElement(this.#match(NAME, 'a name after "<"'));
    const parent = this.#open.at(-1);
    if (parent) parent.elements.push(element);
    else if (this.#root) throw this.#error('expected nothing after the first element');
    else this.#root = element;
    while (this.#skip(ATTRIBUTE));
    const closed = this.#match(TAG_END, `">" at the end of <${element.name}>`).includes('/');
    if (closed) return;
    this.#open.push(element);
    if (this.#open.length > this.#limits.depth) {
      throw this.#error(`elements are nested deeper than ${this.#limits.depth}`);
    }
  }

  #closeTag(): void {
    this.#at += 2;
    const name = this.#match(NAME, 'a name after "</"');
    const open = this.#open.pop();
    if (open?.name !== name)
      throw this.#error(open ? `expected </${open.name}>, found </${name}>` : `</${name}> closes nothing`);
    this.#skip(SPACE);
    if (!this.#starts('>')) throw this.#error(`expected ">" after </${name}`);
    this.#at += 1;
  }

  #cdata(): void {
    const element = this.#open.at(-1);
    if (!element) throw this.#error('text outside of the first element');
    const start = this.#at + '<![CDATA['.length;
    this.#skipPast(']]>');
    element.text += lineEnds(this.#source.slice(start, this.#at - 3));
    element.hasCdata = true;
  }

  #text(raw: string): void {
    const element = this.#open.at(-1);
    if (element) element.text += raw.includes('&') ? this.#decode(lineEnds(raw)) : lineEnds(raw);
    else if (raw.trim() !== '') throw this.#error('expected "<"');
  }

  #decode(raw: string): string {
    // A document inside an XML-RPC string has nothing but these, and hundreds of thousands of them.
    if (!UNUSUAL.test(raw)) return raw.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
    return raw.replace(/&([^;&]{0,12};)?/g, (whole, reference: string | undefined) => {
      const decoded = reference === undefined ? undefined : decodeReference(reference.slice(0, -1));
      if (decoded === undefined) throw this.#error(`"${whole}" is no known character reference`);
      return decoded;
    });
  }

  #skipPast(mark: string): void {
    const found = this.#source.indexOf(mark, this.#at);
    if (found === -1) throw this.#error(`the end came before "${mark}"`);
    this.#at = found + mark.length;
  }

  #starts(mark: string): boolean {
    return this.#source.startsWith(mark, this.#at);
  }

  #match(pattern: RegExp, expected: string): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0];
    if (found === undefined) throw this.#error(`expected ${expected}`);
    this.#at += found.length;
    return found;
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0];
    if (found === undefined) return false;
    this.#at += found.length;
    return found.length > 0;
  }

  #error(problem: string): XmlError {
    return new XmlError(problem, this.#source, this.#at);
  }
}

function lineEnds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

/** The character of `lt`, `#65` or `#x41`; undefined when there is no such reference or XML forbids the character. */
function decodeReference(reference: string): string | undefined {
  if (!reference.startsWith('#')) return Object.hasOwn(ENTITIES, reference) ? ENTITIES[reference] : undefined;
  const hex = /^#x([0-9a-fA-F]{1,6})$/.exec(reference)?.[1];
  const decimal = /^#(\d{1,7})$/.exec(reference)?.[1];
  const code = hex !== undefined ? parseInt(hex, 16) : Number(decimal ?? NaN);
  return isCharacter(code) ? String.fromCodePoint(code) : undefined;
}

function isCharacter(code: number): boolean {
  if (code < 0x20) return code === 9 || code === 10 || code === 13;
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0x10ffff && (code & 0xfffe) !== 0xfffe);
}
