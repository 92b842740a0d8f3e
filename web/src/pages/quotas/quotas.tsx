// The quotas of all users and groups in a table, and the defaults of those that have none.
import { SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { call } from '../../api/call.ts';
import { poolQuery } from '../../api/queries.ts';
import { Empty } from '../../parts/empty.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { QuotaList } from '../../parts/quota-list.tsx';
import { Section } from '../../parts/section.tsx';
import { useThings } from '../../parts/things.ts';
import { useMay } from '../../parts/use-session.ts';
import { texts } from '../../texts/index.ts';
import { QuotaTable } from './quota-table.tsx';
import { ownerRows } from './rows.ts';

const words = texts.quotas;

export function Quotas() {
  const may = useMay();
  const users = useQuery(poolQuery('user', 'one.userpool.info', {}));
  const groups = useQuery(poolQuery('group', 'one.grouppool.info', {}));
  const things = useThings();
  const rows = useMemo(() => {
    if (users.data === undefined || groups.data === undefined) return undefined;
    const [{ USER_POOL: user }, { GROUP_POOL: group }] = [users.data, groups.data];
    return ownerRows([
      { noun: 'user', owners: user.USER, quotas: user.QUOTAS, defaults: user.DEFAULT_USER_QUOTAS },
      { noun: 'group', owners: group.GROUP, quotas: group.QUOTAS, defaults: group.DEFAULT_GROUP_QUOTAS },
    ]);
  }, [users.data, groups.data]);
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
        <Section title={words.defaultsOfUsers}>
          <Text size="sm">{words.defaultsHint}</Text>
          {users.data && (
            <QuotaList
              owner={words.defaultsOfUsers}
              quotas={users.data.USER_POOL.DEFAULT_USER_QUOTAS}
              set={may('one.userquota.update') ? (template) => call('one.userquota.update', { template }) : undefined}
            />
          )}
        </Section>
        <Section title={words.defaultsOfGroups}>
          <Text size="sm">{words.defaultsHint}</Text>
          {groups.data && (
            <QuotaList
              owner={words.defaultsOfGroups}
              quotas={groups.data.GROUP_POOL.DEFAULT_GROUP_QUOTAS}
              set={may('one.groupquota.update') ? (template) => call('one.groupquota.update', { template }) : undefined}
            />
          )}
        </Section>
      </SimpleGrid>
    </Stack>
  );
}
