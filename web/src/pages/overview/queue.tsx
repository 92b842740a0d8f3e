// What waits, and what for.
import { Group, Stack, Text } from '@mantine/core';
import { Loaded } from '../../parts/loaded.tsx';
import { ObjectLink } from '../../parts/object-link.tsx';
import { Section } from '../../parts/section.tsx';
import { Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';
import { queueOf } from './waiting.ts';
import { useStatus, useSummary } from './status.ts';

const { queue } = texts.overview;
const SHOWN = 12;

export function Queue() {
  const status = useStatus();
  const count = useSummary().data?.RUNS.WAITING;
  return (
    <Section title={queue.title} count={count}>
      <Loaded query={status}>
        {(data) => {
          const waiting = queueOf(data);
          if (waiting.length === 0) {
            return (
              <Text size="sm" c="dimmed">
                {queue.none}
              </Text>
            );
          }
          return (
            <Stack gap={6}>
              {waiting.slice(0, SHOWN).map(({ key, vmId, name, kind, since, waits }) => (
                <div key={key}>
                  <Group gap="xs">
                    <Text size="sm">{texts.runs.kinds[kind]}</Text>
                    <ObjectLink noun="vm" id={vmId}>
                      {name}
                    </ObjectLink>
                    <Text size="xs" c="dimmed">
                      <Moment at={since} />
                    </Text>
                  </Group>
                  <Text size="sm" c="dimmed">
                    {waits}
                  </Text>
                </div>
              ))}
              {count !== undefined && count > SHOWN && (
                <Text size="sm" c="dimmed">
                  {texts.overview.protection.andMore(count - SHOWN)}
                </Text>
              )}
            </Stack>
          );
        }}
      </Loaded>
    </Section>
  );
}
