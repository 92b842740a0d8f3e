// Every document in JSON holds what it holds in XML: no text is lost, numbers are numbers, and what may be there several times is a list.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { documentJson, isNumber, type Json } from '../../../src/wire/document-json.ts';
import { SCHEMA_OF_METHOD } from '../../../src/wire/schema/all.ts';
import { Open, partsOf, Rounds, type Content, type Part } from '../../../src/wire/schema/schema.ts';
import { readXml, type XmlElement } from '../../../src/wire/xml-read.ts';
import { CASES } from './cases.ts';

test.each(Object.entries(CASES))('one.%s', (method, documents) => {
  const schema = SCHEMA_OF_METHOD[method];
  fc.assert(
    fc.property(documents, (xml) => {
      const root = readXml(xml);
      const json = documentJson(xml, schema);
      expect(Object.keys(json)).toEqual([root.name]);
      expect(textsOf(json[root.name] ?? null).toSorted()).toEqual(leavesOf(root).toSorted());
      if (schema) check(json[root.name] ?? null, schema.content, root.name);
    }),
    { numRuns: 40 },
  );
});

/** Numbers as they are written, because 1.0 and 1 are one. */
function leavesOf(element: XmlElement): string[] {
  if (element.elements.length === 0) return element.text.trim() === '' ? [] : [written(element.text)];
  return element.elements.flatMap(leavesOf);
}

function textsOf(json: Json): string[] {
  if (Array.isArray(json)) return json.flatMap(textsOf);
  if (typeof json === 'object' && json !== null) return Object.values(json).flatMap(textsOf);
  const text = String(json);
  return text.trim() === '' ? [] : [written(text)];
}

function written(text: string): string {
  return /^-?\d+(\.\d+)?$/.test(text) ? String(Number(text)) : text;
}

function check(json: Json, content: Content, path: string): void {
  if (typeof content === 'string') {
    if (isNumber(content) && json !== '') expect(typeof json, path).toBe('number');
    return;
  }
  const many = (part: Part): Part => ({ ...part, max: Infinity });
  const parts =
    content instanceof Open
      ? partsOf(content.known)
      : content instanceof Rounds
        ? [...partsOf(content.round).map(many), ...partsOf(content.end)]
        : partsOf(content);
  const object = json as Record<string, Json>;
  for (const { name, max, content: inner } of parts) {
    const value = object[name];
    if (max > 1) expect(Array.isArray(value), `${path}/${name}`).toBe(true);
    for (const each of Array.isArray(value) ? value : []) check(each, inner, `${path}/${name}`);
    if (max === 1 && value !== undefined) check(value, inner, `${path}/${name}`);
  }
}
