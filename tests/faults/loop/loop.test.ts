// Each call that three flows make outside of the daemon, at each place of the product that makes one, fails, hangs or is the last thing that
// happens: afterwards all is in order. Which of several flows and calls of a place, ONEVAULT_SEED says. All of seven flows: every.test.ts.
import { expect, it } from 'vitest';
import { faultLoop } from './start.ts';

it('every kind of call at every place', { timeout: 1_200_000 }, async () => {
  const { report, code } = await faultLoop('main.ts', [
    '--covering',
    '--flows',
    'backup,delete,restore',
    '--jobs',
    '1',
    '--compare',
    '50',
  ]);
  console.log(report);
  expect(report).toMatch(/^wrong: 0$/m);
  expect(code).toBe(0);
});
