// The audit log: who asked for which change, the newest first, and whether the log is whole.
import { Button, Group, Stack, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { call } from '../../api/call.ts';
import type { Audit as AuditRecord } from '../../api/documents.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { texts } from '../../texts/index.ts';
import { CheckButton, CheckResult, useCheck } from './check.tsx';
import { COLUMNS } from './columns.tsx';
import { ANYTHING, filterText } from './filter.ts';
import { Filters } from './filters.tsx';

const words = texts.audit;
const PAGE = 200;
const TYPING_MS = 300;

export function Audit() {
  const [typed, setTyped] = useState(ANYTHING);
  const [filter] = useDebouncedValue(filterText(typed), TYPING_MS);
  const check = useCheck();
  const query = useRecords(filter);
  const rows = useMemo(() => query.data?.pages.flat(), [query.data]);
  return (
    <Stack gap="sm">
      <Group justify="space-between" wrap="nowrap">
        <Title order={1} size="h2">
          {words.title}
        </Title>
        <CheckButton check={check} />
      </Group>
      <CheckResult check={check} />
      <Filters value={typed} onChange={(change) => setTyped({ ...typed, ...change })} />
      <Loaded query={{ data: rows, error: query.error, refetch: query.refetch }}>
        {(records) => <Records records={records} />}
      </Loaded>
      {query.hasNextPage && (
        <Group>
          <Button
            variant="default"
            size="compact-sm"
            loading={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            {words.older}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function Records({ records }: { records: readonly AuditRecord[] }) {
  if (records.length === 0) return <Empty title={words.empty}>{words.emptyHint}</Empty>;
  return (
    <DataTable
      label={words.title}
      rows={records}
      columns={COLUMNS}
      idOf={({ SEQ }) => SEQ}
      nameOf={({ SEQ, METHOD }) => `${SEQ} ${METHOD}`}
    />
  );
}

/** The daemon does not tell of new records, so each visit asks anew. */
function useRecords(filter: string) {
  return useInfiniteQuery({
    queryKey: ['system', 'audit', filter],
    queryFn: async ({ pageParam: before }) =>
      (await call('one.system.audit', { filter, before, limit: PAGE })).AUDIT_POOL.AUDIT,
    initialPageParam: 0,
    getNextPageParam: (page) => (page.length < PAGE ? undefined : page.at(-1)?.SEQ),
    staleTime: 0,
  });
}
