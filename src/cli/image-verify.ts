// `oneimage verify`: has a backup read back and says what that showed, in one line. Its status is 1 when the backup is damaged, as that
// is an answer and no failure.
import { argument, type Family, type Session } from './family.ts';
import { Failure, Told } from './failure.ts';
import { endText, followToEnd } from './follow.ts';
import { numberOption } from './ids.ts';
import { pointsOf } from './image-show-points.ts';
import { idOf, NOUN } from './lookup.ts';

const NEWEST = -1;
const DAMAGED = 1;

export function addVerify(family: Family): void {
  const options = [
    ['--increment <id>', 'point to verify, the newest one by default'],
    ['--detach', 'return at once, do not wait for what it shows'],
  ] as const;
  family.add<{ increment?: string; detach?: boolean }>(
    { usage: 'verify <image>', description: 'Read a backup back and compare it with what was written', options },
    async (session, args, given) => {
      const wanted = numberOption('--increment', given.increment, NEWEST);
      const image = await idOf(session.client, NOUN.image, argument(args, 0));
      const increment = await incrementOf(session, image, wanted);
      await session.client.call('image.verify', image, increment);
      if (!given.detach) await sayOutcome(session, image, increment);
    },
  );
}

/** The newest point's own id: another may have become the newest when this one has been read. */
async function incrementOf({ client }: Session, image: number, wanted: number): Promise<number> {
  if (wanted !== NEWEST) return wanted;
  const newest = pointsOf(await client.document('image.info', image)).at(-1);
  return newest === undefined ? NEWEST : Number(newest.textOf('ID'));
}

async function sayOutcome(session: Session, id: number, increment: number): Promise<void> {
  const path = `/api/progress/image/${id}?kind=verify&increment=${increment}`;
  const ended = await followToEnd(session, path, `IMAGE ${id}: verify`, `oneimage show ${id}`);
  if (ended === undefined) return;
  const points = pointsOf(await session.client.document('image.info', id));
  const point = points.find((one) => one.textOf('ID') === String(increment));
  const damage = point?.textOf('VERIFY_ERROR') ?? '';
  const what = `IMAGE ${id}: increment ${increment}`;
  if (ended.result === 'cancelled') throw new Failure(endText(ended, `${what}: verify`));
  // a run that could not read at all leaves an earlier verdict as it was
  if (ended.result !== 'done' && ended.reason !== damage)
    throw new Failure(ended.reason || `${what} was not verified.`);
  session.io.write(damage === '' ? `${what} is as it was written\n` : `${what} is damaged: ${damage}\n`);
  if (damage !== '') throw new Told(DAMAGED);
}
