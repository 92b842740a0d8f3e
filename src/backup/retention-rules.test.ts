// Retention by days, weeks, months and years; KEEP_LAST alone is held against how it was before there were others.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KEEP_RULES, type KeepRules } from '../model/backup-config.ts';
import { IMAGE_STATE, type BackupPoint, type Image } from '../model/image.ts';
import { forecast } from './retention-forecast.ts';
import { retain, type RetentionContext } from './retention.ts';

const DAY = 86_400;
const sec = (text: string): number => Date.parse(text) / 1000;
const UTC: RetentionContext = { nowSec: sec('2026-11-27T12:00Z'), zone: 'UTC', chainImageId: -1 };

type Given = Partial<BackupPoint> & { date: number };

function image(id: number, points: Given[], change: Partial<Image> = {}): Image {
  const made = points.map((point, at) => ({
    id: at,
    parentId: at - 1,
    type: at === 0 ? 'FULL' : 'INCREMENT',
    ...point,
  }));
  const seen = { id, datastoreId: 100, state: IMAGE_STATE.READY, prevState: IMAGE_STATE.INIT, points: made };
  return { ...seen, ...change } as Image;
}

const chain = (...dates: string[]): Image =>
  image(
    1,
    dates.map((date) => ({ date: sec(date) })),
  );

function kept(images: Image[], rules: Partial<KeepRules>, context = UTC): string[] {
  return retain(images, { keepLast: 0, ...rules }, context)
    .flatMap(({ image: { id }, points }) => points.filter((one) => one.kept).map(({ point }) => `${id}/${point.id}`))
    .sort();
}

describe('of a chain', () => {
  const dates = [
    '2025-12-31T22:00Z',
    '2026-10-31T22:00Z',
    '2026-11-08T22:00Z',
    '2026-11-09T01:00Z',
    '2026-11-09T22:00Z',
  ];

  it.each([
    [{ keepDaily: 1 }, ['1/4']],
    [{ keepDaily: 2 }, ['1/2', '1/4']],
    [{ keepWeekly: 2 }, ['1/2', '1/4']], // Monday begins a week
    [{ keepWeekly: 3 }, ['1/1', '1/2', '1/4']],
    [{ keepMonthly: 2 }, ['1/1', '1/4']],
    [{ keepMonthly: 3 }, ['1/0', '1/1', '1/4']],
    [{ keepYearly: 2 }, ['1/0', '1/4']],
    [{ keepYearly: 1, keepLast: 2 }, ['1/3', '1/4']],
    [{}, ['1/0', '1/1', '1/2', '1/3', '1/4']],
  ] satisfies Array<[Partial<KeepRules>, string[]]>)('%o keep %o', (rules, wanted) => {
    expect(kept([chain(...dates)], rules)).toEqual(wanted);
  });

  it('each point says why', () => {
    const [verdict] = retain([chain(...dates)], { keepLast: 1, keepMonthly: 2 }, UTC);
    expect(verdict?.points.map(({ rules, reason }) => [rules.join(), reason])).toEqual([
      [
        '',
        'KEEP_LAST is 1, and 1 newer good ones are in datastore 100; KEEP_MONTHLY is 2, and 2 newer months have one',
      ],
      ['KEEP_MONTHLY', 'it is the newest of the month of 2026-10-01 (KEEP_MONTHLY 2 of 2)'],
      ...[2, 3].map(() => [
        '',
        'KEEP_LAST is 1, and 1 newer good ones are in datastore 100; a newer one of the month of 2026-11-01 is there (KEEP_MONTHLY)',
      ]),
      [
        'KEEP_LAST,KEEP_MONTHLY',
        'it is among the newest 1 of its datastore (KEEP_LAST); it is the newest of the month of 2026-11-01 (KEEP_MONTHLY 1 of 2)',
      ],
    ]);
    expect([verdict?.drop, verdict?.gone]).toEqual(['points', [0, 2, 3]]);
  });
});

it('days are those of the zone, also those of 23 and 25 hours', () => {
  const berlin = { ...UTC, zone: 'Europe/Berlin' };
  // 25 hours: from 22:00Z to 23:00Z of the next day.
  const autumn = chain('2026-10-24T21:59Z', '2026-10-24T22:01Z', '2026-10-25T22:59Z', '2026-10-25T23:01Z');
  expect(kept([autumn], { keepDaily: 9 }, berlin)).toEqual(['1/0', '1/2', '1/3']);
  expect(kept([autumn], { keepDaily: 9 })).toEqual(['1/1', '1/3']);
  // 23 hours: from 23:00Z to 22:00Z.
  const spring = chain('2026-03-28T22:59Z', '2026-03-28T23:01Z', '2026-03-29T21:59Z', '2026-03-29T22:01Z');
  expect(kept([spring], { keepDaily: 9 }, berlin)).toEqual(['1/0', '1/2', '1/3']);
});

