// A part of a page with a heading of its own, in a frame.
import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useId, type ReactNode } from 'react';
import { AnchorLink } from './anchor-link.tsx';

interface Props {
  title: string;
  /** How many there are of what it lists. */
  count?: number | string | undefined;
  /** Where there is more of it. */
  more?: { to: string; label: string; /** Filter of the table there. */ q?: string };
  children: ReactNode;
}

export function Section({ title, count, more, children }: Props) {
  const id = useId();
  return (
    <Paper component="section" withBorder p="md" aria-labelledby={id} miw={0}>
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap">
          <Title order={2} size="h4" id={id}>
            {title}
            {count !== undefined && (
              <Text component="span" c="dimmed" ml={8} size="sm">
                {count}
              </Text>
            )}
          </Title>
          {more && (
            <AnchorLink to={more.to} search={more.q === undefined ? {} : { q: more.q }} size="sm">
              {more.label}
            </AnchorLink>
          )}
        </Group>
        {children}
      </Stack>
    </Paper>
  );
}
