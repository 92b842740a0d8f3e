// `oneimage pin` and `oneimage unpin`: keep a restore point whatever retention says, and let it go again.
import { formatTemplate } from '../wire/template-text.ts';
import { argument, type Family } from './family.ts';
import { Failure } from './failure.ts';
import { numberOption } from './ids.ts';
import { idOf, NOUN } from './lookup.ts';
import { epochOf } from './when.ts';

const NEWEST = -1;
const INCREMENT = ['--increment <id>', 'point that is meant, the newest one by default'] as const;

interface PinOptions {
  increment?: string;
  reason?: string;
  until?: string;
}

export function addPins(family: Family): void {
  const options = [
    INCREMENT,
    ['--reason <text>', 'why it is kept'],
    ['--until <date>', 'when the pin ends, such as 2030-01-31; never by default'],
  ] as const;
  const description = 'Keep a restore point, whatever retention says';
  family.add<PinOptions>({ usage: 'pin <image>', description, options }, async ({ client, io }, args, given) => {
    const image = await idOf(client, NOUN.image, argument(args, 0));
    const until = given.until === undefined ? undefined : untilSec(given.until, io.now());
    const wish: Array<[string, string]> = [['REASON', given.reason ?? '']];
    if (until !== undefined) wish.push(['UNTIL', String(until)]);
    await client.call('image.pin', image, numberOption('--increment', given.increment, NEWEST), formatTemplate(wish));
  });
  family.add<PinOptions>(
    { usage: 'unpin <image>', description: 'Take the pin off a restore point', options: [INCREMENT] },
    async ({ client }, args, given) => {
      const image = await idOf(client, NOUN.image, argument(args, 0));
      await client.call('image.unpin', image, numberOption('--increment', given.increment, NEWEST));
    },
  );
}

function untilSec(given: string, nowMs: number): number {
  const sec = epochOf(given, nowMs);
  if (sec !== undefined) return sec;
  throw new Failure(`--until ${given}: this is no date; write it as 2030-01-31 or "2030-01-31 18:00".`);
}