it('what is damaged is not the one of its day, and is not folded into what stands on it', () => {
  const bad = { verified: { date: 1, good: false, reason: 'rotten' } };
  const day = (count: number): number => sec('2026-11-01T22:00Z') + count * DAY;
  const damaged = image(1, [{ date: day(0) }, { date: day(1) }, { date: day(2), ...bad }, { date: day(3) }]);
  expect(kept([damaged], { keepDaily: 1 })).toEqual(['1/1', '1/2', '1/3']);
  expect(kept([damaged, image(2, [{ date: day(4) }])], { keepDaily: 2 })).toEqual(['1/1', '2/0']);
});

it('what the next increment stands on stays', () => {
  const images = [chain('2026-11-01T22:00Z', '2026-11-01T23:00Z'), image(2, [{ date: sec('2026-11-01T23:30Z') }])];
  expect(kept(images, { keepDaily: 1 })).toEqual(['2/0']);
  expect(kept(images, { keepDaily: 1 }, { ...UTC, chainImageId: 1 })).toEqual(['1/1', '2/0']);
});

/** Dates go up with few exceptions: clocks may have been turned. */
const anyPoint = fc.record({
  gap: fc.integer({ min: -2 * DAY, max: 60 * DAY }),
  bad: fc.oneof({ arbitrary: fc.constant(false), weight: 6 }, { arbitrary: fc.constant(true), weight: 1 }),
  pinned: fc.oneof({ arbitrary: fc.constant(false), weight: 9 }, { arbitrary: fc.constant(true), weight: 1 }),
});
const anyImages = fc
  .array(
    fc.record({ datastoreId: fc.constantFrom(100, 101), points: fc.array(anyPoint, { minLength: 1, maxLength: 6 }) }),
    {
      maxLength: 6,
    },
  )
  .map((images) => {
    let date = sec('2020-01-01T22:00Z');
    return images.map(({ datastoreId, points }, id) => {
      const made = points.map(({ gap, bad, pinned }): Given => {
        date += gap;
        const verified = bad ? { verified: { date: 1, good: false, reason: 'rotten' } } : {};
        return { date, ...verified, ...(pinned && { pin: { reason: 'audit' } }) };
      });
      return image(id, made, { datastoreId });
    });
  });
const anyRules: fc.Arbitrary<KeepRules> = fc.record({
  ...{
    keepLast: fc.nat(4),
    keepDaily: fc.nat(4),
    keepWeekly: fc.nat(4),
    keepMonthly: fc.nat(4),
    keepYearly: fc.nat(4),
  },
});

