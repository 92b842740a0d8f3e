// `list` of any noun: the pool as a table, as CSV, or as the server's document. Also `top`, which lists again and again.
import type { Value } from '../wire/xmlrpc.ts';
import type { XmlElement } from '../wire/xml-read.ts';
import { documentText, type DocumentOptions } from './document.ts';
import { Failure } from './failure.ts';
import type { Family, Session } from './family.ts';
import { filterFlag, type Noun } from './lookup.ts';
import { csv, table, type Column } from './table.ts';

export interface ListOptions extends DocumentOptions {
  list?: string;
  filter?: string;
  operator?: string;
  csv?: boolean;
  csvDel?: string;
  header?: boolean;
  /** Of oneimage: backups only. */
  backup?: boolean;
  delay?: string;
}

export const TABLE_OPTIONS = [
  ['-l, --list <columns>', 'columns to show, NAME,STAT'],
  ['-f, --filter <conditions>', 'rows to show, COLUMN=value,... with = != ~ < > <= >='],
  ['--operator <AND|OR>', 'how the conditions combine'],
  ['--csv', 'comma separated values'],
  ['--csv-del <char>', 'another separator for them'],
  ['--no-header', 'without the column names'],
  ['--no-pager', 'accepted; output is never paged'],
] as const;

const DOCUMENT_OPTIONS = [
  ['-x, --xml', 'the document as XML'],
  ['-j, --json', 'the document as JSON'],
] as const;

export interface Listing {
  noun: Noun;
  /** Names of the columns shown without -l. */
  shown: readonly string[];
  /** `pool` is the whole document, for cells that need more than their row. */
  columns(nowSec: number, pool?: XmlElement): Array<Column<XmlElement>>;
  /** Whether the pool can be asked for somebody's objects only. */
  filterFlag: boolean;
}

/** Adds `list` to a family. */
export function addList(family: Family, listing: Listing, extra: ReadonlyArray<readonly [string, string]> = []): void {
  const usage = listing.filterFlag ? 'list [filterflag]' : 'list';
  const options = [...TABLE_OPTIONS, ...extra, ...DOCUMENT_OPTIONS];
  family.add<ListOptions>({ usage, description: 'List the pool', options }, async (session, [flag], given) => {
    session.io.write(await listText(session, listing, flag, given));
  });
}

const CLEAR_SCREEN = '\u001b[H\u001b[2J';

/** Adds `top`: the list every `--delay` seconds until it is interrupted. */
export function addTop(family: Family, listing: Listing): void {
  const options = [['-d, --delay <seconds>', 'time between two lists'], ...TABLE_OPTIONS, ...DOCUMENT_OPTIONS] as const;
  family.add<ListOptions>(
    { usage: 'top [filterflag]', description: 'List the pool again and again', options },
    async (session, [flag], given) => {
      const delaySec = Number(given.delay ?? '5');
      if (!(delaySec > 0)) throw new Failure(`--delay ${given.delay ?? ''} is no number of seconds.`);
      const interrupted = new AbortController();
      const undo = session.io.onInterrupt(() => interrupted.abort());
      while (!interrupted.signal.aborted) {
        const text = await listText(session, listing, flag, given);
        session.io.write(session.io.columns === undefined ? text : `${CLEAR_SCREEN}${text}`);
        await session.io.sleep(delaySec * 1000, interrupted.signal);
      }
      undo();
    },
  );
}

async function listText(
  session: Session,
  listing: Listing,
  flag: string | undefined,
  options: ListOptions,
): Promise<string> {
  const [, ...range] = listing.noun.poolParams;
  const params: Value[] = listing.filterFlag ? [await filterFlag(session.client, flag), ...range] : [];
  const pool = await session.client.document(listing.noun.pool, ...params);
  const columns = listing.columns(Math.trunc(session.io.now() / 1000), pool);
  return (
    documentText(pool, options) ??
    rowsText(pool.children(listing.noun.element), columns, listing.shown, options, session.io.columns)
  );
}

/** Rows as a table or CSV, with the columns and filters asked for. */
export function rowsText(
  rows: readonly XmlElement[],
  columns: ReadonlyArray<Column<XmlElement>>,
  shown: readonly string[],
  options: ListOptions,
  terminal?: number,
): string {
  const names = options.list?.split(',').map((name) => name.trim().toUpperCase()) ?? shown;
  const chosen = names.map((name) => columnNamed(columns, name));
  const kept = filtered(options.backup ? rows.filter((row) => row.textOf('TYPE') === '6') : rows, columns, options);
  const header = options.header ?? true;
  if (options.csv || options.csvDel !== undefined) return csv(chosen, kept, options.csvDel ?? ',', header);
  return table(chosen, kept, { header, terminal });
}

function columnNamed(columns: ReadonlyArray<Column<XmlElement>>, name: string): Column<XmlElement> {
  const column = columns.find((candidate) => candidate.name === name);
  if (column) return column;
  throw new Failure(`Column '${name}' not found; there are ${columns.map((candidate) => candidate.name).join(', ')}.`);
}

function filtered(
  rows: readonly XmlElement[],
  columns: ReadonlyArray<Column<XmlElement>>,
  options: ListOptions,
): readonly XmlElement[] {
  if (options.filter === undefined) return rows;
  const conditions = options.filter.split(',').map((text) => condition(columns, text));
  const any = options.operator?.toUpperCase() === 'OR';
  return rows.filter((row) => (any ? conditions.some((holds) => holds(row)) : conditions.every((holds) => holds(row))));
}

function condition(columns: ReadonlyArray<Column<XmlElement>>, text: string): (row: XmlElement) => boolean {
  const [, name, operator, wanted = ''] = /^\s*(\w+)\s*(!=|<=|>=|=|~|<|>)(.*)$/.exec(text) ?? [];
  if (name === undefined || operator === undefined) {
    throw new Failure(`The filter "${text}" is not COLUMN=value (or != ~ < > <= >=).`);
  }
  const column = columnNamed(columns, name.toUpperCase());
  return (row) => holds(column.cell(row), operator, wanted);
}

/** Numbers are compared as numbers, everything else as text. */
function holds(cell: string, operator: string, wanted: string): boolean {
  if (operator === '~') return cell.includes(wanted);
  const numeric =
    cell.trim() !== '' && wanted.trim() !== '' && !Number.isNaN(Number(cell)) && !Number.isNaN(Number(wanted));
  const order = numeric ? Number(cell) - Number(wanted) : cell < wanted ? -1 : cell > wanted ? 1 : 0;
  if (operator === '=') return order === 0;
  if (operator === '!=') return order !== 0;
  return (operator.startsWith('<') ? order < 0 : order > 0) || (operator.endsWith('=') && order === 0);
}

/** Adds `show`: the document with -x or -j, else what `text` makes of it. */
export function addShow(
  family: Family,
  argumentName: string,
  fetch: (session: Session, given: string) => Promise<XmlElement>,
  text: (session: Session, object: XmlElement) => Promise<string> | string,
): void {
  family.add<DocumentOptions>(
    { usage: `show <${argumentName}>`, description: 'Show one of them', options: DOCUMENT_OPTIONS },
    async (session, [given = ''], options) => {
      const object = await fetch(session, given);
      session.io.write(documentText(object, options) ?? (await text(session, object)));
    },
  );
}
