// What was done with a VM: its runs, and the hosts it was on.
import { Stack, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Vm } from '../../api/documents.ts';
import { objectQuery } from '../../api/queries.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { RunsTable } from '../../parts/runs-table.tsx';
import { Section } from '../../parts/section.tsx';
import { Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';

const { log } = texts.vms;
const MOST = 200;

export function VmLog({ vm }: { vm: Vm }) {
  const query = useQuery(objectQuery('vm', vm.ID, 'one.vm.backupruns', { id: vm.ID, limit: MOST }));
  return (
    <Stack gap="sm">
      <Section title={log.title}>
        <Loaded query={query}>
          {({ RUN_POOL }) => <RunsTable runs={RUN_POOL.RUN} without={['vm']} height={360} />}
        </Loaded>
      </Section>
      <Section title={log.history}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{texts.vms.info.host}</Table.Th>
              <Table.Th>{log.from}</Table.Th>
              <Table.Th>{log.to}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {vm.HISTORY_RECORDS.HISTORY.toReversed().map((record) => (
              <Table.Tr key={record.SEQ}>
                <Table.Td>{record.HOSTNAME}</Table.Td>
                <Table.Td>
                  <Moment at={record.STIME} as="date" />
                </Table.Td>
                <Table.Td>
                  <Moment at={record.ETIME} as="date" otherwise={log.now} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Section>
    </Stack>
  );
}
