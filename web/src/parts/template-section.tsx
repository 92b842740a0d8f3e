// All attributes of a template as they are kept, vectors as well; whoever may edit them does so as text.
import { Button, Code, Group, Stack, Table, Text } from '@mantine/core';
import type { Attribute, Attributes } from '../api/documents.ts';
import { texts } from '../texts/index.ts';

interface Props {
  template: Attributes;
  label: string;
  onEdit?: (() => void) | undefined;
}

export function TemplateSection({ template, label, onEdit }: Props) {
  const rows = Object.entries(template).flatMap(([name, value]) => lines(name, value));
  return (
    <Stack gap="sm" align="flex-start">
      {rows.length === 0 ? (
        <Text size="sm" c="dimmed">
          {texts.common.noAttributes}
        </Text>
      ) : (
        <Table aria-label={label} layout="fixed">
          <Table.Tbody>
            {rows.map(([name, text], at) => (
              <Table.Tr key={`${name} ${at}`}>
                <Table.Th scope="row" w="40%" style={{ overflowWrap: 'anywhere' }}>
                  <Code>{name}</Code>
                </Table.Th>
                <Table.Td style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>{text}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {onEdit && (
        <Group>
          <Button variant="default" onClick={onEdit}>
            {texts.common.editAttributes}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function lines(name: string, value: Attribute | undefined): Array<[string, string]> {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((each) => lines(name, each));
  return [[name, typeof value === 'object' ? vectorText(value) : String(value)]];
}

function vectorText(vector: Attributes): string {
  return Object.entries(vector)
    .map(([key, value]) => `${key} = ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join('\n');
}
