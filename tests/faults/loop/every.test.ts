// Every call of seven flows in every mode, on fakes; and some calls of real movers that store with restic.
import { expect, it } from 'vitest';
import { faultLoop } from './start.ts';

it.each([
  ['every call on fakes', 'main.ts', []],
  ['some calls of real movers and restic', 'parts.ts', []],
] as const)('%s', { timeout: 3_600_000 }, async (_name, program, args) => {
  const { report, code } = await faultLoop(program, args);
  console.log(report);
  expect(report).toMatch(/^wrong: 0$/m);
  expect(code).toBe(0);
});
