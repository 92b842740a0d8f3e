// Schedules one below the other, each with what can be done with it.
import { ActionIcon, Group, Paper, Stack, Text } from '@mantine/core';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { texts } from '../texts/index.ts';

export interface ListedSchedule {
  key: string | number;
  /** In words. */
  text: string;
  /** When it happens next, what became of it. */
  details?: ReactNode;
}

interface Props {
  items: readonly ListedSchedule[];
  /** Left out for who may not change them. */
  onEdit?: ((index: number) => void) | undefined;
  onRemove?: ((index: number) => void) | undefined;
}

export function ScheduleList({ items, onEdit, onRemove }: Props) {
  return (
    <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
      {items.map(({ key, text, details }, index) => (
        <Paper key={key} component="li" withBorder p="xs" data-schedule={key}>
          <Group justify="space-between" wrap="nowrap" align="start">
            <div>
              <Text size="sm" fw={500}>
                {text}
              </Text>
              {details}
            </div>
            <Group gap={4} wrap="nowrap">
              {onEdit && (
                <ActionIcon variant="subtle" aria-label={texts.schedule.change(text)} onClick={() => onEdit(index)}>
                  <IconPencil size={16} />
                </ActionIcon>
              )}
              {onRemove && (
                <ActionIcon
                  variant="subtle"
                  color="red"
                  aria-label={texts.schedule.remove(text)}
                  onClick={() => onRemove(index)}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              )}
            </Group>
          </Group>
        </Paper>
      ))}
    </Stack>
  );
}
