// A state in a word and a colour; the word says it all, the colour only helps.
import { Badge, Tooltip } from '@mantine/core';

/** good: as it should be; busy: under way; calm: off or waiting; care: look at it; bad: failed. */
export type Tone = 'good' | 'busy' | 'calm' | 'care' | 'bad';

const COLORS: Record<Tone, string> = { good: 'green', busy: 'blue', calm: 'gray.6', care: 'orange', bad: 'red' };

export function StateBadge({ tone, children, reason }: { tone: Tone; children: string; reason?: string | undefined }) {
  const badge = (
    <Badge
      color={COLORS[tone]}
      variant="dot"
      size="md"
      tt="none"
      fw={500}
      data-tone={tone}
      c="var(--mantine-color-text)"
    >
      {children}
    </Badge>
  );
  return reason === undefined || reason === '' ? (
    badge
  ) : (
    <Tooltip label={reason} multiline maw={360}>
      {badge}
    </Tooltip>
  );
}
