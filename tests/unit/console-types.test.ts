// What the console believes of methods and documents is what the daemon has.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { wanted } from '../../scripts/console-types.ts';

it('has the types of all methods, as `npm run console-types` writes them', async () => {
  const file = join(import.meta.dirname, '../../web/src/api/documents.ts');
  expect(await readFile(file, 'utf8')).toBe(await wanted());
});
