// docs/reference/cli.md tells every subcommand and option that the commands have.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FILE, referencePage } from '../../scripts/cli-reference.ts';

it('the reference is what the commands say; `npm run reference` writes it', async () => {
  expect(readFileSync(FILE, 'utf8')).toBe(await referencePage());
});
