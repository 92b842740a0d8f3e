// Which VMs lack the backups that were asked for.
import { Group, List, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { spanText } from '../../parts/format.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { ObjectLink } from '../../parts/object-link.tsx';
import { Section } from '../../parts/section.tsx';
import { StateBadge, type Tone } from '../../parts/state-badge.tsx';
import { Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';
import { useStatus, useSummary } from './status.ts';

const { protection } = texts.overview;
const SHOWN = 6;

export function Protection() {
  const summary = useSummary();
  const status = useStatus();
  const counts = summary.data?.PROTECTION;
  return (
    <Section title={protection.title} count={summary.data?.VMS.TOTAL} more={{ to: '/vms', label: protection.allVms }}>
      <Loaded query={summary}>
        {({ PROTECTION: { PROTECTED, OVERDUE, UNPROTECTED, PROVEN } }) => (
          <>
            <Group gap="md" align="flex-start">
              <Count tone="good" count={PROTECTED} label={protection.protected} />
              <Count tone="care" count={OVERDUE} label={protection.overdue} />
              <Count tone="bad" count={UNPROTECTED} label={protection.unprotected} />
              <Count tone="good" count={PROVEN} label={protection.proven} />
            </Group>
            {OVERDUE + UNPROTECTED === 0 && <Text size="sm">{protection.allWell}</Text>}
          </>
        )}
      </Loaded>
      <Loaded query={status}>
        {({ OVERDUE, UNPROTECTED }) => (
          <Stack gap="sm">
            <Lacking
              tone="care"
              word={protection.overdue}
              vms={OVERDUE.VM}
              count={counts?.OVERDUE}
              reason={({ LAST_BACKUP, MAX_AGE }) => (
                <>
                  {protection.newest} <Moment at={LAST_BACKUP} />, {protection.allowed(spanText(MAX_AGE))}
                </>
              )}
            />
            <Lacking
              tone="bad"
              word={protection.unprotected}
              vms={UNPROTECTED.VM}
              count={counts?.UNPROTECTED}
              reason={() => protection.noPlan}
            />
          </Stack>
        )}
      </Loaded>
    </Section>
  );
}

/** Nothing lacking is neither care nor bad. */
function Count({ tone, count, label }: { tone: Tone; count: number; label: string }) {
  return (
    <div>
      <Text size="xl" fw={700} lh={1.1}>
        {count}
      </Text>
      <StateBadge tone={count === 0 && tone !== 'good' ? 'calm' : tone}>{label}</StateBadge>
    </div>
  );
}

interface LackingProps<Vm> {
  tone: Tone;
  word: string;
  vms: readonly Vm[];
  /** How many there are in all. */
  count: number | undefined;
  reason: (vm: Vm) => ReactNode;
}

function Lacking<Vm extends { ID: number; NAME: string }>({
  tone,
  word,
  vms,
  count = vms.length,
  reason,
}: LackingProps<Vm>) {
  if (vms.length === 0) return null;
  return (
    <List listStyleType="none" size="sm" spacing={4} aria-label={word}>
      {vms.slice(0, SHOWN).map((vm) => (
        <List.Item key={vm.ID}>
          <Group gap="xs">
            <StateBadge tone={tone}>{word}</StateBadge>
            <ObjectLink noun="vm" id={vm.ID}>
              {vm.NAME}
            </ObjectLink>
            <Text size="sm" c="dimmed">
              {reason(vm)}
            </Text>
          </Group>
        </List.Item>
      ))}
      {count > SHOWN && <List.Item c="dimmed">{protection.andMore(count - SHOWN)}</List.Item>}
    </List>
  );
}
