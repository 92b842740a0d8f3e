// The overview: who is protected, what runs, waits and failed, how full the datastores are, and what comes next.
import { SimpleGrid, Stack, Title } from '@mantine/core';
import { texts } from '../../texts/index.ts';
import { Calendar } from './calendar.tsx';
import { Failures } from './failures.tsx';
import { Protection } from './protection.tsx';
import { Queue } from './queue.tsx';
import { Running } from './running.tsx';
import { Stores } from './stores.tsx';

export function Overview() {
  return (
    <Stack gap="sm">
      <Title order={1} size="h2">
        {texts.overview.title}
      </Title>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="sm" verticalSpacing="sm">
        <Stack gap="sm" miw={0}>
          <Protection />
          <Failures />
          <Stores />
        </Stack>
        <Stack gap="sm" miw={0}>
          <Running />
          <Queue />
          <Calendar />
        </Stack>
      </SimpleGrid>
    </Stack>
  );
}
