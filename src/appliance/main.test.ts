// The words of `onevault appliance`; that the machine is built and reads files is in tests/integration/files.test.ts.
import { afterEach, expect, it, vi } from 'vitest';
import { main } from './main.ts';

afterEach(() => vi.restoreAllMocks());

it('says what it takes, and refuses anything else', async () => {
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(await main(['--help'])).toBe(0);
  expect(out.mock.calls.join('')).toContain('onevault appliance [build]');
  expect(await main(['rebuild'])).toBe(1);
  expect(await main(['build', 'it'])).toBe(1);
  expect(err.mock.calls.join('')).toMatch(
    /takes nothing or build, not rebuild\.[^]*takes nothing or build, not build it\./,
  );
});
