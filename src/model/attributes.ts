// OpenNebula's template as a value: an ordered list of attributes, each a text or a vector of texts. Repeated names
// (two DISKs) and unknown names are kept, so that what a user wrote is never lost. Names are upper case.

export type Vector = Array<[name: string, value: string]>;
export type Attribute = [name: string, value: string | Vector];
export type Attributes = Attribute[];

/** The first plain text value of `name`. */
export function text(attributes: Attributes, name: string): string | undefined {
  for (const [key, value] of attributes) if (key === name && typeof value === 'string') return value;
  return undefined;
}

/** Every vector called `name`, in order. */
export function vectors(attributes: Attributes, name: string): Vector[] {
  const found: Vector[] = [];
  for (const [key, value] of attributes) if (key === name && typeof value !== 'string') found.push(value);
  return found;
}

/** The value of `name` inside a vector. */
export function field(vector: Vector | undefined, name: string): string | undefined {
  return vector?.find(([key]) => key === name)?.[1];
}

/** Sets `name` inside a vector, in place, keeping its position when it is already there. */
export function setField(vector: Vector, name: string, value: string): void {
  const entry = vector.find(([key]) => key === name);
  if (entry) entry[1] = value;
  else vector.push([name, value]);
}

/** A copy with every `name` removed and, when `value` is given, one such attribute at the end. */
export function withText(attributes: Attributes, name: string, value?: string): Attributes {
  const rest = attributes.filter(([key]) => key !== name);
  return value === undefined ? rest : [...rest, [name, value]];
}

/** `base` with the attributes of `over` put in place of those with the same name (append of OpenNebula's updates). */
export function merge(base: Attributes, over: Attributes): Attributes {
  const names = new Set(over.map(([name]) => name));
  return [...base.filter(([name]) => !names.has(name)), ...over];
}
