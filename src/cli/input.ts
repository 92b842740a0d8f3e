// Templates as they come in: from a file, from stdin, or from options of the command line.
import { readFileSync, statSync } from 'node:fs';
import type { Attributes } from '../model/attributes.ts';
import { formatTemplate } from '../wire/template-text.ts';
import { Failure } from './failure.ts';
import type { Io } from './io.ts';
import { parseSizeMb } from './units.ts';

/** The text of a template file, which may be a pipe as well. `position` is the argument's place, for the error. */
export function readTemplateFile(path: string, position: number): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new Failure(`argument ${position} must be one of file, : there is no file ${path}`);
  if (found.isDirectory()) throw new Failure(`argument ${position} must be one of file, : ${path} is a directory`);
  return readFileSync(path, 'utf8');
}

/** A template that has to come from somewhere: the file when given, else stdin up to its end. */
export async function requiredTemplate(io: Io, path: string | undefined, position: number): Promise<string> {
  const prompt = 'Type the attributes, then press Ctrl-D on an empty line:';
  const text = path === undefined ? await io.readStdin(true, prompt) : readTemplateFile(path, position);
  if (text === null || text.trim() === '') throw new Failure('No template was given, neither as a file nor on stdin.');
  return text;
}

/**
 * A template that changes an object: from the file when given, else what the user makes of the present one in an editor, or
 * without a terminal from stdin up to its end.
 */
export async function changedTemplate(
  io: Io,
  path: string | undefined,
  position: number,
  present: () => Promise<string>,
): Promise<string> {
  if (path === undefined && io.edit) return io.edit(await present());
  return requiredTemplate(io, path, position);
}

/** A template from a file, from what stdin holds at once, or from options; more than one of these is an error. */
export async function createTemplate(io: Io, path: string | undefined, options: Attributes): Promise<string> {
  if (path === undefined && options.length === 0) return requiredTemplate(io, path, 1);
  const text = await optionalTemplate(io, path, 1);
  if (text !== '' && options.length > 0) {
    throw new Failure('Give the template either as a file or on stdin, or with options, not both ways.');
  }
  return text === '' ? formatTemplate(options) : text;
}

/** The file's text, else what stdin holds at once, else ''. */
export async function optionalTemplate(io: Io, path: string | undefined, position: number): Promise<string> {
  if (path !== undefined) return readTemplateFile(path, position);
  const text = (await io.readStdin(false, '')) ?? '';
  return text.trim() === '' ? '' : text;
}

/** One vector in OpenNebula's hand: `DISK = [ IMAGE_ID = 0, TARGET = vdb ]`. Fields without a value are left out. */
export function vectorText(
  name: string,
  fields: ReadonlyArray<readonly [name: string, value: string | undefined]>,
): string {
  const given = fields.flatMap(([field, value]) => (value === undefined ? [] : [`${field} = ${bareOrQuoted(value)}`]));
  return `${name} = [ ${given.join(', ')} ]`;
}

function bareOrQuoted(value: string): string {
  return /^[\w.:/-]+$/.test(value) ? value : `"${value.replaceAll('"', '\\"')}"`;
}

/** A size option in MB. Throws Failure when it is no size. */
export function sizeMb(option: string, given: string): string {
  const megabytes = parseSizeMb(given);
  if (megabytes === undefined) throw new Failure(`${option} ${given} is no size such as 512, 2g or 300mb.`);
  return String(megabytes);
}
