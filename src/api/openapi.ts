// The JSON interface described as OpenAPI 3.1: made of the table of methods, the names of their parameters and the schemas of the documents,
// so that it cannot say anything else than they do. Pure.
import { API_VERSION } from '../model/version.ts';
import { isNumber } from '../wire/document-json.ts';
import { SCHEMA_OF_METHOD } from '../wire/schema/all.ts';
import { Open, partsOf, Rounds, TEXTS, type Content, type Part, type Schema } from '../wire/schema/schema.ts';
import type { Param } from './method.ts';
import { METHODS } from './methods/all.ts';
import { parameterNames } from './parameters.ts';

type JsonSchema = Record<string, unknown>;

/** Attributes by name: a text, a vector of texts, or several of them. */
const ATTRIBUTES = 'Attributes';

export function openApi(): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'OneVault',
      version: API_VERSION,
      description:
        'The methods of the XML-RPC interface in JSON: the same rights, errors and documents. Elements of documents keep their names.',
    },
    paths: Object.fromEntries(
      Object.entries(METHODS).map(([name, { params }]) => [`/api/call/${name}`, { post: operation(name, params) }]),
    ),
    components: {
      securitySchemes: {
        basic: { type: 'http', scheme: 'basic', description: 'A user with the password or a login token.' },
        session: { type: 'apiKey', in: 'cookie', name: 'onevault_session', description: 'The session of a browser.' },
      },
      schemas: {
        [ATTRIBUTES]: attributesSchema(),
        Problem: problemSchema(),
        ...Object.fromEntries(
          Object.entries(SCHEMA_OF_METHOD).map(([name, schema]) => [nameOf(name), document(schema)]),
        ),
      },
      responses: { Problem: { description: 'It failed.', content: json(reference('Problem')) } },
    },
    security: [{ basic: [] }, { session: [] }],
  };
}

function operation(name: string, params: readonly Param[]): object {
  const names = parameterNames(name) ?? [];
  const required = names.filter((_, index) => typeof params[index] === 'string');
  const properties = Object.fromEntries(names.map((each, index) => [each, parameter(params[index] ?? 'string')]));
  const body = { type: 'object', properties, required, additionalProperties: false };
  const result = { type: 'object', properties: { result: resultOf(name) }, required: ['result'] };
  return {
    operationId: name,
    tags: [name.split('.')[1]],
    requestBody: { required: required.length > 0, content: json(body) },
    responses: {
      200: { description: 'It was done.', content: json(result) },
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

function resultOf(name: string): JsonSchema {
  const short = name.replace(/^one\./, '');
  if (SCHEMA_OF_METHOD[short]) return reference(nameOf(short));
  return { description: 'An id, a text, or true.', type: ['integer', 'string', 'boolean', 'object'] };
}

function parameter(param: Param): JsonSchema {
  const [kind, otherwise] = typeof param === 'string' ? [param, undefined] : param;
  const type = {
    int: { type: 'integer' },
    string: { type: 'string' },
    boolean: { type: 'boolean' },
    'int[]': { type: 'array', items: { type: 'integer' } },
  }[kind];
  return { ...type, ...(otherwise !== undefined && { default: otherwise }) };
}

function document({ root, content }: Schema): JsonSchema {
  return { type: 'object', properties: { [root]: schemaOf(content) }, required: [root] };
}

function schemaOf(content: Content): JsonSchema {
  if (typeof content === 'string')
    return isNumber(content) ? { type: 'number' } : { type: 'string', pattern: TEXTS[content].source };
  if (content instanceof Rounds) {
    const many = partsOf(content.round).map((part) => ({ ...part, max: Infinity }));
    return sequence([...many, ...partsOf(content.end)]);
  }
  if (content instanceof Open) return { allOf: [sequence(partsOf(content.known)), reference(ATTRIBUTES)] };
  return sequence(partsOf(content));
}

function sequence(parts: readonly Part[]): JsonSchema {
  const properties = parts.map(({ name, max, content }) => {
    const one = schemaOf(content);
    return [name, max > 1 ? { type: 'array', items: one } : one] as const;
  });
  const required = parts.filter(({ min, max }) => min > 0 || max > 1).map(({ name }) => name);
  return { type: 'object', properties: Object.fromEntries(properties), required };
}

function attributesSchema(): JsonSchema {
  return {
    type: 'object',
    description: 'Attributes by name: a text, a vector of texts, or a list of those.',
    additionalProperties: true,
  };
}

function problemSchema(): JsonSchema {
  const text = { type: 'string' };
  const properties = {
    code: { type: 'integer', description: "OpenNebula's code." },
    ...{ name: text, message: text, hint: text, retry: { type: 'boolean' }, objectId: { type: 'integer' } },
  };
  const error = { type: 'object', properties, required: ['code', 'name', 'message'] };
  return { type: 'object', properties: { error }, required: ['error'] };
}

/** `vm.info` is VmInfo. */
function nameOf(method: string): string {
  return method
    .split('.')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

function reference(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

function json(schema: JsonSchema): object {
  return { 'application/json': { schema } };
}
