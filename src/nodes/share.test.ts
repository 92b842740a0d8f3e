// Whatever is there and whoever is up: duties come to rest, each is somebody's, and nobody has more than the share but what only it may do.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Duty } from './duty.ts';
import { dutiesToGiveBack, dutiesToTake, shareOf, type Sharing, type WantedDuty } from './share.ts';

const NAMES = ['ant', 'bee', 'cat', 'dog'];
const node = (name: string) => ({ id: `id-${name}`, name });
const wantedOf = fc.uniqueArray(
  fc.record({ id: fc.nat(40), only: fc.option(fc.constantFrom(...NAMES), { nil: undefined, freq: 4 }) }),
  { selector: ({ id }) => id, maxLength: 30 },
);
const duties = wantedOf.map((all): WantedDuty[] => [
  { duty: 'main' },
  ...all.map(({ id, only }): WantedDuty => ({ duty: `host:${id}`, only })),
]);
const up = fc.subarray(NAMES, { minLength: 1 }).map((names) => names.map(node));

/** Rounds of all nodes, one after the other, until nobody changes anything; the number of rounds. */
function settle(
  nodes: Sharing['nodes'],
  wanted: WantedDuty[],
  claims: Map<string, string>,
  busy: ReadonlySet<Duty>,
): number {
  for (let round = 1; ; round++) {
    let changed = false;
    for (const me of nodes) {
      const sharing = { me, nodes, wanted, claims };
      for (const duty of dutiesToGiveBack(sharing, (one) => busy.has(one))) changed = claims.delete(duty) || changed;
      for (const duty of dutiesToTake(sharing)) {
        expect(claims.has(duty)).toBe(false);
        claims.set(duty, me.id);
        changed = true;
      }
    }
    if (!changed || round > 20) return round;
  }
}

it('every duty that somebody may do is done, by as many as are up', () => {
  fc.assert(
    fc.property(up, duties, (nodes, wanted) => {
      const claims = new Map<string, string>();
      expect(settle(nodes, wanted, claims, new Set())).toBeLessThan(20);
      for (const { duty, only } of wanted) {
        const owner = nodes.find(({ id }) => id === claims.get(duty));
        if (only === undefined) expect(owner).toBeDefined();
        else if (owner) expect(owner.name).toBe(only);
        else expect(nodes.some(({ name }) => name === only)).toBe(false);
      }
    }),
  );
});

it('whoever comes gets its share, and whoever goes leaves none behind', () => {
  fc.assert(
    fc.property(up, up, duties, (before, after, wanted) => {
      const claims = new Map<string, string>();
      settle(before, wanted, claims, new Set());
      for (const [duty, id] of claims) if (!after.some((one) => one.id === id)) claims.delete(duty);
      expect(settle(after, wanted, claims, new Set())).toBeLessThan(20);
      for (const one of after) {
        const mine = wanted.filter(({ duty }) => claims.get(duty) === one.id);
        const own = mine.filter(({ only }) => only !== undefined).length;
        expect(mine.length).toBeLessThanOrEqual(Math.max(own, shareOf({ nodes: after, wanted })));
      }
      const free = wanted.filter(
        (one) => !claims.has(one.duty) && after.some(({ name }) => (one.only ?? name) === name),
      );
      expect(free).toEqual([]);
    }),
  );
});

it('what is busy stays where it is', () => {
  fc.assert(
    fc.property(up, duties, (nodes, wanted) => {
      const first = nodes[0]!;
      const claims = new Map(wanted.map(({ duty }) => [duty as string, first.id]));
      const busy = new Set(wanted.filter(({ duty }) => duty.endsWith('3')).map(({ duty }) => duty));
      settle(nodes, wanted, claims, busy);
      for (const duty of busy) expect(claims.get(duty)).toBe(first.id);
    }),
  );
});

it('gives back what is gone or was given to another, and main last', () => {
  const [me, other] = [node('ant'), node('bee')];
  const wanted: WantedDuty[] = [
    { duty: 'main' },
    { duty: 'host:1', only: 'bee' },
    { duty: 'host:2' },
    { duty: 'host:3' },
  ];
  const claims = new Map(['main', 'host:1', 'host:2', 'host:3', 'host:9'].map((duty) => [duty, me.id]));
  const sharing = { me, nodes: [me, other], wanted, claims };
  expect(dutiesToGiveBack(sharing, () => false)).toEqual(['host:1', 'host:9', 'host:2']);
  expect(dutiesToGiveBack(sharing, (duty) => duty !== 'main')).toEqual(['main']);
});
