// How much of a limit is used. The numbers are written out; the bar only helps.
import { Group, Progress, Stack, Text } from '@mantine/core';
import { usage, type Limit } from './quota.ts';

interface Props {
  label: string;
  used: number;
  limit: Limit;
  /** How the numbers are written. */
  text?: (value: number) => string;
}

export function QuotaBar({ label, used, limit, text = String }: Props) {
  const { share, tone, words } = usage(used, limit, text);
  return (
    <Stack gap={2}>
      <Group justify="space-between" gap="xs">
        <Text size="sm">{label}</Text>
        <Text size="sm" c="dimmed">
          {words}
        </Text>
      </Group>
      {share !== undefined && <Progress value={share * 100} color={tone} aria-label={`${label}: ${words}`} />}
    </Stack>
  );
}
