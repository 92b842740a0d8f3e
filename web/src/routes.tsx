// The table of pages: one line each, sorted by path. A page is loaded when it is first visited.
import type { QueryClient } from '@tanstack/react-query';
import { createRouter } from '@tanstack/react-router';
import { login, page, root, shell } from './frame/route.tsx';
import { NotFound, RouteFailure, RoutePending } from './frame/route-states.tsx';

const pages = [
  page('/', () => import('./pages/overview/overview.tsx'), 'Overview'),
  page('/about', () => import('./pages/about/about.tsx'), 'About'),
  page('/jobs', () => import('./pages/jobs/jobs.tsx'), 'Jobs'),
  page('/jobs/$id', () => import('./pages/jobs/job.tsx'), 'Job'),
  page('/jobs/new', () => import('./pages/jobs/new-job.tsx'), 'NewJob'),
  page('/runs', () => import('./pages/runs/runs.tsx'), 'Runs'),
  page('/settings', () => import('./pages/settings/settings.tsx'), 'Settings'),
  page('/vms', () => import('./pages/vms/vms.tsx'), 'Vms'),
  page('/vms/$id', () => import('./pages/vms/vm.tsx'), 'Vm'),
] as const;

export function makeRouter(client: QueryClient) {
  return createRouter({
    routeTree: root.addChildren([login, shell.addChildren(pages)]),
    context: { client },
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0, // TanStack Query keeps what was loaded
    defaultPendingComponent: RoutePending,
    defaultErrorComponent: RouteFailure,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
