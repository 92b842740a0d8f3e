// A table of runs, of a VM or a job or all; a row opens what is known of the run.
import { useMemo, useState } from 'react';
import type { Run } from '../api/documents.ts';
import { texts } from '../texts/index.ts';
import { DataTable } from './data-table.tsx';
import { Empty } from './empty.tsx';
import { RUN_COLUMNS } from './run-columns.tsx';
import { RunDialog } from './run-dialog.tsx';
import { sorted, type Sorting } from './table.ts';

interface Props {
  runs: readonly Run[];
  /** Columns to leave out: `vm` in the table of one VM. */
  without?: readonly string[];
  height?: number;
}

export function RunsTable({ runs, without, height }: Props) {
  const [sorting, setSorting] = useState<Sorting>({ column: 'started', down: true });
  const [open, setOpen] = useState<Run>();
  const columns = useMemo(() => RUN_COLUMNS.filter(({ id }) => !without?.includes(id)), [without]);
  const rows = useMemo(() => sorted(runs, columns, sorting), [runs, columns, sorting]);
  if (runs.length === 0) return <Empty title={texts.runs.empty}>{texts.runs.emptyHint}</Empty>;
  return (
    <>
      <DataTable
        label={texts.runs.title}
        rows={rows}
        columns={columns}
        idOf={({ ID }) => ID}
        nameOf={({ ID }) => ID}
        sorting={sorting}
        onSort={setSorting}
        onOpen={setOpen}
        {...(height !== undefined && { height })}
      />
      {open && <RunDialog run={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}
