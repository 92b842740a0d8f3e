// What the backups of each VM took and moved in the days that are chosen.
import { useMemo, useState } from 'react';
import type { RunFigures } from '../../api/documents.ts';
import { DataTable, type TableColumn } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { bytesText, rateText, spanText } from '../../parts/format.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { ObjectLink } from '../../parts/object-link.tsx';
import { sorted, type Sorting } from '../../parts/table.ts';
import { Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';
import type { Figured } from './figures.ts';

const { columns, sums } = texts.runs;

type Row = RunFigures['VM'][number];

const each = ({ DONE, TOOK }: Row): number => (DONE > 0 ? TOOK / DONE : 0);
const rate = ({ TOOK, BYTES_READ }: Row): number => (TOOK > 0 ? BYTES_READ / TOOK : 0);
const nameOf = ({ ID, NAME }: Row): string => NAME || (ID < 0 ? texts.common.nothing : texts.runs.vm(ID));

const COLUMNS: ReadonlyArray<TableColumn<Row>> = [
  {
    id: 'vm',
    label: columns.vm,
    value: nameOf,
    cell: (row) =>
      row.ID < 0 ? (
        nameOf(row)
      ) : (
        <ObjectLink noun="vm" id={row.ID} inTable>
          {nameOf(row)}
        </ObjectLink>
      ),
    width: '2fr',
  },
  { id: 'done', label: sums.done, value: ({ DONE }) => DONE, align: 'right', width: 80 },
  { id: 'failed', label: sums.failed, value: ({ FAILED }) => FAILED, align: 'right', width: 80 },
  {
    id: 'each',
    label: sums.each,
    value: each,
    cell: (row) => spanText(each(row)),
    align: 'right',
    width: 120,
    from: 560,
  },
  {
    id: 'longest',
    label: sums.longest,
    value: ({ LONGEST }) => LONGEST,
    cell: ({ LONGEST }) => spanText(LONGEST),
    align: 'right',
    width: 110,
    from: 900,
  },
  {
    id: 'read',
    label: columns.read,
    value: ({ BYTES_READ }) => BYTES_READ,
    cell: ({ BYTES_READ }) => bytesText(BYTES_READ),
    align: 'right',
    width: 110,
    from: 760,
  },
  {
    id: 'stored',
    label: columns.stored,
    value: ({ BYTES_STORED }) => BYTES_STORED,
    cell: ({ BYTES_STORED }) => bytesText(BYTES_STORED),
    align: 'right',
    width: 110,
    from: 680,
  },
  {
    id: 'rate',
    label: columns.rate,
    value: rate,
    cell: (row) => rateText(rate(row)),
    align: 'right',
    width: 120,
    from: 860,
  },
  {
    id: 'last',
    label: sums.last,
    value: ({ LAST }) => LAST,
    cell: ({ LAST }) => <Moment at={LAST} />,
    width: 120,
    from: 620,
  },
];

export function ByVm({ figures: { overall, setView } }: { figures: Figured }) {
  return (
    <Loaded query={overall}>
      {({ VM }) =>
        VM.length === 0 ? <Empty title={texts.runs.charts.none} /> : <Rows rows={VM} onOpen={(vm) => setView({ vm })} />
      }
    </Loaded>
  );
}

/** A row shows its VM in the charts. */
function Rows({ rows, onOpen }: { rows: readonly Row[]; onOpen: (vm: number) => void }) {
  const [sorting, setSorting] = useState<Sorting>({ column: 'stored', down: true });
  const shown = useMemo(() => sorted(rows, COLUMNS, sorting), [rows, sorting]);
  return (
    <DataTable
      label={texts.runs.tabs.vms}
      rows={shown}
      columns={COLUMNS}
      idOf={({ ID }) => ID}
      nameOf={nameOf}
      sorting={sorting}
      onSort={setSorting}
      onOpen={({ ID }) => onOpen(ID)}
      height={420}
    />
  );
}
