// The oneacct command: one table for each user, of what its VMs took. It has no subcommands; `show` stands for all of it.
import { XmlElement } from '../wire/xml-read.ts';
import { ACCOUNTING_SHOWN, accountingColumns, ownerOf } from './accounting-list.ts';
import { DOCUMENT_OPTIONS, documentText } from './document.ts';
import { Family, type Session } from './family.ts';
import { Failure } from './failure.ts';
import { processIo, type Io } from './io.ts';
import { describedColumns } from './layout.ts';
import { rowsText, TABLE_OPTIONS, type ListOptions } from './list.ts';
import { idOf, NOUN } from './lookup.ts';
import { recordFilter } from './record-filter.ts';
import { title } from './show.ts';
import { epochOf, zonedTime } from './when.ts';

interface AccountingOptions extends ListOptions {
  start?: string;
  end?: string;
  userfilter?: string;
  group?: string;
  host?: string;
  xpath?: string;
  split?: boolean;
}

const OPTIONS = [
  ['-s, --start <time>', 'the first day, or a time on it'],
  ['-e, --end <time>', 'the last day, or a time on it'],
  ['-u, --userfilter <user>', 'VMs of this user, by id or name'],
  ['-g, --group <group>', 'VMs of this group'],
  ['-H, --host <host>', 'records of this host'],
  ['--xpath <expression>', 'records that fit, HISTORY[ETIME>0]'],
  ['--split', 'a table for each VM'],
  ...DOCUMENT_OPTIONS,
  // The first day has the letter here.
  ...TABLE_OPTIONS.map(([flags, text]) => [flags.replace('-s, --size', '--size'), text] as const),
] as const;

const COMMAND = 'show';
const ANY_USER = -2;

export function oneacct(io: Io): Family {
  const family = new Family('oneacct', 'What the VMs of each user took', io);
  family.add<AccountingOptions>(
    { usage: COMMAND, description: 'Show accounting records; the word may be left out', options: OPTIONS },
    async (session, _args, given) => {
      if (given.describe) return io.write(describedColumns(accountingColumns));
      io.write(await accountingText(session, given));
    },
  );
  return family;
}

/** The arguments with the subcommand that may be left out. */
export function withCommand(argv: readonly string[]): string[] {
  const [first] = argv;
  return first === COMMAND || first === 'help' || first === '-V' || first === '--version'
    ? [...argv]
    : [COMMAND, ...argv];
}

async function accountingText(session: Session, given: AccountingOptions): Promise<string> {
  const { client, io } = session;
  const start = timeOption('--start', given.start, io.now());
  const end = lastMoment(given.end, io.now());
  const keep = await recordConditions(session, given);
  const user = given.userfilter === undefined ? ANY_USER : await idOf(client, NOUN.user, given.userfilter);
  const document = await client.document('vmpool.accounting', user, start, end);
  const records = document.children('HISTORY').filter((record) => keep.every((holds) => holds(record)));
  const kept = new XmlElement(document.name);
  kept.elements.push(...records);
  return documentText(kept, given) ?? tables(records, given, { start, end, terminal: io.columns });
}

function timeOption(option: string, given: string | undefined, nowMs: number): number {
  if (given === undefined) return OPEN;
  const epoch = epochOf(given, nowMs);
  if (epoch === undefined) throw new Failure(`${option} ${given} is no time such as 2022-12-01 or "12/01 13:28".`);
  return epoch;
}

/** A side of the time span that is not given. */
const OPEN = -1;

/** A day alone counts to its end. */
function lastMoment(given: string | undefined, nowMs: number): number {
  const epoch = timeOption('--end', given, nowMs);
  if (given === undefined || given.includes(':')) return epoch;
  const day = new Date(epoch * 1000);
  return day.setDate(day.getDate() + 1) / 1000;
}

async function recordConditions(
  { client }: Session,
  given: AccountingOptions,
): Promise<Array<(record: XmlElement) => boolean>> {
  const conditions = given.xpath === undefined ? [] : [recordFilter(given.xpath)];
  if (given.group !== undefined) {
    const group = String(await idOf(client, NOUN.group, given.group));
    conditions.push((record) => record.textOf('VM/GID') === group);
  }
  if (given.host !== undefined) {
    const host = String(await idOf(client, NOUN.host, given.host));
    conditions.push((record) => record.textOf('HID') === host);
  }
  return conditions;
}

interface Span {
  start: number;
  end: number;
  terminal: number | undefined;
}

function tables(records: readonly XmlElement[], given: AccountingOptions, span: Span): string {
  if (given.csv || given.csvDel !== undefined)
    return rowsText(records, accountingColumns, ['UID', ...ACCOUNTING_SHOWN], given);
  const users = Map.groupBy(records, ownerOf);
  return spanText(span) + [...users].map(([user, own]) => userTables(user, own, given, span.terminal)).join('');
}

function spanText({ start, end }: Span): string {
  if (start === OPEN && end === OPEN) return '';
  const shown = (epoch: number): string => (epoch === OPEN ? '-' : zonedTime(epoch));
  return `Showing active history records from ${shown(start)} to ${shown(end)}\n\n`;
}

function userTables(
  user: string,
  records: readonly XmlElement[],
  given: AccountingOptions,
  terminal: number | undefined,
): string {
  const parts = given.split ? [...Map.groupBy(records, (record) => record.textOf('OID')).values()] : [records];
  const texts = parts.map((part) => `${rowsText(part, accountingColumns, ACCOUNTING_SHOWN, given, terminal)}\n`);
  return `${title(`# User ${user}`)}\n\n${texts.join('')}`;
}

if (import.meta.main) process.exitCode = await oneacct(processIo()).main(withCommand(process.argv.slice(2)));
