// Fields of a form that are attributes of a template: what they are filled with, and which attributes to send for what was changed. Pure.
import type { Attributes } from '../api/documents.ts';
import { textOf, type Written } from '../api/template-text.ts';
import { texts } from '../texts/index.ts';

export interface AttributeField {
  /** The attribute. */
  name: string;
  label: string;
  hint: string;
  /** A secret is never shown: left empty, it stays as it is. */
  kind: 'text' | 'long' | 'number' | 'secret' | 'choice';
  choices?: readonly string[];
  required?: boolean;
}

export type FieldValues = Readonly<Record<string, string>>;

export function valuesOf(fields: readonly AttributeField[], template: Attributes): FieldValues {
  return Object.fromEntries(
    fields.map(({ name, kind }) => [name, kind === 'secret' ? '' : (textOf(template, name) ?? '')]),
  );
}

/** Required fields that are empty; a secret that is kept already need not be given again. */
export function missing(
  fields: readonly AttributeField[],
  values: FieldValues,
  template: Attributes,
): Record<string, string> {
  const empty = fields.filter(
    ({ name, kind, required }) =>
      required && (values[name] ?? '') === '' && !(kind === 'secret' && textOf(template, name) !== undefined),
  );
  return Object.fromEntries(empty.map(({ name }) => [name, texts.common.required]));
}

/**
 * What to send so that the template is as the form: what differs, and nothing else. Of fields that are not shown (those of
 * another backend) the attributes are taken away.
 */
export function changedAttributes(
  all: readonly AttributeField[],
  shown: readonly AttributeField[],
  values: FieldValues,
  template: Attributes,
): Written {
  const here = new Set(shown.map(({ name }) => name));
  const changed: Written = {};
  for (const { name, kind } of all) {
    const before = textOf(template, name) ?? '';
    const now = here.has(name) ? (values[name] ?? '') : '';
    if (kind === 'secret' && here.has(name) && now === '') continue;
    if (now !== before) changed[name] = now;
  }
  return changed;
}
