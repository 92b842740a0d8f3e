// Walks libvirt's XML. Elements are found by their place, never by their name alone: metadata and descriptions of a domain are
// anybody's text and may hold elements of any name. Pure.
import { DOMParser, onErrorStopParsing, type Element, type Node } from '@xmldom/xmldom';
import { CODE, OneError } from '../../model/errors.ts';

/** The outermost element. Throws OneError when it is no XML, or has a DOCTYPE, which libvirt never writes. */
export function parseXml(xml: string): Element {
  try {
    const document = new DOMParser({ onError: onErrorStopParsing }).parseFromString(xml, 'text/xml');
    if (document.documentElement && document.doctype === null) return document.documentElement;
  } catch (cause) {
    throw noXml(cause);
  }
  throw noXml();
}

function noXml(cause?: unknown): OneError {
  return new OneError(CODE.INTERNAL, 'libvirt described something by an XML document that cannot be read.', { cause });
}

/** The elements directly inside, all or those of one name. */
export function children(parent: Element | undefined, name?: string): Element[] {
  const inside = parent === undefined ? [] : [...parent.childNodes].filter(isElement);
  return name === undefined ? inside : inside.filter(({ tagName }) => tagName === name);
}

/** The first element at the end of a path of names. */
export function child(parent: Element | undefined, ...path: string[]): Element | undefined {
  return path.reduce<Element | undefined>((at, name) => children(at, name)[0], parent);
}

/** The text at the end of a path; empty when there is none. */
export function textAt(parent: Element | undefined, ...path: string[]): string {
  return child(parent, ...path)?.textContent?.trim() ?? '';
}

/** An attribute's value; empty when there is none. */
export function attribute(element: Element | undefined, name: string): string {
  return element?.getAttribute(name) ?? '';
}

function isElement(node: Node): node is Element {
  return node.nodeType === 1;
}
