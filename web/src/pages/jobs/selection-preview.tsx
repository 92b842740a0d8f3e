// Which VMs a job would back up now, as the daemon says, while it is filled in.
import { Alert, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import type { JobSelection } from '../../api/documents.ts';
import { templateText, type Written } from '../../api/template-text.ts';
import { DataTable, type TableColumn } from '../../parts/data-table.tsx';
import { mibText } from '../../parts/format.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { ObjectLink } from '../../parts/object-link.tsx';
import { sorted, type Sorting } from '../../parts/table.ts';
import { texts } from '../../texts/index.ts';

const { selection: words } = texts.jobs;
const SETTLED_MS = 400;
const SHOWN = 1000;
const NEW = -1;
const HEIGHT = 320;

/** Any VM that changes may change it. */
const selectionQuery = (template: string, id: number) =>
  queryOptions({
    queryKey: ['vm', 'pool', 'one.backupjob.selection', template, id],
    queryFn: async () => (await call('one.backupjob.selection', { template, id, limit: SHOWN })).JOB_SELECTION,
    placeholderData: keepPreviousData,
    retry: false, // what is not right stays so
  });

type Chosen = JobSelection['VM'][number];

const COLUMNS: ReadonlyArray<TableColumn<Chosen>> = [
  { id: 'id', label: texts.common.id, value: ({ ID }) => ID, width: 60, from: 500 },
  {
    id: 'name',
    label: texts.common.name,
    value: ({ NAME }) => NAME,
    cell: ({ ID, NAME }) => (
      <ObjectLink noun="vm" id={ID} inTable>
        {NAME}
      </ObjectLink>
    ),
    width: '2fr',
  },
  { id: 'how', label: words.how, value: ({ HOW }) => words.hows[HOW], width: 110 },
  {
    id: 'size',
    label: words.size,
    value: ({ SIZE }) => SIZE,
    cell: ({ SIZE }) => mibText(SIZE),
    align: 'right',
    width: 110,
  },
  { id: 'owner', label: texts.common.owner, value: ({ UNAME }) => UNAME, from: 640 },
];

/** `template` is laid over that of the job `id`. */
export function SelectionPreview({ template, id = NEW }: { template: Written; id?: number }) {
  const [settled] = useDebouncedValue(templateText(template), SETTLED_MS);
  const query = useQuery(selectionQuery(settled, id));
  return (
    <Stack gap="xs" aria-live="polite">
      <Loaded query={query}>{(selection) => <Chosen selection={selection} />}</Loaded>
    </Stack>
  );
}

function Chosen({ selection }: { selection: JobSelection }) {
  const [sorting, setSorting] = useState<Sorting>({ column: 'name', down: false });
  const { TOTAL, SIZE_MB, VM, GONE, ELSEWHERE, REFUSED } = selection;
  return (
    <>
      <Text size="sm" fw={600} data-total={TOTAL}>
        {words.title}: {TOTAL === 0 ? words.nothing : words.total(TOTAL, mibText(SIZE_MB))}
      </Text>
      {VM.length > 0 && (
        <DataTable
          label={words.title}
          rows={sorted(VM, COLUMNS, sorting)}
          columns={COLUMNS}
          idOf={({ ID }) => ID}
          nameOf={({ NAME }) => NAME}
          sorting={sorting}
          onSort={setSorting}
          height={Math.min(HEIGHT, 44 + 40 * VM.length)}
        />
      )}
      {TOTAL > VM.length && <Text size="sm">{words.more(TOTAL - VM.length)}</Text>}
      {GONE.ID.length > 0 && <Alert color="yellow">{words.gone(GONE.ID.join(', '))}</Alert>}
      {ELSEWHERE.length > 0 && (
        <Alert color="yellow" title={words.elsewhere}>
          {ELSEWHERE.map(({ NAME, JOB_ID }) => words.inJob(NAME, JOB_ID)).join(', ')}
        </Alert>
      )}
      {REFUSED.length > 0 && (
        <Alert color="yellow" title={words.refused}>
          {REFUSED.map(({ NAME }) => NAME).join(', ')}
        </Alert>
      )}
    </>
  );
}
