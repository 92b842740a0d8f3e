// `list` of any noun: the pool as a table, as CSV, or as the server's document. Also `top`, which lists again and again, and
// `show`.
import type { Value } from '../wire/xmlrpc.ts';
import type { XmlElement } from '../wire/xml-read.ts';
import { DOCUMENT_OPTIONS, documentText, type DocumentOptions } from './document.ts';
import { Failure } from './failure.ts';
import type { Family, OptionLine, Session } from './family.ts';
import { filtered, type FilterOptions } from './filter.ts';
import { describedColumns, laidOut, LAYOUT_OPTIONS, type ColumnSets, type LayoutOptions } from './layout.ts';
import { clusterNames, filterFlag, type Noun } from './lookup.ts';
import { csv, table, type Column } from './table.ts';

export interface ListOptions extends DocumentOptions, LayoutOptions, FilterOptions {
  csv?: boolean;
  csvDel?: string;
  header?: boolean;
  numeric?: boolean;
  kilobytes?: boolean;
  describe?: boolean;
  /** Where the listing says so: full documents in -x, -j and -y. */
  extended?: boolean;
  search?: string;
  /** Of oneimage: backups only. */
  backup?: boolean;
  delay?: string;
}

export const TABLE_OPTIONS = [
  ...LAYOUT_OPTIONS,
  ['-f, --filter <conditions>', 'rows to show, COLUMN=value,... with = != ~ < > <= >='],
  ['--operator <AND|OR>', 'how the conditions combine'],
  ['--csv', 'comma separated values'],
  ['--csv-del <char>', 'another separator for them'],
  ['--no-header', 'without the column names'],
  ['--no-pager', 'accepted; output is never paged'],
  ['-n, --numeric', 'ids of users and groups, not their names'],
  ['-k, --kilobytes', 'sizes as the plain numbers that the server sends'],
  ['--describe', 'say what the columns show'],
] as const;

export interface Listing {
  noun: Noun;
  /** Names of the columns shown without -l. */
  shown: readonly string[];
  /** More sets of columns, for --listconf. */
  sets?: Readonly<Record<string, readonly string[]>>;
  /**
   * `clusters` has names of clusters by id, when the noun asks for them and CLUSTER is shown; `pool` is the whole document, for
   * cells that need more than their row.
   */
  columns(nowSec: number, clusters?: ReadonlyMap<string, string>, pool?: XmlElement): Array<Column<XmlElement>>;
  /** Whether CLUSTER has to be looked up. */
  clusters?: boolean;
  /** Whether the pool can be asked for somebody's objects only. */
  filterFlag: boolean;
  /** The pool's call with full documents; it and the pool itself then take a text to search for. */
  extendedPool?: string;
}

const SEARCH_OPTIONS = [
  ['--extended', 'full documents, with -x, -j or -y'],
  ['--search <query>', 'those that fit, VM.NAME=abc&VM.STATE=3'],
] as const;

function listOptions(listing: Listing, extra: readonly OptionLine[]): OptionLine[] {
  return [...TABLE_OPTIONS, ...(listing.extendedPool ? SEARCH_OPTIONS : []), ...extra, ...DOCUMENT_OPTIONS];
}

/** Adds `list` to a family. */
export function addList(family: Family, listing: Listing, extra: readonly OptionLine[] = []): void {
  const usage = listing.filterFlag ? 'list [filterflag]' : 'list';
  const options = listOptions(listing, extra);
  family.add<ListOptions>({ usage, description: 'List the pool', options }, async (session, [flag], given) => {
    session.io.write(await listText(session, listing, flag, given));
  });
}

const CLEAR_SCREEN = '\u001b[H\u001b[2J';

