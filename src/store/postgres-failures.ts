// What goes wrong with PostgreSQL, in words: which server it is, never with what password, and no content of a row. Pure.
import { CODE, OneError } from '../model/errors.ts';

/** Ends of connections, by the system's and PostgreSQL's own codes. */
const LOST = /^(E[A-Z_]{3,}|08...|57P0[1-5]|25P0[34]|53300)$/;
const LOST_WORDS = /Connection terminated|connection error|timeout exceeded when trying to connect|Query read timeout/i;
const REFUSED = /^28/;
const NO_DATABASE = '3D000';
const TOO_LONG = new Map([
  ['57014', 'it took too long'],
  ['55P03', 'it waited too long for others'],
]);
/** Two transactions in each other's way: the same again may go well. */
const AGAIN = new Set(['40001', '40P01']);

/** A statement or a connection failed. */
export class DatabaseFailure extends OneError {
  /** Whether the connection is of no more use. */
  readonly lost: boolean;
  /** Whether the same transaction may go well when it is tried again. */
  readonly again: boolean;

  constructor(
    message: string,
    { hint, lost, again, retry = lost || again }: { hint?: string; lost: boolean; again: boolean; retry?: boolean },
  ) {
    super(CODE.INTERNAL, message, { retry, ...(hint === undefined ? {} : { hint }) });
    this.name = 'DatabaseFailure';
    this.lost = lost;
    this.again = again;
  }
}

/** The failure of `statement` at the database that is shown as `shown`. */
export function failureOf(error: unknown, shown: string, statement: string): DatabaseFailure {
  if (error instanceof DatabaseFailure) return error;
  const code = codeOf(error);
  const reason = reasonFor(error);
  const at = `PostgreSQL (${shown})`;
  if (REFUSED.test(code)) {
    const hint =
      'Check user and password of DATABASE_URL, or what PGPASSFILE names, and the pg_hba.conf of the server.';
    return new DatabaseFailure(`${at} lets nobody in: ${reason}`, { hint, lost: true, again: false });
  }
  if (code === NO_DATABASE) {
    const hint = 'Create it first: createdb --owner=USER NAME.';
    return new DatabaseFailure(`${at} has no such database: ${reason}`, { hint, lost: true, again: false });
  }
  if (LOST.test(code) || LOST_WORDS.test(reason)) {
    const kept = isCommit(statement) ? ' It is not known whether the last change was kept.' : '';
    const hint = 'The next call connects anew. Check whether the server runs and can be reached.';
    return new DatabaseFailure(`The connection to ${at} was lost: ${reason}.${kept}`, {
      hint,
      lost: true,
      again: false,
    });
  }
  const long = TOO_LONG.get(code);
  if (long !== undefined)
    return new DatabaseFailure(`${at} gave up a statement: ${long}.`, { lost: false, again: false, retry: true });
  const shownCode = code === '' ? '' : ` (${code})`;
  return new DatabaseFailure(`${at} refused a statement${shownCode}: ${reason}`, {
    lost: false,
    again: AGAIN.has(code),
  });
}

function isCommit(statement: string): boolean {
  return /^\s*commit\b/i.test(statement);
}

/** Of several addresses that were tried, what the first said. */
function firstOf(error: unknown): unknown {
  return error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error;
}

function codeOf(error: unknown): string {
  const first = firstOf(error);
  return first instanceof Error && 'code' in first && typeof first.code === 'string' ? first.code : '';
}

/** Without the detail that PostgreSQL adds: it holds values of rows. */
function reasonFor(error: unknown): string {
  const first = firstOf(error);
  return first instanceof Error ? first.message : 'for an unknown reason';
}