describe('whatever the backups and rules are', () => {
  it('KEEP_LAST alone does what it did when it was the only one', () => {
    fc.assert(
      fc.property(anyImages, fc.nat(6), (any, keepLast) => {
        // What is pinned and stands on a damaged point keeps that too by now.
        const images = any.map((one) => (goodCount(one) === one.points.length ? one : unpinned(one)));
        const before = images.flatMap((one) => keptByLast(images, one, keepLast)).sort();
        expect(kept(images, { keepLast })).toEqual(before);
      }),
    );
  });

  it('the newest of each datastore stays, and the newest good one', () => {
    fc.assert(
      fc.property(anyImages, anyRules, (images, rules) => {
        const left = kept(images, rules);
        for (const datastoreId of [100, 101]) {
          const here = images.filter((one) => one.datastoreId === datastoreId).reverse();
          const newest = here[0];
          if (newest) expect(left).toContain(`${newest.id}/${newest.points.length - 1}`);
          const good = here.find((one) => goodCount(one) > 0);
          if (good) expect(left).toContain(`${good.id}/${goodCount(good) - 1}`);
        }
      }),
    );
  });

  it('a larger number keeps what the smaller one kept, and another rule takes nothing away', () => {
    const name = fc.constantFrom(...Object.values(KEEP_RULES));
    fc.assert(
      fc.property(anyImages, anyRules, name, fc.integer({ min: 1, max: 3 }), (images, rules, rule, more) => {
        fc.pre(Object.values(rules).some((most) => most > 0));
        const left = kept(images, { ...rules, [rule]: (rules[rule] ?? 0) + more });
        expect(left).toEqual(expect.arrayContaining(kept(images, rules)));
      }),
    );
  });

  it('what was dropped changes nothing of what is kept afterwards', () => {
    fc.assert(
      fc.property(anyImages, anyRules, (images, rules) => {
        const left = retain(images, rules, UTC).flatMap(({ image: one, gone }) => {
          const points = one.points.filter(({ id }) => !gone.includes(id));
          return points.length === 0 ? [] : [{ ...one, points }];
        });
        expect(retain(left, rules, UTC).flatMap(({ gone }) => gone)).toEqual([]);
      }),
    );
  });

  it('a point goes when it was foretold, if there is a backup each day', { timeout: 60_000 }, () => {
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York');
    const gaps = fc.array(fc.integer({ min: 0, max: 40 * DAY }), { minLength: 1, maxLength: 5 });
    const small = fc.record({
      keepLast: fc.nat(3),
      keepDaily: fc.nat(3),
      keepWeekly: fc.nat(3),
      keepMonthly: fc.nat(2),
    });
    fc.assert(
      fc.property(gaps, small, zone, fc.nat(80 * DAY), (steps, rules, name, pinSec) => {
        let date = sec('2026-02-10T22:00Z');
        const points = steps.map((gap): Given => ({ date: (date += gap) }));
        const untilSec = date + pinSec;
        const pinned = points.map((point, at) => (at === 1 ? { ...point, pin: { reason: 'audit', untilSec } } : point));
        const context = { nowSec: date + 60, zone: name, chainImageId: -1 };
        const told = forecast([image(1, pinned)], 1, rules, context);
        expect(told.map(({ goesSec }) => goesSec)).toEqual(seen(image(1, pinned), rules, context));
      }),
      { numRuns: 25 },
    );
  });
});

/** When the points of an image go, seen by making a backup each day; 0 for never. */
function seen(one: Image, rules: KeepRules, context: RetentionContext): number[] {
  if (Object.values(rules).every((most) => most === 0)) return one.points.map(() => 0);
  const newest = one.points.at(-1)?.date ?? 0;
  const went = new Map<number, number>();
  const images = [one];
  for (let day = 1; went.size < one.points.length && day < 200; day++) {
    const nowSec = onDay(newest, day, context.zone);
    images.push(image(1 + day, [{ date: nowSec }]));
    for (const { image: dropped, gone } of retain(images, rules, { ...context, nowSec })) {
      for (const id of dropped.id === 1 ? gone : []) if (!went.has(id)) went.set(id, nowSec);
    }
  }
  return one.points.map(({ id }) => went.get(id) ?? 0);
}

/** The same time on the wall clock so many days later: the wanted instant is one of the three at most an hour away. */
function onDay(from: number, days: number, zone: string): number {
  const wall = new Intl.DateTimeFormat('en', { timeZone: zone, timeStyle: 'medium', hourCycle: 'h23' });
  const wanted = wall.format(from * 1000);
  const around = [0, -3600, 3600].map((off) => from + days * DAY + off);
  return around.find((at) => wall.format(at * 1000) === wanted) ?? around[0] ?? 0;
}

function unpinned(one: Image): Image {
  return { ...one, points: one.points.map(({ pin: _, ...point }) => point) };
}

function goodCount({ points }: Image): number {
  const bad = points.findIndex(({ verified }) => verified?.good === false);
  return bad === -1 ? points.length : bad;
}

/** Points of an image that KEEP_LAST kept before: from the newest on until there are as many good ones, and from a pin on. */
function keptByLast(images: readonly Image[], one: Image, keepLast: number): string[] {
  const ids = (from: number): string[] => one.points.slice(from).map(({ id }) => `${one.id}/${id}`);
  let total = images
    .filter(({ id, datastoreId }) => id > one.id && datastoreId === one.datastoreId)
    .reduce((sum, newer) => sum + goodCount(newer), 0);
  let from = one.points.length;
  while (from > 0 && (total < keepLast || keepLast === 0)) {
    from -= 1;
    if (from < goodCount(one)) total += 1;
  }
  const pinned = one.points.findIndex(({ pin }) => pin !== undefined);
  return ids(pinned === -1 ? from : Math.min(from, pinned));
}