/** Adds `top`: the list every `--delay` seconds until it is interrupted. */
export function addTop(family: Family, listing: Listing): void {
  const options = listOptions(listing, [['-d, --delay <seconds>', 'time between two lists']]);
  const usage = listing.filterFlag ? 'top [filterflag]' : 'top';
  family.add<ListOptions>(
    { usage, description: 'List the pool again and again', options },
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
  given: ListOptions,
): Promise<string> {
  const { client, io } = session;
  const sets: ColumnSets = { ...listing.sets, default: listing.shown };
  const options = withPresetSet(given, sets, io.env['ONE_LISTCONF']);
  const nowSec = Math.trunc(io.now() / 1000);
  const wanted = laidOut(listing.columns(nowSec), sets, options);
  if (options.describe) return describedColumns(listing.columns(nowSec));
  const pool = await client.document(
    poolMethod(listing, options),
    ...(await poolParams(session, listing, flag, given)),
  );
  const text = documentText(pool, options);
  if (text !== undefined) return text;
  const namesClusters = listing.clusters && wanted.some((column) => column.name === 'CLUSTER');
  const columns = listing.columns(nowSec, namesClusters ? await clusterNames(client) : undefined, pool);
  return rowsText(pool.children(listing.noun.element), columns, sets, options, io.columns);
}

/** ONE_LISTCONF names a set for all commands; one that has no such set shows what it always does. */
function withPresetSet(options: ListOptions, sets: ColumnSets, preset: string | undefined): ListOptions {
  if (options.listconf !== undefined || preset === undefined || !Object.hasOwn(sets, preset)) return options;
  return { ...options, listconf: preset };
}

function poolMethod(listing: Listing, options: ListOptions): string {
  const asDocument = options.xml ?? options.json ?? options.yaml ?? false;
  return options.extended && asDocument && listing.extendedPool ? listing.extendedPool : listing.noun.pool;
}

async function poolParams(
  { client }: Session,
  listing: Listing,
  flag: string | undefined,
  options: ListOptions,
): Promise<Value[]> {
  if (!listing.filterFlag) return [];
  const [, ...range] = listing.noun.poolParams;
  return [await filterFlag(client, flag), ...range, ...(options.search === undefined ? [] : [options.search])];
}

/** Rows as a table or CSV, with the columns and filters asked for. `shown` are the default columns, or all sets of them. */
export function rowsText(
  rows: readonly XmlElement[],
  columns: ReadonlyArray<Column<XmlElement>>,
  shown: readonly string[] | ColumnSets,
  options: ListOptions,
  terminal?: number,
): string {
  const chosen = laidOut(columns, 'default' in shown ? shown : { default: shown }, options);
  const shape = { numeric: options.numeric ?? false, kilobytes: options.kilobytes ?? false };
  const backups = options.backup ? rows.filter((row) => row.textOf('TYPE') === '6') : rows;
  const kept = filtered(backups, columns, options, shape);
  const header = options.header ?? true;
  if (options.csv || options.csvDel !== undefined) return csv(chosen, kept, options.csvDel ?? ',', header, shape);
  return table(chosen, kept, { header, terminal, shape });
}

/**
 * Adds `show`: the document with -x, -j or -y, else what `text` makes of it. `argumentName` in square brackets is optional, and
 * `given` is then '' without it. `extra` are options of the noun's own.
 */
export function addShow<Extra extends object = object>(
  family: Family,
  argumentName: string,
  fetch: (session: Session, given: string, options: DocumentOptions & Extra) => Promise<XmlElement>,
  text: (session: Session, object: XmlElement, options: DocumentOptions & Extra) => Promise<string> | string,
  extra: readonly OptionLine[] = [],
): void {
  const argument = argumentName.startsWith('[') ? argumentName : `<${argumentName}>`;
  family.add<DocumentOptions & Extra>(
    { usage: `show ${argument}`, description: 'Show one of them', options: [...extra, ...DOCUMENT_OPTIONS] },
    async (session, [given = ''], options) => {
      const object = await fetch(session, given, options);
      session.io.write(documentText(object, options) ?? (await text(session, object, options)));
    },
  );
}
