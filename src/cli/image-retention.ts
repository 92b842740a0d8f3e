// `oneimage retention`: which points of a backup would go, when and why, by the rules that hold or by others. Nothing is changed.
import { formatTemplate } from '../wire/template-text.ts';
import type { XmlElement } from '../wire/xml-read.ts';
import { argument, type Family } from './family.ts';
import { numberOption } from './ids.ts';
import { idOf, NOUN } from './lookup.ts';
import { page, title } from './show.ts';
import { table, type Column } from './table.ts';
import { number } from './units.ts';
import { zonedTime } from './when.ts';

const RULES = ['last', 'daily', 'weekly', 'monthly', 'yearly'] as const;
const NOT_GIVEN = -1;

interface RetentionOptions {
  keepLast?: string;
  keepDaily?: string;
  keepWeekly?: string;
  keepMonthly?: string;
  keepYearly?: string;
}

export function addRetention(family: Family): void {
  const options = [
    ['--keep-last <n>', 'as if KEEP_LAST were n; likewise the others. 0 is no such rule'],
    ['--keep-daily <n>', 'as if KEEP_DAILY were n'],
    ['--keep-weekly <n>', 'as if KEEP_WEEKLY were n'],
    ['--keep-monthly <n>', 'as if KEEP_MONTHLY were n'],
    ['--keep-yearly <n>', 'as if KEEP_YEARLY were n'],
  ] as const;
  const description = 'Show which restore points retention keeps, why, and when each would go; nothing is changed';
  family.add<RetentionOptions>(
    { usage: 'retention <image>', description, options },
    async ({ client, io }, args, given) => {
      const values = [given.keepLast, given.keepDaily, given.keepWeekly, given.keepMonthly, given.keepYearly];
      const tried = RULES.flatMap((rule, index): Array<[string, string]> => {
        const count = numberOption(`--keep-${rule}`, values[index], NOT_GIVEN);
        return count === NOT_GIVEN ? [] : [[`KEEP_${rule.toUpperCase()}`, String(count)]];
      });
      const image = await idOf(client, NOUN.image, argument(args, 0));
      io.write(retentionText(image, await client.document('image.retention', image, formatTemplate(tried))));
    },
  );
}

/** `retention` is a RETENTION. */
function retentionText(imageId: number, retention: XmlElement): string {
  const rules = RULES.map((rule) => `KEEP_${rule.toUpperCase()}`).flatMap((name) => {
    const count = retention.textOf(name);
    return count === '0' ? [] : [`${name}=${count}`];
  });
  return page([
    title(`RETENTION OF IMAGE ${imageId}`).trimEnd(),
    rules.length > 0 ? `By ${rules.join(', ')}, with a backup each day from now on:` : 'There is no rule: all is kept.',
    '',
    table(columns, retention.children('POINT')).trimEnd(),
  ]);
}

const columns: ReadonlyArray<Column<XmlElement>> = [
  { name: 'ID', width: 3, cell: (point) => point.textOf('ID') },
  { name: 'DATE', width: 16, left: true, cell: (point) => minutes(number(point.textOf('DATE'))) },
  { name: 'KEPT', width: 4, left: true, cell: (point) => (point.textOf('KEPT') === '1' ? 'yes' : 'no') },
  { name: 'GOES', width: 16, left: true, cell: goes },
  { name: 'WHY', width: 40, left: true, adjust: true, cell: (point) => point.textOf('REASON') },
];

function goes(point: XmlElement): string {
  const sec = number(point.textOf('GOES'));
  return sec === 0 ? '-' : minutes(sec);
}

/** With its year: some stay for long. */
function minutes(sec: number): string {
  return zonedTime(sec).slice(0, 'YYYY-MM-DD HH:MM'.length);
}
