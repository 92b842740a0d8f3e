// What this user may do with objects, as the daemon says.
import { useQuery } from '@tanstack/react-query';
import { rightsQuery, type Noun, type Right } from '../api/queries.ts';
import { useMay } from './use-session.ts';
import type { Asker } from './actions.ts';

/** Rights are asked for when there is something to ask: of a list only those that are chosen. */
export function useRights<Row>(noun: Noun, rows: readonly Row[], idOf: (row: Row) => number): Asker<Row> {
  const may = useMay();
  const { data } = useQuery(
    rightsQuery(
      noun,
      [...new Set(rows.map(idOf))].sort((a, b) => a - b),
    ),
  );
  return { may, rightsOf: (row: Row): readonly Right[] | undefined => data?.[String(idOf(row))] };
}
