// A document as JSON: element names stay, numbers become numbers, and what may be there several times is always a list, as the document's
// schema says. Of attributes that nobody knows a repeated one is a list, and any other a text or an object of texts. Pure.
import { Open, partsOf, Rounds, TEXTS, type Content, type Part, type Schema, type TextKind } from './schema/schema.ts';
import { readXml, type XmlElement } from './xml-read.ts';

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
type JsonObject = Record<string, Json>;

const NUMBERS: readonly TextKind[] = [
  ...(['int', 'count', 'count or -1', 'number', 'epoch', 'epoch or -1', 'time', 'flag'] as const),
];

/** Whether texts of this kind are numbers in JSON. */
export function isNumber(kind: TextKind): boolean {
  return NUMBERS.includes(kind);
}

/** `{ VM: { ID: 0, ... } }`; without a schema all is text. Throws XmlError when it is no XML. */
export function documentJson(xml: string, schema: Schema | undefined): JsonObject {
  const root = readXml(xml);
  return { [root.name]: valueOf(root, schema?.root === root.name ? schema.content : new Open({}, [])) };
}

function valueOf(element: XmlElement, content: Content): Json {
  if (typeof content === 'string') return leaf(element.text, content);
  if (content instanceof Rounds) return rounds(element, content);
  if (content instanceof Open) return attributes(element, content);
  return object(element.elements, partsOf(content));
}

function leaf(text: string, kind: TextKind): Json {
  return isNumber(kind) && text !== '' && TEXTS[kind].test(text) ? Number(text) : text;
}

/** Lists come first, so that one without entries is there too. */
function object(elements: readonly XmlElement[], parts: readonly Part[]): JsonObject {
  const made = empty(parts);
  const known = new Map(parts.map((part) => [part.name, part]));
  for (const element of elements) {
    const part = known.get(element.name);
    if (part === undefined) add(made, element.name, freeOf(element), false);
    else add(made, element.name, valueOf(element, part.content), part.max > 1);
  }
  return made;
}

function rounds(element: XmlElement, { round, end }: Rounds): JsonObject {
  const many = partsOf(round).map((part) => ({ ...part, max: Infinity }));
  return object(element.elements, [...many, ...partsOf(end)]);
}

/** An element without elements is a text, one with them a vector. */
function attributes(element: XmlElement, { known }: Open): JsonObject {
  return object(element.elements, partsOf(known));
}

function freeOf(element: XmlElement): Json {
  if (element.elements.length === 0) return element.text;
  return object(element.elements, []);
}

function empty(parts: readonly Part[]): JsonObject {
  const made = Object.create(null) as JsonObject;
  for (const { name, max } of parts) if (max > 1) made[name] = [];
  return made;
}

/** A name that comes again becomes a list. */
function add(made: JsonObject, name: string, value: Json, list: boolean): void {
  const there = made[name];
  if (Array.isArray(there)) there.push(value);
  else if (list) made[name] = [value];
  else if (there === undefined) made[name] = value;
  else made[name] = [there, value];
}
