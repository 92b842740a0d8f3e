// Writes web/src/api/documents.ts anew: `npm run console-types`.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import prettier from 'prettier';
import { documentTypes } from '../src/api/document-types.ts';

const FILE = join(import.meta.dirname, '../web/src/api/documents.ts');

/** The file as it should be. */
export async function wanted(): Promise<string> {
  const options = await prettier.resolveConfig(FILE);
  return prettier.format(documentTypes(), { ...options, parser: 'typescript' });
}

if (import.meta.main) await writeFile(FILE, await wanted());
