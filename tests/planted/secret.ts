// The secret that the tests give to the datastores and users they make: it begins with a plant that nothing else contains, so that wherever it is
// found, a secret has got out. scripts/check.ts makes the plant of a clone; a test file that is run alone has one as well.
const ALONE = 'plantx00000000000';

/** Letters and digits alone, so that no quoting changes it. */
export const PLANT = process.env['ONEVAULT_PLANT'] ?? ALONE;

/** A secret for a test; `rest` is what makes it hard to quote. */
export function planted(rest = ''): string {
  return `${PLANT}${rest}`;
}

/** How the plant may be written: as it is, or in base64, where what it comes to depends on what is before it. */
function forms(plant: string): Array<[form: string, text: string]> {
  const base64 = [0, 1, 2].map((before): [string, string] => {
    const text = Buffer.from(`${'x'.repeat(before)}${plant}`).toString('base64');
    // characters that stand for other bytes as well say nothing
    return ['in base64', text.slice(before === 0 ? 0 : before + 1, -4)];
  });
  return [['in clear', plant], ...base64];
}

/** `in clear` or `in base64`, when the plant is in there; undefined otherwise. */
export function plantIn(where: Buffer | string, plant = PLANT): string | undefined {
  return forms(plant).find(([, text]) => where.includes(text))?.[0];
}
