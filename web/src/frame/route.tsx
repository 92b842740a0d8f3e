// What every route is made of: the root, the sign-in page, the shell around all that needs a session, and a page in it.
import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { sessionQuery } from '../api/session.ts';
import { searchOf, signInSearch } from './search.ts';
import { Shell } from './shell.tsx';

export const root = createRootRouteWithContext<{ client: QueryClient }>()({ component: Outlet });

export const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: signInSearch,
  component: lazyRouteComponent(() => import('../pages/login/login.tsx'), 'Login'),
});

/** Whoever is not signed in is asked to be, and comes back to where they wanted to go. */
export const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  validateSearch: searchOf,
  beforeLoad: async ({ context, location }) => {
    const user = await context.client.query({ ...sessionQuery, staleTime: 'static' });
    if (user === null) redirect({ to: '/login', search: { to: location.href }, throw: true });
    return { user };
  },
  component: Shell,
});

/** A page inside the shell: its path, where it is loaded from and the name of its component there. */
export function page<const Path extends string, Name extends string>(
  path: Path,
  load: () => Promise<Record<Name, ComponentType>>,
  name: Name,
) {
  return createRoute({ getParentRoute: () => shell, path, component: lazyRouteComponent(load, name) });
}
