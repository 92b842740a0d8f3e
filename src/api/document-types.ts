// The types that the console has for methods and documents, as TypeScript: made of the table of methods, the names of their parameters and
// the schemas of the documents. Pure.
import { isNumber } from '../wire/document-json.ts';
import { SCHEMA_OF_METHOD } from '../wire/schema/all.ts';
import { Open, partsOf, Rounds, TEXTS, type Content, type Part, type TextKind } from '../wire/schema/schema.ts';
import type { Param } from './method.ts';
import { METHODS } from './methods/all.ts';
import { parameterNames } from './parameters.ts';

/** Answers that are neither a document nor a number. */
const TEXT_RESULTS = [
  'one.system.version',
  'one.user.login',
  'one.image.restore',
  'one.datastore.rescan',
  'one.host.sync',
  'one.host.sshkeys',
  'one.system.backupself',
];
const WITHOUT_SCHEMA = ['one.system.config'];

const HEAD = `// What the daemon's methods take and answer. Made by \`npm run console-types\`; not to be edited.

export type Attribute = string | number | Attributes | Attribute[];
/** A template: attributes by name, each a text, a vector of texts, or several of them. */
export interface Attributes {
  [name: string]: Attribute | undefined;
}
`;

export function documentTypes(): string {
  const names = namedContents();
  const interfaces = [...names].map(([content, name]) => `export type ${name} = ${typeOf(content, names, content)};\n`);
  const methods = Object.entries(METHODS)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, { params }]) =>
        `  '${name}': { params: ${paramsType(name, params)}; result: ${resultType(name, names)} };`,
    );
  return [HEAD, ...interfaces, `export interface Methods {\n${methods.join('\n')}\n}\n`].join('\n');
}

type Names = ReadonlyMap<Exclude<Content, TextKind>, string>;

/** Documents by their roots; entries of pools that hold less than the document are called so. */
function namedContents(): Names {
  const names = new Map<Exclude<Content, TextKind>, string>();
  const add = (content: Content, name: string): void => {
    if (typeof content !== 'string' && !names.has(content)) names.set(content, unused(names, name));
  };
  const schemas = Object.values(SCHEMA_OF_METHOD);
  for (const { root, content } of schemas) if (!isPool(root)) add(content, pascal(root));
  for (const { root, content } of schemas) {
    if (!isPool(root) || typeof content === 'string' || content instanceof Open) continue;
    const sequence = content instanceof Rounds ? content.round : content;
    for (const part of partsOf(sequence)) {
      const name = pascal(part.name);
      if (typeof part.content !== 'string')
        add(part.content, [...names.values()].includes(name) ? `${name}Entry` : name);
    }
  }
  return names;
}

function unused(names: Names, name: string): string {
  const taken = new Set(names.values());
  for (let n = 1; ; n++) if (!taken.has(n === 1 ? name : `${name}${n}`)) return n === 1 ? name : `${name}${n}`;
}

function isPool(root: string): boolean {
  return root.endsWith('_POOL');
}

const WORDS: Readonly<Record<string, string>> = { BACKUPJOB: 'BackupJob', VMTEMPLATE: 'Template' };

function pascal(root: string): string {
  const words = root.toLowerCase().split('_');
  return WORDS[root] ?? words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function paramsType(name: string, params: readonly Param[]): string {
  const names = parameterNames(name) ?? [];
  if (names.length === 0) return 'Record<string, never>';
  const fields = names.map((each, index) => {
    const param = params[index] ?? 'string';
    const [kind, mark] = typeof param === 'string' ? [param, ''] : [param[0], '?'];
    return `${each}${mark}: ${{ int: 'number', string: 'string', boolean: 'boolean', 'int[]': 'number[]' }[kind]}`;
  });
  return `{ ${fields.join('; ')} }`;
}

function resultType(name: string, names: Names): string {
  const schema = SCHEMA_OF_METHOD[name.replace(/^one\./, '')];
  if (schema) return `{ ${schema.root}: ${typeOf(schema.content, names)} }`;
  if (WITHOUT_SCHEMA.includes(name)) return '{ OPENNEBULA_CONFIGURATION: Attributes }';
  return TEXT_RESULTS.includes(name) ? 'string' : 'number';
}

/** `whole` is written out, although it has a name. */
function typeOf(content: Content, names: Names, whole?: Content): string {
  if (typeof content === 'string') return textType(content);
  const name = names.get(content);
  if (name !== undefined && content !== whole) return name;
  if (content instanceof Rounds) {
    const many = partsOf(content.round).map((part) => ({ ...part, max: Infinity }));
    return fields([...many, ...partsOf(content.end)], names);
  }
  if (!(content instanceof Open)) return fields(partsOf(content), names);
  const known = partsOf(content.known);
  return known.length === 0 ? 'Attributes' : fields(known, names, '[name: string]: Attribute | undefined');
}

function fields(parts: readonly Part[], names: Names, more?: string): string {
  const lines = parts.map(({ name, min, max, content }) => {
    const type = typeOf(content, names);
    if (max > 1) return `${name}: Array<${type}>`;
    return `${name}${min === 0 ? '?' : ''}: ${type}`;
  });
  return `{ ${[...lines, ...(more === undefined ? [] : [more])].join('; ')} }`;
}

const CHOICE = /^\^\(([\w-]+(?:\|[\w-]+)*)\)(\??)\$$/;

function textType(kind: TextKind): string {
  if (isNumber(kind)) return 'number';
  const choice = CHOICE.exec(TEXTS[kind].source);
  if (!choice) return 'string';
  const words = (choice[1] ?? '').split('|').map((word) => `'${word}'`);
  return [...words, ...(choice[2] === '?' ? [`''`] : [])].join(' | ');
}
