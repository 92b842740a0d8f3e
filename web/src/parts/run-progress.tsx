// A run under way: what it does, how far it is, how fast, and how long it will take at that.
import { Group, Progress, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { LiveRun } from '../api/live-runs.ts';
import { texts } from '../texts/index.ts';
import { progressOf } from './progress.ts';

export function RunProgress({ run, title }: { run: LiveRun; title?: ReactNode }) {
  const { share, words } = progressOf(run);
  const kind = texts.runs.kinds[run.kind];
  return (
    <Stack gap={3} data-run={run.id}>
      <Group justify="space-between" gap="xs">
        <Text component="div" size="sm">
          {title ?? kind}
        </Text>
        <Text size="sm" c="dimmed">
          {words}
        </Text>
      </Group>
      <Progress
        value={(share ?? 0) * 100}
        animated={run.phase !== 'waiting'}
        aria-label={`${kind}: ${words}`}
        size="md"
      />
    </Stack>
  );
}
