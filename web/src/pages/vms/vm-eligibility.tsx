// Whether the next backup can be an increment, and what stands against it, disk by disk, as the daemon says.
import { List, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { objectQuery } from '../../api/queries.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { Section } from '../../parts/section.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { texts } from '../../texts/index.ts';

const { eligibility: words } = texts.vms;

export function VmEligibility({ id }: { id: number }) {
  const query = useQuery(objectQuery('vm', id, 'one.vm.eligibility', { id }));
  return (
    <Section title={words.title}>
      <Loaded query={query}>
        {({ ELIGIBILITY: { NEXT, REASON, OBSTACLE, DISK } }) => (
          <Stack gap="xs">
            <Text size="sm">
              {words.next[NEXT]} {REASON}
            </Text>
            {OBSTACLE.length > 0 && (
              <List size="sm">
                {OBSTACLE.map((why) => (
                  <List.Item key={why}>{why}</List.Item>
                ))}
              </List>
            )}
            <Table layout="fixed" style={{ overflowWrap: 'anywhere' }}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{words.disk}</Table.Th>
                  <Table.Th>{words.increment}</Table.Th>
                  <Table.Th>{words.reason}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {DISK.map(({ DISK_ID, TARGET, FORMAT, TAKES_PART, INCREMENT, REASON: why }) => (
                  <Table.Tr key={DISK_ID}>
                    <Table.Td>
                      {DISK_ID} ({TARGET}, {FORMAT})
                    </Table.Td>
                    <Table.Td>
                      <StateBadge tone={TAKES_PART === 0 ? 'calm' : INCREMENT === 1 ? 'good' : 'care'}>
                        {TAKES_PART === 0 ? words.leftOut : INCREMENT === 1 ? texts.common.yes : texts.common.no}
                      </StateBadge>
                    </Table.Td>
                    <Table.Td>{why}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Stack>
        )}
      </Loaded>
    </Section>
  );
}
