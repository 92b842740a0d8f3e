// Says where a document departs from its schema: every problem with the path of its element and the reason. Pure.
import { readXml, XmlError, type XmlElement } from '../../../src/wire/xml-read.ts';
import {
  Open,
  partsOf,
  Rounds,
  TEXTS,
  type Content,
  type Part,
  type Schema,
  type Sequence,
  type TextKind,
} from '../../../src/wire/schema/schema.ts';

/** The problems of a document, none when it is as it should be. */
export function validate(schema: Schema, xml: string): string[] {
  const root = parse(xml);
  if (typeof root === 'string') return [root];
  if (root.name !== schema.root) return [`${root.name}: the document should be ${schema.root}`];
  return check(root, schema.content, root.name);
}

function parse(xml: string): XmlElement | string {
  try {
    return readXml(xml);
  } catch (error) {
    if (error instanceof XmlError) return error.message;
    throw error;
  }
}

function check(element: XmlElement, content: Content, path: string): string[] {
  if (typeof content === 'string') return leaf(element, content, path);
  return [...noText(element, path), ...children(element, content, path)];
}

function children(element: XmlElement, content: Exclude<Content, TextKind>, path: string): string[] {
  if (content instanceof Rounds) return rounds(element.elements, content, path);
  if (content instanceof Open) return attributes(element.elements, content, path);
  return sequence(element.elements, content, path);
}

function leaf(element: XmlElement, kind: TextKind, path: string): string[] {
  const [child] = element.elements;
  if (child) return [`${path}: holds ${child.name}; it should be ${kind}`];
  if (TEXTS[kind].test(element.text)) return [];
  return [`${path}: "${element.text.slice(0, 60)}" is not ${kind}`];
}

function noText(element: XmlElement, path: string): string[] {
  const text = element.text.trim();
  return text === '' ? [] : [`${path}: "${text.slice(0, 60)}" stands beside elements`];
}

function sequence(elements: readonly XmlElement[], expected: Sequence, path: string): string[] {
  const parts = partsOf(expected);
  const place = new Map(parts.map(({ name }, index) => [name, index]));
  const known = elements.filter(({ name }) => place.has(name));
  return [
    ...elements.filter(({ name }) => !place.has(name)).map(({ name }) => `${path}/${name}: is not known here`),
    ...counts(elements, parts, path),
    ...order(known, ({ name }) => place.get(name) ?? 0, path),
    ...inside(known, parts, path),
  ];
}

function counts(elements: readonly XmlElement[], parts: readonly Part[], path: string): string[] {
  return parts.flatMap(({ name, min, max }) => {
    const count = elements.filter((element) => element.name === name).length;
    if (count < min) return [`${path}/${name}: is missing`];
    return count > max ? [`${path}/${name}: is there ${count} times; at most ${max} is expected`] : [];
  });
}

/** The first element that stands after one it should stand before. */
function order(
  elements: readonly XmlElement[],
  rank: (element: XmlElement) => number | string,
  path: string,
): string[] {
  const problems = elements.flatMap((element, index) => {
    const before = elements[index - 1];
    if (!before || rank(before) <= rank(element)) return [];
    return [`${path}/${element.name}: stands after ${before.name}; it should stand before it`];
  });
  return problems.slice(0, 1);
}

function inside(elements: readonly XmlElement[], parts: readonly Part[], path: string): string[] {
  return elements.flatMap((element) => {
    const part = parts.find(({ name }) => name === element.name);
    return part ? check(element, part.content, pathOf(element, elements, path)) : [];
  });
}

/** `VM/HISTORY[1]`, counted from 0, when there are several of the name. */
function pathOf(element: XmlElement, among: readonly XmlElement[], path: string): string {
  const same = among.filter(({ name }) => name === element.name);
  return same.length === 1 ? `${path}/${element.name}` : `${path}/${element.name}[${same.indexOf(element)}]`;
}

function rounds(elements: readonly XmlElement[], { round, end }: Rounds, path: string): string[] {
  const names = new Set(partsOf(end).map(({ name }) => name));
  const first = elements.findIndex(({ name }) => names.has(name));
  const body = first === -1 ? elements : elements.slice(0, first);
  const parts = partsOf(round);
  const problems = [...sequence(first === -1 ? [] : elements.slice(first), end, path), ...inside(body, parts, path)];
  const wrong = body.find((element, index) => element.name !== parts[index % parts.length]?.name);
  if (wrong)
    problems.push(`${path}/${wrong.name}: is out of turn; ${parts.map(({ name }) => name).join(', ')} take turns`);
  else if (body.length % parts.length !== 0) {
    problems.push(`${path}/${parts[body.length % parts.length]?.name ?? ''}: is missing at the end`);
  }
  return problems;
}

function attributes(elements: readonly XmlElement[], content: Open, path: string): string[] {
  const parts = partsOf(content.known);
  const known = new Set(parts.map(({ name }) => name));
  const free = elements.filter(({ name }) => !known.has(name));
  return [
    ...counts(elements, parts, path),
    ...order(elements, ({ name }) => rankOf(name, content.last), path),
    ...inside(
      elements.filter(({ name }) => known.has(name)),
      parts,
      path,
    ),
    ...free.flatMap((element) => attribute(element, pathOf(element, elements, path))),
  ];
}

/** Sorts by name, `last` after all others in its own order. */
function rankOf(name: string, last: readonly string[]): string {
  const place = last.indexOf(name);
  return place === -1 ? `0${name}` : `1${String(place).padStart(3, '0')}`;
}

/** A text, or a vector of texts in the order of their names. */
function attribute(element: XmlElement, path: string): string[] {
  if (element.elements.length === 0) return [];
  return [
    ...noText(element, path),
    ...order(element.elements, ({ name }) => name, path),
    ...element.elements.flatMap((field) => leaf(field, 'text', pathOf(field, element.elements, path))),
  ];
}
