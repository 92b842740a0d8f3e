// How an action on several objects goes, one outcome for each. Pure.

export type Outcome =
  | { state: 'waiting' }
  | { state: 'running' }
  | { state: 'done' }
  | { state: 'failed'; error: unknown }
  | { state: 'left'; reason: string };

export interface Outcomes<Row> {
  row: Row;
  outcome: Outcome;
}

export function counted(outcomes: ReadonlyArray<Outcomes<unknown>>): Record<Outcome['state'], number> {
  const counts = { waiting: 0, running: 0, done: 0, failed: 0, left: 0 };
  for (const { outcome } of outcomes) counts[outcome.state] += 1;
  return counts;
}

export function withOutcome<Row>(
  outcomes: ReadonlyArray<Outcomes<Row>>,
  row: Row,
  outcome: Outcome,
): Array<Outcomes<Row>> {
  return outcomes.map((each) => (each.row === row ? { row, outcome } : each));
}

/**
 * Does it with one row after the other, telling each outcome: a failure of one does not keep the others from it. What was not begun when
 * `stopped` says so is left out.
 */
export async function oneByOne<Row>(
  rows: readonly Row[],
  run: (row: Row) => unknown,
  tell: (row: Row, outcome: Outcome) => void,
  stopped: () => string | undefined,
): Promise<void> {
  for (const row of rows) {
    const reason = stopped();
    if (reason !== undefined) {
      tell(row, { state: 'left', reason });
      continue;
    }
    tell(row, { state: 'running' });
    try {
      await run(row);
      tell(row, { state: 'done' });
    } catch (error) {
      tell(row, { state: 'failed', error });
    }
  }
}
