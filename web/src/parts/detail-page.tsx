// A page of one object: its name and state, what can be done with it, and tabs. The tab is in the address.
import { Anchor, Group, Loader, Stack, Tabs, Title } from '@mantine/core';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { texts } from '../texts/index.ts';
import { ErrorNote } from './error-note.tsx';

export interface DetailTab {
  id: string;
  label: string;
  /** Made when the tab is shown. */
  render: () => ReactNode;
}

interface Props {
  /** The list it belongs to. */
  back: { to: string; label: string };
  query: { error: unknown; isPending: boolean; refetch: () => unknown };
  /** Undefined while it is not known. */
  name: string | undefined;
  state?: ReactNode;
  /** An ActionMenu, and buttons for what is done most. */
  actions?: ReactNode;
  tabs: readonly DetailTab[];
}

export function DetailPage({ back, query, name, state, actions, tabs }: Props) {
  const { tab } = useSearch({ strict: false });
  const navigate = useNavigate();
  const shown = tabs.find(({ id }) => id === tab) ?? tabs[0];
  return (
    <Stack gap="sm">
      <Anchor component={Link} to={back.to} size="sm">
        ← {back.label}
      </Anchor>
      {query.error !== null && <ErrorNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Loader role="status" aria-label={texts.common.loading} />}
      {name !== undefined && (
        <>
          <Group justify="space-between">
            <Group gap="sm">
              <Title order={1} size="h2" style={{ overflowWrap: 'anywhere' }}>
                {name}
              </Title>
              {state}
            </Group>
            <Group gap="xs">{actions}</Group>
          </Group>
          <Tabs
            value={shown?.id ?? null}
            onChange={(id) => {
              if (id !== null) void navigate({ to: '.', search: (now) => ({ ...now, tab: id }), replace: true });
            }}
            keepMounted={false}
          >
            <Tabs.List>
              {tabs.map(({ id, label }) => (
                <Tabs.Tab key={id} value={id}>
                  {label}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            {tabs.map(({ id, render }) => (
              <Tabs.Panel key={id} value={id} pt="md">
                {id === shown?.id && render()}
              </Tabs.Panel>
            ))}
          </Tabs>
        </>
      )}
    </Stack>
  );
}

/** The `$id` of the address. */
export function useObjectId(): number {
  const params: Record<string, string | undefined> = useParams({ strict: false });
  return Number(params['id']);
}
