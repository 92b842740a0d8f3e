// What a restore would make or put back, as the daemon says before anything is done.
import { Alert, List, Stack, Table, Text } from '@mantine/core';
import type { RestorePlan as Plan } from '../../api/documents.ts';
import { bytesText, mibText } from '../../parts/format.ts';
import { texts } from '../../texts/index.ts';

const { restore: words } = texts.backups;

export function RestorePlan({ plan }: { plan: Plan }) {
  const needs = mibText(plan.NEEDS_MB);
  return (
    <Stack gap="sm" data-plan={plan.IMAGE_ID}>
      <Alert title={plan.IN_PLACE === 1 ? words.planPlace : words.plan} color="blue" variant="light">
        <Stack gap="xs">
          <Text size="sm">
            {plan.FREE_MB >= 0 ? words.needs(needs, mibText(plan.FREE_MB)) : words.needsOnly(needs)}
          </Text>
          <List size="sm" style={{ overflowWrap: 'anywhere' }}>
            {plan.TEMPLATE === 1 && <List.Item>{words.template(plan.NAME)}</List.Item>}
            {plan.DISK.map((disk) => (
              <List.Item key={disk.DISK_ID}>{diskText(disk, plan.IN_PLACE === 1)}</List.Item>
            ))}
            {plan.NIC.map(({ NETWORK, IP }) => (
              <List.Item key={`${NETWORK} ${IP}`}>{words.nic(NETWORK, IP)}</List.Item>
            ))}
            {plan.QUOTA.map(({ WHOSE, METRIC, USED, LIMIT, ADDS }) => (
              <List.Item key={`${WHOSE} ${METRIC}`}>
                {words.quota(WHOSE, METRIC, amount(METRIC, USED), amount(METRIC, LIMIT), amount(METRIC, ADDS))}
              </List.Item>
            ))}
          </List>
        </Stack>
      </Alert>
      {plan.WARNING.map((warning) => (
        <Alert key={warning} color="orange" variant="light">
          {warning}
        </Alert>
      ))}
      {plan.STRIPPED.length > 0 && <Stripped stripped={plan.STRIPPED} />}
    </Stack>
  );
}

function diskText({ DISK_ID, NAME, SIZE, SIZE_BEFORE, FORMAT, BYTES }: Plan['DISK'][number], inPlace: boolean): string {
  const what = inPlace ? words.inPlace(DISK_ID, NAME, mibText(SIZE)) : words.image(NAME, mibText(SIZE), FORMAT);
  const changes = inPlace && SIZE_BEFORE !== SIZE && SIZE_BEFORE >= 0;
  return [
    what,
    ...(changes ? [words.sizeChanges(mibText(SIZE_BEFORE))] : []),
    ...(BYTES > 0 ? [words.read(bytesText(BYTES))] : []),
  ].join(', ');
}

function amount(metric: Plan['QUOTA'][number]['METRIC'], value: number): string {
  return metric === 'SIZE' ? mibText(value) : String(value);
}

function Stripped({ stripped }: { stripped: Plan['STRIPPED'] }) {
  return (
    <Table.ScrollContainer minWidth={320} maxHeight={260}>
      <Table captionSide="top" style={{ overflowWrap: 'anywhere' }}>
        <Table.Caption ta="left" c="var(--mantine-color-text)" fw={600}>
          {words.stripped}
        </Table.Caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{words.strippedName}</Table.Th>
            <Table.Th>{words.strippedValue}</Table.Th>
            <Table.Th>{words.strippedWhy}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {stripped.map(({ NAME, VALUE, REASON }, index) => (
            <Table.Tr key={`${NAME} ${String(index)}`}>
              <Table.Td>{NAME}</Table.Td>
              <Table.Td>{VALUE}</Table.Td>
              <Table.Td>{REASON}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
