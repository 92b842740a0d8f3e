// Every run, or every one of the VM that is chosen, the newest first, as many as were asked for.
import { Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useMemo, useState } from 'react';
import { poolQuery } from '../../api/queries.ts';
import { templateText } from '../../api/template-text.ts';
import { FilterInput, useTableSearch } from '../../parts/list-page.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { RUN_COLUMNS } from '../../parts/run-columns.tsx';
import { RunsTable } from '../../parts/runs-table.tsx';
import { filtered } from '../../parts/table.ts';
import { texts } from '../../texts/index.ts';
import { ALL_VMS } from './view.ts';

const FIRST = 200;
const TIMES = 5;

export function History({ vm }: { vm: number }) {
  const [limit, setLimit] = useState(FIRST);
  const { filter, setFilter } = useTableSearch(undefined);
  const sought = useDeferredValue(filter);
  const query = useQuery({
    ...poolQuery('system', 'one.system.runs', {
      limit,
      ...(vm !== ALL_VMS && { filter: templateText({ VM_ID: vm }) }),
    }),
    placeholderData: (before) => before,
  });
  const runs = query.data?.RUN_POOL.RUN;
  const shown = useMemo(() => filtered(runs ?? [], RUN_COLUMNS, sought), [runs, sought]);
  return (
    <Loaded query={query}>
      {({ RUN_POOL: { RUN } }) => (
        <Stack gap="sm">
          <Group gap="xs">
            <FilterInput value={filter} onChange={setFilter} />
            <Text size="sm" c="dimmed" aria-live="polite">
              {texts.common.rows(shown.length, RUN.length)}
            </Text>
            {RUN.length >= limit && (
              <Button
                variant="default"
                size="compact-sm"
                loading={query.isPlaceholderData}
                onClick={() => setLimit(limit * TIMES)}
              >
                {texts.runs.older}
              </Button>
            )}
          </Group>
          <RunsTable runs={shown} height={420} />
        </Stack>
      )}
    </Loaded>
  );
}
