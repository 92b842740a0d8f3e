// Around every page: navigation, who is signed in, colours, and how the connection stands. Keeps the stream of changes open.
import { AppShell, Burger, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { follow } from '../api/live.ts';
import { sessionQuery } from '../api/session.ts';
import { texts } from '../texts/index.ts';
import { ConnectionBanner } from './connection-banner.tsx';
import { NavigationLinks } from './navigation-links.tsx';
import { SearchButton } from './search-button.tsx';
import { SchemeMenu } from './scheme-menu.tsx';
import { UserMenu } from './user-menu.tsx';

export function Shell() {
  const [open, menu] = useDisclosure(false);
  const main = useRef<HTMLElement>(null);
  useStream();
  useFocusOnNewPage(main, menu.close);
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !open } }}
      padding={{ base: 'xs', sm: 'md' }}
    >
      <a className="skip" href="#main">
        {texts.common.skip}
      </a>
      <AppShell.Header>
        <Group h="100%" px="sm" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger
              opened={open}
              onClick={menu.toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={texts.common.menu}
              aria-expanded={open}
            />
            <img src="/icon.svg" alt="" width={26} height={26} />
            <Text fw={650}>{texts.common.product}</Text>
          </Group>
          <Group gap={4} wrap="nowrap">
            <SearchButton />
            <SchemeMenu />
            <UserMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs">
        <NavigationLinks />
      </AppShell.Navbar>
      <AppShell.Main id="main" ref={main} tabIndex={-1}>
        <ConnectionBanner />
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

/** The stream lives as long as somebody is signed in. When the session ends the page asks to sign in again. */
function useStream(): void {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { data: user } = useQuery(sessionQuery);
  const userId = user?.id;
  useEffect(() => (userId === undefined ? undefined : follow(client)), [client, userId]);
  useEffect(() => {
    if (user === null) void navigate({ to: '/login', search: { to: location.pathname + location.search } });
  }, [user, navigate]);
}

/** After a change of page the focus is at its beginning, as after loading one; not when only what stands behind the ? changed. */
function useFocusOnNewPage(main: React.RefObject<HTMLElement | null>, then: () => void): void {
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const first = useRef(true);
  const after = useRef(then);
  useEffect(() => {
    after.current = then;
  });
  useEffect(() => {
    if (path === undefined) return;
    after.current();
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
  }, [path, main]);
}
