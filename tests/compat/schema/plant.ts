// Plants breaches: every place of a document where one can be made that its schema must not let pass, found by walking both.
import { escapeText } from '../../../src/wire/xml-write.ts';
import { readXml, XmlElement } from '../../../src/wire/xml-read.ts';
import {
  Open,
  partsOf,
  Rounds,
  TEXTS,
  type Content,
  type Part,
  type Schema,
  type TextKind,
} from '../../../src/wire/schema/schema.ts';

export const BREACHES = ['missing', 'order', 'type', 'unknown'] as const;
export type Breach = (typeof BREACHES)[number];

/** One breach that can be made: `plant` makes it in the tree, `told` is how the complaint must begin. */
interface Place {
  breach: Breach;
  told: string;
  plant(): void;
}

/** How many breaches of a kind the document has room for. */
export function places(schema: Schema, xml: string, breach: Breach): number {
  const root = readXml(xml);
  return all(root, schema.content, root.name).filter((place) => place.breach === breach).length;
}

/** The document with one breach, and how the complaint must begin. */
export function planted(schema: Schema, xml: string, breach: Breach, which: number): { xml: string; told: string } {
  const root = readXml(xml);
  const found = all(root, schema.content, root.name).filter((place) => place.breach === breach)[which];
  if (!found) throw new Error(`there is no place ${which} for ${breach} in ${xml}`);
  found.plant();
  return { xml: textOf(root), told: found.told };
}

function textOf(element: XmlElement): string {
  return `<${element.name}>${escapeText(element.text)}${element.elements.map(textOf).join('')}</${element.name}>`;
}

function all(element: XmlElement, content: Content, path: string): Place[] {
  if (typeof content === 'string') return inLeaf(element, content, path);
  const parts =
    content instanceof Rounds ? [...partsOf(content.round), ...partsOf(content.end)] : partsOfContent(content);
  const below = element.elements.flatMap((child) => {
    const part = parts.find(({ name }) => name === child.name);
    return part ? all(child, part.content, pathOf(child, element, path)) : [];
  });
  const here = content instanceof Rounds ? outOfTurn(element, content, path) : missing(element, parts, path);
  return [...here, ...swapped(element, content, path), ...unknown(element, content, path), ...below];
}

function partsOfContent(content: Exclude<Content, TextKind | Rounds>): Part[] {
  return partsOf(content instanceof Open ? content.known : content);
}

function pathOf(child: XmlElement, parent: XmlElement, path: string): string {
  const same = parent.elements.filter(({ name }) => name === child.name);
  return same.length === 1 ? `${path}/${child.name}` : `${path}/${child.name}[${same.indexOf(child)}]`;
}

function inLeaf(element: XmlElement, kind: TextKind, path: string): Place[] {
  const holdsElement: Place = {
    breach: 'type',
    told: `${path}: holds UNEXPECTED`,
    plant: () => element.elements.push(new XmlElement('UNEXPECTED')),
  };
  const wrong = ['no such', ''].find((text) => !TEXTS[kind].test(text));
  if (wrong === undefined) return [holdsElement];
  const wrongText: Place = {
    breach: 'type',
    told: `${path}: "${wrong}" is not ${kind}`,
    plant: () => {
      element.text = wrong;
    },
  };
  return [holdsElement, wrongText];
}

function missing(element: XmlElement, parts: readonly Part[], path: string): Place[] {
  return parts
    .filter(({ name, min }) => min === 1 && element.children(name).length === 1)
    .map(({ name }) => ({
      breach: 'missing',
      told: `${path}/${name}: is missing`,
      plant: () => {
        element.elements.splice(
          element.elements.findIndex((child) => child.name === name),
          1,
        );
      },
    }));
}

/** An entry of a pool without its quotas, or quotas of nobody. */
function outOfTurn(element: XmlElement, content: Rounds, path: string): Place[] {
  const names = partsOf(content.round).map(({ name }) => name);
  return element.elements.flatMap((child, index): Place[] =>
    names.includes(child.name)
      ? [{ breach: 'missing', told: path, plant: () => void element.elements.splice(index, 1) }]
      : [],
  );
}

/** Neighbours of different names change places; wherever they are told apart by place, that is a breach. */
function swapped(element: XmlElement, content: Content, path: string): Place[] {
  return element.elements.slice(1).flatMap((second, index): Place[] => {
    const first = element.elements[index]!;
    if (first.name === second.name) return [];
    const told = content instanceof Rounds ? path : `${path}/${first.name}: stands after ${second.name}`;
    return [{ breach: 'order', told, plant: () => void element.elements.splice(index, 2, second, first) }];
  });
}

/** Attributes may have any name, all other elements are known. */
function unknown(element: XmlElement, content: Content, path: string): Place[] {
  if (content instanceof Open) return [];
  const plant = (): void => void element.elements.splice(element.elements.length >> 1, 0, new XmlElement('UNEXPECTED'));
  return [
    { breach: 'unknown', told: content instanceof Rounds ? path : `${path}/UNEXPECTED: is not known here`, plant },
  ];
}
