// The pieces of `show`: padded section titles, `LABEL : value` lines, permissions and templates.
import type { XmlElement } from '../wire/xml-read.ts';

const TITLE_WIDTH = 80;
const VALUE_WIDTH = 20;

/** A section's title line. */
export function title(text: string): string {
  return text.padEnd(TITLE_WIDTH);
}

/** Makes `LABEL : value` lines whose labels have this width. */
export function labels(width: number): (label: string, value: string) => string {
  return (label, value) => `${label.padEnd(width)}: ${value.padEnd(VALUE_WIDTH)}`;
}

/** PERMISSIONS with its title. */
export function permissionLines(object: XmlElement, line: (label: string, value: string) => string): string[] {
  const mask = (who: string): string =>
    ['U', 'M', 'A']
      .map((right) => (object.textOf(`PERMISSIONS/${who}_${right}`) === '1' ? right.toLowerCase() : '-'))
      .join('');
  return [title('PERMISSIONS'), ...['OWNER', 'GROUP', 'OTHER'].map((who) => line(who, mask(who)))];
}

/** A template's attributes as `NAME="value"`, vectors as `NAME=[` ... ` ]`; empty values are left out. */
export function templateLines(template: XmlElement | undefined, omitted: ReadonlySet<string> = new Set()): string[] {
  const shown = template?.elements.filter((element) => !omitted.has(element.name)) ?? [];
  return shown.flatMap((element) => (element.elements.length > 0 ? vectorLines(element) : textLine(element)));
}

function textLine(element: XmlElement): string[] {
  return element.text === '' ? [] : [`${element.name}="${escaped(element.text)}"`];
}

function vectorLines(vector: XmlElement): string[] {
  const fields = vector.elements.filter((field) => field.text !== '');
  return [`${vector.name}=[`, `${fields.map((field) => `  ${field.name}="${escaped(field.text)}"`).join(',\n')} ]`];
}

function escaped(text: string): string {
  return text.replaceAll('"', '\\"');
}

/** The ids in `<NAME><ID>..</ID></NAME>`. */
export function idsIn(object: XmlElement, name: string): string[] {
  return object.children(`${name}/ID`).map((id) => id.text);
}

/** Lines as one text. */
export function page(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
