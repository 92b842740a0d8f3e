// The quotas of all users and groups in a table, and the defaults of those that have none.
import { SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { call } from '../../api/call.ts';
import { poolQuery } from '../../api/queries.ts';
import { Empty } from '../../parts/empty.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { QuotaList } from '../../parts/quota-list.tsx';
import type { QuotaDefaults } from '../../parts/quota-rows.ts';
import { Section } from '../../parts/section.tsx';
import { useThings } from '../../parts/things.ts';
import { useMay } from '../../parts/use-session.ts';
import { texts } from '../../texts/index.ts';
import { QuotaTable } from './quota-table.tsx';
import { ownerRows } from './rows.ts';

const words = texts.quotas;

/** Their answer is the new defaults: no object has changed, so the daemon tells of none. */
function useDefaults() {
  const client = useQueryClient();
  const ofUsers = poolQuery('user', 'one.userquota.info', {});
  const ofGroups = poolQuery('group', 'one.groupquota.info', {});
  return {
    users: useQuery(ofUsers).data?.DEFAULT_USER_QUOTAS,
    groups: useQuery(ofGroups).data?.DEFAULT_GROUP_QUOTAS,
    setUsers: async (template: string) =>
      client.setQueryData(ofUsers.queryKey, await call('one.userquota.update', { template })),
    setGroups: async (template: string) =>
      client.setQueryData(ofGroups.queryKey, await call('one.groupquota.update', { template })),
  };
}

export function Quotas() {
  const may = useMay();
  const users = useQuery(poolQuery('user', 'one.userpool.info', {}));
  const groups = useQuery(poolQuery('group', 'one.grouppool.info', {}));
  const defaults = useDefaults();
  const things = useThings();
  const rows = useMemo(() => {
    if (!users.data || !groups.data || !defaults.users || !defaults.groups) return undefined;
    const [{ USER_POOL: user }, { GROUP_POOL: group }] = [users.data, groups.data];
    return ownerRows([
      { noun: 'user', owners: user.USER, quotas: user.QUOTAS, defaults: defaults.users },
      { noun: 'group', owners: group.GROUP, quotas: group.QUOTAS, defaults: defaults.groups },
    ]);
  }, [users.data, groups.data, defaults.users, defaults.groups]);
  return (
    <Stack>
      <Title order={1} size="h2">
        {words.title}
      </Title>
      <Text size="sm">{words.hint}</Text>
      <Loaded query={users}>{() => null}</Loaded>
      <Loaded query={groups}>{() => null}</Loaded>
      {rows?.length === 0 && <Empty title={words.empty} />}
      {rows !== undefined && rows.length > 0 && <QuotaTable rows={rows} nameOf={things.nameOf} />}
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Defaults
          title={words.defaultsOfUsers}
          quotas={defaults.users}
          set={may('one.userquota.update') ? defaults.setUsers : undefined}
        />
        <Defaults
          title={words.defaultsOfGroups}
          quotas={defaults.groups}
          set={may('one.groupquota.update') ? defaults.setGroups : undefined}
        />
      </SimpleGrid>
    </Stack>
  );
}

interface DefaultsProps {
  title: string;
  quotas: QuotaDefaults | undefined;
  set: ((template: string) => Promise<unknown>) | undefined;
}

function Defaults({ title, quotas, set }: DefaultsProps) {
  return (
    <Section title={title}>
      <Text size="sm">{words.defaultsHint}</Text>
      {quotas && <QuotaList owner={title} quotas={quotas} set={set} />}
    </Section>
  );
}
