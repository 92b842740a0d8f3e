// What failed lately and was not made good since, with the reason and the step that mends it, as the daemon tells it.
import { Group, Stack, Text } from '@mantine/core';
import { Loaded } from '../../parts/loaded.tsx';
import { ObjectLink } from '../../parts/object-link.tsx';
import { Section } from '../../parts/section.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';
import { MOST, useStatus } from './status.ts';

const { failures } = texts.overview;
const SHOWN = 5;

export function Failures() {
  const status = useStatus();
  return (
    <Section
      title={failures.title}
      count={status.data && atMost(status.data.FAILED.RUN.length)}
      more={{ to: '/runs', q: 'result:failed', label: texts.runs.title }}
    >
      <Loaded query={status}>
        {({ FAILED: { RUN } }) =>
          RUN.length === 0 ? (
            <Text size="sm" c="dimmed">
              {failures.none}
            </Text>
          ) : (
            <Stack gap="xs">
              {RUN.slice(0, SHOWN).map((run) => (
                <div key={run.ID}>
                  <Group gap="xs">
                    <StateBadge tone="bad">{texts.runs.kinds[run.KIND]}</StateBadge>
                    {run.VM_ID >= 0 && (
                      <ObjectLink noun="vm" id={run.VM_ID}>
                        {run.VM_NAME}
                      </ObjectLink>
                    )}
                    <Text size="xs" c="dimmed">
                      <Moment at={run.END} />
                    </Text>
                  </Group>
                  <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                    {run.REASON}
                  </Text>
                  {run.HINT !== '' && (
                    <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                      <b>{texts.common.whatToDo}:</b> {run.HINT}
                    </Text>
                  )}
                </div>
              ))}
              {RUN.length > SHOWN && (
                <Text size="sm" c="dimmed">
                  {RUN.length < MOST
                    ? texts.overview.protection.andMore(RUN.length - SHOWN)
                    : texts.overview.protection.andMany}
                </Text>
              )}
            </Stack>
          )
        }
      </Loaded>
    </Section>
  );
}

/** The daemon was asked for no more. */
function atMost(count: number): string {
  return count < MOST ? String(count) : `${MOST}+`;
}
