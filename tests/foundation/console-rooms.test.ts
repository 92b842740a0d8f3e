// The console's own rules of who imports whom: plants a breach of each and expects the complaint. And that the compiler overlooks no file.
import { ESLint } from 'eslint';
import { globSync } from 'node:fs';
import path from 'node:path';
import tseslint from 'typescript-eslint';
import { expect, it } from 'vitest';

const eslint = new ESLint({ overrideConfig: [{ files: ['**/*.ts'], ...tseslint.configs.disableTypeChecked }] });

async function complaints(file: string, text: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: file });
  const fatal = result?.messages.find((message) => message.fatal);
  if (fatal) throw new Error(`${file} could not be parsed: ${fatal.message}`);
  const ours = /^(no-restricted-(imports|syntax)|max-lines)/;
  return (result?.messages ?? []).filter(({ ruleId }) => ruleId && ours.test(ruleId)).map(({ message }) => message);
}

const importing = (from: string): string => `import { thing } from '${from}';\nthing();\n`;

it.each([
  ['web/src/api/call.ts', '../../../src/model/vm.ts', 'leans on nothing of the daemon'],
  ['web/src/pages/vms/vms.ts', '../../../../src/model/vm.ts', 'leans on nothing of the daemon'],
  ['web/src/parts/table.ts', 'node:fs', 'leans on nothing of the daemon'],
  ['web/src/api/call.ts', '../parts/table.ts', 'This is below the pages'],
  ['web/src/parts/table.ts', '../pages/jobs/state.ts', 'Parts are what pages and the frame are made of'],
  ['web/src/parts/table.ts', '../frame/theme.ts', 'Parts are what pages and the frame are made of'],
  ['web/src/texts/jobs.ts', '../api/call.ts', 'Texts lean on nothing'],
  ['web/src/pages/vms/vms.ts', '../jobs/state.ts', 'their own folder'],
  ['web/src/pages/vms/vms.ts', '../../frame/theme.ts', 'their own folder'],
  ['web/src/frame/search.ts', '../pages/jobs/jobs.tsx', 'loaded when it is first visited'],
])('%s -> %s', async (file, from, complaint) => {
  expect(await complaints(file, importing(from))).toEqual([expect.stringContaining(complaint)]);
});

it.each([
  ['web/src/pages/vms/vms.ts', '../../parts/table.ts'],
  ['web/src/pages/vms/vms.ts', './state.ts'],
  ['web/src/parts/table.ts', '../api/queries.ts'],
  ['web/src/frame/search.ts', '../parts/table.ts'],
  ['web/src/texts/index.ts', './jobs.ts'],
])('%s -> %s is allowed', async (file, from) => {
  expect(await complaints(file, importing(from))).toEqual([]);
});

it('has no default exports', async () => {
  expect(await complaints('web/src/parts/table.ts', 'export default 1;\n')).toHaveLength(1);
});

it('has no .ts and .tsx file of one name, of which the compiler would overlook one', () => {
  const root = path.resolve(import.meta.dirname, '../../web/src');
  const names = globSync('**/*.{ts,tsx}', { cwd: root }).map((file) => file.replace(/\.tsx?$/, ''));
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});
