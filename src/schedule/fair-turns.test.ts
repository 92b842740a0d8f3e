import fc from 'fast-check';
import { expect, it } from 'vitest';
import { giveTurn, noTurns, startOf, tidy, type Turns } from './fair-turns.ts';

/** Gives turns to whoever is next of those that have work. */
function serve(turns: Turns, weights: readonly number[], hasWork: (place: number) => boolean): number | undefined {
  const waiting = weights.flatMap((_weight, place) => (hasWork(place) ? [place] : []));
  const [next] = waiting.toSorted((a, b) => startOf(turns, a) - startOf(turns, b));
  if (next !== undefined) giveTurn(turns, next, weights[next] ?? 1);
  return next;
}

const weights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 8 });

it('places that always have work get turns by their weights, within one turn of each', () => {
  fc.assert(
    fc.property(weights, fc.integer({ min: 1, max: 400 }), (all, rounds) => {
      const turns = noTurns();
      const got = all.map(() => 0);
      for (let round = 0; round < rounds; round++) {
        const next = serve(turns, all, () => true) ?? -1;
        got[next] = (got[next] ?? 0) + 1;
        if (round % 7 === 0) tidy(turns);
      }
      for (const [one, weight] of all.entries()) {
        for (const [other, otherWeight] of all.entries()) {
          const apart = Math.abs((got[one] ?? 0) / weight - (got[other] ?? 0) / otherWeight);
          expect(apart).toBeLessThanOrEqual(1 / weight + 1 / otherWeight + 1e-9);
        }
      }
    }),
  );
});

it('who had nothing to do has saved nothing up, and nobody waits for ever', () => {
  fc.assert(
    fc.property(weights, fc.integer({ min: 1, max: 200 }), (all, away) => {
      const turns = noTurns();
      for (let round = 0; round < away; round++) serve(turns, all, (place) => place > 0);
      const got: number[] = [];
      const enough = Math.ceil(all.reduce((sum, weight) => sum + weight, 0) / (all[0] ?? 1)) + all.length;
      for (let round = 0; round < enough; round++) got.push(serve(turns, all, () => true) ?? -1);
      expect(got).toContain(0);
      // no more at a stretch than its weight beside the lightest of the others gives it
      const stretch = got.findIndex((place) => place !== 0 && got.indexOf(place) > got.indexOf(0)) - got.indexOf(0);
      expect(stretch).toBeLessThanOrEqual(Math.ceil((all[0] ?? 1) / Math.min(...all.slice(1))) + 1);
    }),
  );
});
