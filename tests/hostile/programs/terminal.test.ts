// On a real terminal commands show what it would obey, and into files they write what there is.
import { expect, it } from 'vitest';
import { join } from 'node:path';
import { run } from '../../../src/exec/exec.ts';

const IO = join(import.meta.dirname, '../../../src/cli/io.ts');
const SAYS = `
import { processIo } from '${IO}';
const io = processIo();
io.write('NAME="a\\u001b]0;root\\u0007b\\u009b2J"\\n');
io.warn('could not read a\\u001b[2Jb');
`;
const node = [process.execPath, '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', SAYS];

it('a terminal is told nothing, in answers and in complaints', async () => {
  const quoted = node.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const { stdout } = await run(['script', '-qec', quoted, '/dev/null']);
  expect(stdout).toContain('NAME="a\\x1b]0;root\\x07b\\xc2\\x9b2J"');
  expect(stdout).toContain('could not read a\\x1b[2Jb');
  expect(stdout).not.toMatch(/[\u001b\u0007\u009b]/);
});

it('a file gets every character', async () => {
  const { stdout, stderr } = await run(node);
  expect(stdout).toBe('NAME="a\u001b]0;root\u0007b\u009b2J"\n');
  expect(stderr).toContain('could not read a\u001b[2Jb');
});
