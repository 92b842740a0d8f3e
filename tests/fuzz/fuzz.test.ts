// Hostile input, a little of it and always the same; `npm run fuzz` goes on for as long as one wants.
import { describe, expect, it } from 'vitest';
import { DISKS } from './disks.ts';
import { PROGRAMS } from './programs.ts';
import { Broken, fuzz, type Target } from './target.ts';
import { TEXTS } from './texts.ts';

const COUNT = 1500;

describe('hostile input', () => {
  it.each([...TEXTS, ...DISKS, ...PROGRAMS].map((target) => [target.name, target] as const))(
    'as %s',
    async (_, target) => {
      expect(await fuzz(target, 1, (count) => count >= COUNT)).toBe(COUNT);
    },
  );

  it('that breaks something is found, and told with its input', async () => {
    const broken: Target = {
      name: 'x',
      corpus: [Buffer.from('ab')],
      read: (input) => JSON.parse(`"${input.toString()}"`) as unknown,
      refuses: () => false,
    };
    const found = fuzz(broken, 1, (count) => count >= COUNT);
    await expect(found).rejects.toBeInstanceOf(Broken);
    await expect(found).rejects.toThrow(/^x with seed 1, input \d+: SyntaxError/);
  });
});
