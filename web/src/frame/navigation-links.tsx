// The links to the pages, in groups.
import { Box, NavLink, ScrollArea, Text } from '@mantine/core';
import { Link, useRouterState } from '@tanstack/react-router';
import { texts } from '../texts/index.ts';
import { NAVIGATION, type NavigationEntry } from './navigation.ts';
import { useMay } from '../parts/use-session.ts';

export function NavigationLinks() {
  const may = useMay();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const shown = NAVIGATION.filter(({ needs }) => needs === undefined || may(needs));
  const groups = Object.entries(texts.navigation.groups);
  return (
    <ScrollArea component="nav" aria-label={texts.navigation.label}>
      {groups.map(([group, label]) => {
        const entries = shown.filter((entry) => entry.group === group);
        return entries.length === 0 ? null : (
          <Box key={group} mb="xs">
            <Text size="xs" c="dimmed" fw={600} px="xs" pb={2}>
              {label}
            </Text>
            {entries.map((entry) => (
              <Entry key={entry.to} entry={entry} path={path} />
            ))}
          </Box>
        );
      })}
    </ScrollArea>
  );
}

function Entry({ entry: { to, label, icon: Icon }, path }: { entry: NavigationEntry; path: string }) {
  const active = to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`);
  return (
    <NavLink
      component={Link}
      to={to}
      label={label}
      leftSection={<Icon size={18} aria-hidden />}
      active={active}
      aria-current={active ? 'page' : undefined}
      py={6}
      variant="light"
    />
  );
}
