// What this is, and where else it can be used from.
import { Anchor, Kbd, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { poolQuery } from '../../api/queries.ts';
import { Facts } from '../../parts/facts.tsx';
import { Section } from '../../parts/section.tsx';
import { texts } from '../../texts/index.ts';

const { about } = texts;

export function About() {
  const version = useQuery(poolQuery('system', 'one.system.version', {}));
  return (
    <Stack maw={760}>
      <Title order={1} size="h2">
        {about.title}
      </Title>
      <Text>{about.text}</Text>
      <Facts facts={[[about.version, version.data]]} />
      <Section title={about.api}>
        <Text size="sm">
          {about.apiText}{' '}
          <Anchor href="/api/openapi.json" size="sm" underline="always">
            {about.openapi}
          </Anchor>
          .
        </Text>
      </Section>
      <Section title={about.commands}>
        <Text size="sm">{about.commandsText}</Text>
      </Section>
      <Section title={about.keys}>
        <Table aria-label={about.keys} withRowBorders={false} verticalSpacing={4}>
          <Table.Tbody>
            {about.keyList.map(([keys, what]) => (
              <Table.Tr key={keys}>
                <Table.Td>
                  <Kbd>{keys}</Kbd>
                </Table.Td>
                <Table.Td>{what}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Section>
      <Text size="sm" c="dimmed">
        {about.licence}
      </Text>
    </Stack>
  );
}
