// The quotas of a user or a group, or the defaults: a bar for each, and their limits to be set by whoever may.
import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { texts } from '../texts/index.ts';
import { QuotaBar } from './quota-bar.tsx';
import { QuotaDialog } from './quota-dialog.tsx';
import {
  amountText,
  quotaRows,
  type QuotaDefaults,
  type QuotaHolder,
  type QuotaKind,
  type QuotaRow,
} from './quota-rows.ts';
import { useThings } from './things.ts';

const words = texts.quotas;

interface Props {
  /** Whose they are. */
  owner: string;
  quotas: QuotaHolder | QuotaDefaults;
  /** What counts where there is no limit; left out for the defaults themselves. */
  defaults?: QuotaDefaults;
  /** Sets the limits of one thing; left out for those who may not. */
  set?: ((template: string) => Promise<unknown>) | undefined;
}

interface Editing {
  kind: QuotaKind;
  id: number | undefined;
}

export function QuotaList({ owner, quotas, defaults, set }: Props) {
  const [editing, setEditing] = useState<Editing>();
  const things = useThings();
  const rows = quotaRows(quotas, defaults).filter(
    ({ own, used, limit }) => defaults !== undefined || own >= 0 || used > 0 || limit >= 0,
  );
  const groups = Map.groupBy(rows, ({ kind, id }) => `${kind} ${id}`);
  return (
    <Stack>
      {rows.length === 0 && (
        <Text size="sm" c="dimmed">
          {words.none}
        </Text>
      )}
      {[...groups.values()].map((group) => (
        <Thing
          key={`${group[0]!.kind} ${group[0]!.id}`}
          rows={group}
          name={things.nameOf(group[0]!.kind, group[0]!.id)}
          onEdit={set && (() => setEditing({ kind: group[0]!.kind, id: group[0]!.id }))}
        />
      ))}
      {set && (
        <Group>
          <Button variant="default" onClick={() => setEditing({ kind: 'VM', id: undefined })}>
            {words.add}
          </Button>
        </Group>
      )}
      {editing && set && (
        <QuotaDialog
          owner={owner}
          quotas={quotas}
          isDefault={defaults === undefined}
          fixed={editing.id === undefined ? undefined : { kind: editing.kind, id: editing.id }}
          things={things}
          set={set}
          onClose={() => setEditing(undefined)}
        />
      )}
    </Stack>
  );
}

interface ThingProps {
  rows: readonly QuotaRow[];
  name: string;
  onEdit: (() => void) | undefined;
}

function Thing({ rows, name, onEdit }: ThingProps) {
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text fw={600} size="sm">
          {name}
        </Text>
        {onEdit && (
          <Button size="compact-sm" variant="default" aria-label={words.editOf(name)} onClick={onEdit}>
            {words.edit}
          </Button>
        )}
      </Group>
      {rows.map(({ metric, used, limit }) => (
        <QuotaBar
          key={metric}
          label={words.metrics[metric]}
          used={used}
          limit={limit}
          text={(value) => amountText(metric, value)}
        />
      ))}
    </Stack>
  );
}
