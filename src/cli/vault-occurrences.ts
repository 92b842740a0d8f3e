// `onevault occurrences`: when a schedule would happen, before it is made.
import { documentText, DOCUMENT_OPTIONS, type DocumentOptions } from './document.ts';
import { Family } from './family.ts';
import { Failure } from './failure.ts';
import { numberOption } from './ids.ts';
import { processIo, type Io } from './io.ts';
import { schedAction, SCHEDULE_OPTIONS, type ScheduleOptions } from './schedule.ts';
import { page } from './show.ts';
import { number } from './units.ts';
import { zonedTime } from './when.ts';

const NAME = 'occurrences';
const COUNT = 10;

interface Options extends DocumentOptions, ScheduleOptions {
  count?: string;
}

const OPTIONS = [
  ...SCHEDULE_OPTIONS,
  ['--count <count>', `how many; ${COUNT} by default`],
  ...DOCUMENT_OPTIONS,
] as const;

/** Runs with the arguments after `occurrences`; the exit status. */
export function main(argv: readonly string[]): Promise<number> {
  return vaultOccurrences(processIo()).main([NAME, ...argv]);
}

export function vaultOccurrences(io: Io): Family {
  const family = new Family('onevault', 'When a schedule would happen', io);
  const description = 'Say when a schedule would happen, and make none';
  family.add<Options>({ usage: NAME, description, options: OPTIONS }, async ({ client }, _args, given) => {
    if (given.schedule === undefined) throw new Failure('--schedule is missing, the time to begin at.');
    const { text } = schedAction(given, io.now(), { action: 'backup' });
    const count = numberOption('--count', given.count, COUNT);
    const found = await client.document('system.occurrences', text, count);
    const times = found.children('OCCURRENCE').map((one) => zonedTime(number(one.textOf('TIME'))));
    io.write(documentText(found, given) ?? page(times.length === 0 ? ['It does not happen any more.'] : times));
  });
  return family;
}
