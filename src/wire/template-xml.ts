// The XML twin of a template: `<TEMPLATE><A>..</A><VEC><B>..</B></VEC></TEMPLATE>`.
import type { Attribute, Attributes, Vector } from '../model/attributes.ts';
import { CODE, OneError } from '../model/errors.ts';
import { readXml, XmlError, type XmlElement } from './xml-read.ts';
import { branch, cdataLeaf } from './xml-write.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

/** Reads a template's XML, whatever its root is called. Throws OneError INTERNAL saying where it is wrong. */
export function parseTemplateXml(text: string): Attributes {
  return attributesOf(readTemplate(text));
}

function readTemplate(text: string): XmlElement {
  try {
    return readXml(text);
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    throw new OneError(CODE.INTERNAL, `The template is not valid: ${error.message}.`, { cause: error });
  }
}

/** The attributes an element holds: each child a text, or a vector when it has elements of its own. */
export function attributesOf(root: XmlElement): Attributes {
  return root.elements.map((element): Attribute => {
    const name = nameOf(element);
    return [name, element.elements.length === 0 ? element.text : vectorOf(element)];
  });
}

function vectorOf(element: XmlElement): Vector {
  return element.elements.map((field) => {
    if (field.elements.length > 0) {
      throw new OneError(
        CODE.INTERNAL,
        `The template is not valid: ${element.name}/${field.name} holds elements; expected a text.`,
      );
    }
    return [nameOf(field), field.text];
  });
}

function nameOf(element: XmlElement): string {
  if (NAME.test(element.name)) return element.name.toUpperCase();
  throw new OneError(
    CODE.INTERNAL,
    `The template is not valid: "${element.name}" is no attribute name; expected letters, digits, "_", "." and "-".`,
  );
}

/** Writes attributes as XML in the order given, values in CDATA; `<ROOT/>` when there are none. */
export function templateXml(attributes: Attributes, root = 'TEMPLATE'): string {
  return branch(root, ...attributes.map(attributeXml));
}

/** One attribute: `<A><![CDATA[..]]></A>`, or the fields of a vector inside. */
export function attributeXml([name, value]: Attribute): string {
  if (typeof value === 'string') return cdataLeaf(name, value);
  return branch(name, ...value.map(([field, text]) => cdataLeaf(field, text)));
}

/** A copy in OpenNebula's order: by name, those of the same name as they were; vectors likewise. */
export function alphabetical(attributes: Attributes): Attributes {
  return byName(attributes).map(([name, value]) => [name, typeof value === 'string' ? value : byName(value)]);
}

function byName<T>(entries: ReadonlyArray<[string, T]>): Array<[string, T]> {
  return entries.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
