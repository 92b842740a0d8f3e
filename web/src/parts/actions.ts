// What can be done with objects: which actions are offered to this user, and which of them have to wait for another state. Pure.
import type { Right } from '../api/queries.ts';

export interface Action<Row> {
  id: string;
  label: string;
  /** Method that it calls: users who may not call it for anything do not see it. */
  method: string;
  /** Right over the object that it takes; ADMIN also stands for what only administrators do. */
  needs: Right;
  /** Why it cannot be done with this object now, in words; undefined when it can. */
  refused?: (row: Row) => string | undefined;
  /** Asked before it is done. */
  confirm?: (rows: readonly Row[]) => Confirmation;
  /** Destroys something: shown in red, apart from the others. */
  dangerous?: boolean;
  /** Only for one object at a time: it opens a dialog or goes to a page. */
  single?: boolean;
  /** Does it with one object. For what opens a dialog, opens it. */
  run: (row: Row) => unknown;
}

export interface Confirmation {
  title: string;
  /** What will happen, and what cannot be undone. */
  text: string;
  /** On the button: the verb. */
  button: string;
  /** A word that has to be typed first. */
  type?: string;
}

export interface Offered<Row> {
  action: Action<Row>;
  /** Objects that it can be done with. */
  able: Row[];
  /** Objects that it cannot be done with, and why. */
  refused: Array<{ row: Row; reason: string }>;
}

export interface Asker<Row> {
  may: (method: string) => boolean;
  /** Rights over an object; undefined while they are not known. */
  rightsOf: (row: Row) => readonly Right[] | undefined;
}

/**
 * Actions that this user has a right to, over at least one of the rows. Rows without the right are left out of it; without a
 * single row that is able, it is shown and says why not.
 */
export function offered<Row>(
  actions: ReadonlyArray<Action<Row>>,
  rows: readonly Row[],
  { may, rightsOf }: Asker<Row>,
): Array<Offered<Row>> {
  if (rows.length === 0) return [];
  return actions.flatMap((action) => {
    if (!may(action.method) || (action.single && rows.length > 1)) return [];
    const allowed = rows.filter((row) => rightsOf(row)?.includes(action.needs));
    if (allowed.length === 0) return [];
    const judged = allowed.map((row) => ({ row, reason: action.refused?.(row) }));
    return {
      action,
      able: judged.flatMap(({ row, reason }) => (reason === undefined ? [row] : [])),
      refused: judged.flatMap(({ row, reason }) => (reason === undefined ? [] : [{ row, reason }])),
    };
  });
}

/** Why nothing can be done: the reasons of all rows, each once. */
export function whyNot<Row>({ able, refused }: Offered<Row>): string | undefined {
  if (able.length > 0) return undefined;
  return [...new Set(refused.map(({ reason }) => reason))].join(' ');
}
