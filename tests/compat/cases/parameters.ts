// What holds for every method that is offered: parameters that are missing or of another type are a fault, surplus ones are left
// alone, and an id that nothing has is told as such.
import { METHODS } from '../../../src/api/methods/all.ts';
import { CODE, type Case } from '../case.ts';
import type { Param } from '../clients.ts';
import { SIGNATURES } from '../signatures.ts';

type Letter = 'I' | 'i' | 's' | 'b' | 'a';
const NOBODY = 4711;
const SAMPLES: Record<Letter, Param> = { I: NOBODY, i: 1, s: 'resume', b: false, a: [] };
/** Of another type. */
const WRONG: Record<Letter, readonly Param[]> = { I: ['0', true], i: ['0', false], s: [7], b: [1], a: ['1'] };

const isLetter = (one: string): one is Letter => one in SAMPLES;
const lettersOf = (signature: string): Letter[] => [...signature].filter(isLetter);
const requiredOf = (signature: string): Letter[] => lettersOf(signature.split('[')[0] ?? '');

function missing(method: string, signature: string): Case[] {
  const required = requiredOf(signature);
  return required.map((_letter, count) => ({
    what: `${count} of ${required.length} parameters`,
    method,
    params: required.slice(0, count).map((letter) => SAMPLES[letter]),
    expected: { fault: -501 },
  }));
}

function wrongTypes(method: string, signature: string): Case[] {
  const letters = lettersOf(signature);
  const good = letters.map((letter) => SAMPLES[letter]);
  return letters.flatMap((letter, index) =>
    WRONG[letter].map((wrong) => ({
      what: `parameter ${index + 1} is ${JSON.stringify(wrong)}`,
      method,
      params: good.with(index, wrong),
      expected: { fault: -501 },
    })),
  );
}

function nobodys(method: string, signature: string): Case[] {
  if (!signature.includes('I')) return [];
  const good = lettersOf(signature).map((letter) => SAMPLES[letter]);
  return [
    {
      what: 'an id that nothing has, and surplus parameters',
      method,
      params: [...good, '', 7, true],
      expected: { fails: CODE.NO_EXISTS, says: /\[4711\]/ },
    },
  ];
}

export const parameterCases: readonly Case[] = Object.keys(METHODS).flatMap((method) => {
  const signature = SIGNATURES[method] ?? '';
  return [missing, wrongTypes, nobodys].flatMap((cases) => cases(method, signature));
});
