// What drills have shown of a backup, with the last screen of the machine that was booted; and a new one.
import { Button, Card, Group, Image as Picture, SimpleGrid, Stack, Text } from '@mantine/core';
import { Empty } from '../../parts/empty.tsx';
import { shortMoment, spanText } from '../../parts/format.ts';
import { pointsOf, type Point } from '../../parts/points.ts';
import { Section } from '../../parts/section.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';
import type { OpenDialog } from './dialogs.tsx';
import type { BackupRow } from './state.ts';
import { useMayWith } from './use-may-with.ts';

const { drill, points: words } = texts.backups;

export function BackupDrill({ row, open }: { row: BackupRow; open: OpenDialog }) {
  const may = useMayWith(row.image);
  const drilled = pointsOf(row.image)
    .filter(({ proven, drillFailed }) => proven > 0 || drillFailed > 0)
    .toReversed();
  return (
    <Stack gap="sm">
      {row.points > 0 && may('one.image.drill', 'MANAGE') && (
        <Group>
          <Button variant="default" onClick={() => open('drill', row)}>
            {drill.start}
          </Button>
        </Group>
      )}
      <Section title={drill.results} count={drilled.length}>
        {drilled.length === 0 ? (
          <Empty title={drill.never}>{drill.neverHint}</Empty>
        ) : (
          <SimpleGrid cols={{ base: 1, md: 2 }}>
            {drilled.map((point) => (
              <Drilled key={point.at} point={point} />
            ))}
          </SimpleGrid>
        )}
      </Section>
    </Stack>
  );
}

function Drilled({ point }: { point: Point }) {
  const { proven, provenTime, provenBy, drillFailed, drillError } = point;
  const date = shortMoment(point.date);
  const failed = drillFailed > proven;
  return (
    <Card withBorder>
      <Stack gap="xs">
        <Group justify="space-between">
          <Text fw={600}>{words.of(date)}</Text>
          <StateBadge tone={failed ? 'bad' : 'good'}>{failed ? drill.bad : drill.good}</StateBadge>
        </Group>
        {proven > 0 && (
          <Text size="sm" component="div">
            <Moment at={proven} as="date" /> {words.took(spanText(provenTime / 1000), provenBy)}
          </Text>
        )}
        {drillFailed > 0 && (
          <Text size="sm" component="div">
            {words.failedAt}: <Moment at={drillFailed} as="date" />. {drillError}
          </Text>
        )}
        {point.hasScreen ? (
          <Picture src={screenAddress(point)} alt={drill.screenOf(date)} radius="sm" fit="contain" mah={480} />
        ) : (
          <Text size="sm" c="dimmed">
            {drill.noScreen}
          </Text>
        )}
      </Stack>
    </Card>
  );
}

/** The time makes it another address after each drill: the picture is a new one then. */
function screenAddress({ imageId, at, proven, drillFailed }: Point): string {
  return `/api/drill/image/${imageId}/${at}.png?at=${Math.max(proven, drillFailed)}`;
}
