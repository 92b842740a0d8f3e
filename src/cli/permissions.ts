// Permissions as users type them, to the nine numbers of a chmod call: owner, group, other, each use, manage, admin. 1 sets, 0
// takes away, -1 keeps. Pure.
import { Failure } from './failure.ts';

const CLASSES = ['u', 'g', 'o'] as const;
/** Letters of use, manage and admin; those of files are understood as well. */
const RIGHTS = [/[ru]/, /[wm]/, /[xa]/] as const;

/** `640`, or `u=rw,g=r,o=` whose classes not named stay as they are. Throws Failure for anything else. */
export function chmodNumbers(given: string): number[] {
  if (/^[0-7]{3}$/.test(given)) {
    return [...given].flatMap((digit) => [4, 2, 1].map((bit) => ((Number(digit) & bit) === 0 ? 0 : 1)));
  }
  const numbers = new Array<number>(9).fill(-1);
  for (const clause of given.split(',')) applyClause(numbers, clause, given);
  return numbers;
}

function applyClause(numbers: number[], clause: string, given: string): void {
  const [, classes = '', operator, letters = ''] = /^([ugoa]+)([=+-])([rwxuma]*)$/.exec(clause) ?? [];
  if (operator === undefined) {
    throw new Failure(`The permissions "${given}" are neither an octet such as 640 nor letters such as u=rw,g=r,o=.`);
  }
  CLASSES.forEach((name, index) => {
    if (!classes.includes(name) && !classes.includes('a')) return;
    RIGHTS.forEach((letter, right) => {
      const named = letter.test(letters);
      if (named || operator === '=') numbers[3 * index + right] = named && operator !== '-' ? 1 : 0;
    });
  });
}
