// The columns of a table of runs.
import type { Run } from '../api/documents.ts';
import { texts } from '../texts/index.ts';
import type { TableColumn } from './data-table.tsx';
import { bytesText, rateText, spanText } from './format.ts';
import { ObjectLink } from './object-link.tsx';
import { RESULT_TONES, throughput, workedSec } from './run-figures.ts';
import { StateBadge } from './state-badge.tsx';
import { Moment } from './values.tsx';

const { columns, results, kinds, types } = texts.runs;
const amount = (bytes: number): string => (bytes > 0 ? bytesText(bytes) : texts.common.nothing);

export const RUN_COLUMNS: ReadonlyArray<TableColumn<Run>> = [
  {
    id: 'started',
    label: columns.started,
    value: ({ START }) => START,
    cell: ({ START }) => <Moment at={START} />,
    width: 110,
  },
  {
    id: 'vm',
    label: columns.vm,
    value: ({ VM_NAME }) => VM_NAME,
    cell: ({ VM_ID, VM_NAME }) =>
      VM_ID >= 0 ? (
        <ObjectLink noun="vm" id={VM_ID} inTable>
          {VM_NAME === '' ? texts.runs.vm(VM_ID) : VM_NAME}
        </ObjectLink>
      ) : (
        texts.common.nothing
      ),
    width: '2fr',
  },
  { id: 'kind', label: columns.kind, value: ({ KIND }) => kinds[KIND], width: 110 },
  { id: 'type', label: columns.type, value: ({ TYPE }) => types[TYPE], width: 100, from: 760 },
  {
    id: 'result',
    label: columns.result,
    value: ({ RESULT }) => results[RESULT],
    cell: ({ RESULT, REASON, WAITS }) => (
      <StateBadge tone={RESULT_TONES[RESULT]} reason={RESULT === 'waiting' ? WAITS : REASON}>
        {results[RESULT]}
      </StateBadge>
    ),
    words: ({ REASON, WAITS }) => `${REASON} ${WAITS}`,
    width: 120,
  },
  {
    id: 'duration',
    label: columns.duration,
    value: (run) => workedSec(run, run.START) ?? 0,
    cell: ({ BEGIN, END }) => (BEGIN > 0 && END > 0 ? spanText(END - BEGIN) : texts.common.nothing),
    align: 'right',
    width: 100,
    from: 620,
  },
  {
    id: 'read',
    label: columns.read,
    value: ({ BYTES_READ }) => BYTES_READ,
    cell: ({ BYTES_READ }) => amount(BYTES_READ),
    align: 'right',
    width: 100,
    from: 860,
  },
  {
    id: 'stored',
    label: columns.stored,
    value: ({ BYTES_STORED }) => BYTES_STORED,
    cell: ({ BYTES_STORED }) => amount(BYTES_STORED),
    align: 'right',
    width: 100,
    from: 760,
  },
  {
    id: 'rate',
    label: columns.rate,
    value: (run) => throughput(run) ?? 0,
    cell: (run) => {
      const rate = throughput(run);
      return rate === undefined ? texts.common.nothing : rateText(rate);
    },
    align: 'right',
    width: 115,
    from: 960,
  },
  {
    id: 'asked',
    label: columns.asked,
    value: ({ ASKED_BY, ASKED_ID }) => texts.runs.askedBy[ASKED_BY](ASKED_ID),
    from: 1040,
    width: 110,
  },
];
