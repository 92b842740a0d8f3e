// The table of pages: one line each, sorted by path. A page is loaded when it is first visited.
import type { QueryClient } from '@tanstack/react-query';
import { createRouter } from '@tanstack/react-router';
import { login, page, root, shell } from './frame/route.tsx';
import { NotFound, RouteFailure, RoutePending } from './frame/route-states.tsx';

const pages = [
  page('/', () => import('./pages/overview/overview.tsx'), 'Overview'),
  page('/about', () => import('./pages/about/about.tsx'), 'About'),
  page('/acl', () => import('./pages/acl/acl.tsx'), 'Acl'),
  page('/audit', () => import('./pages/audit/audit.tsx'), 'Audit'),
  page('/backups', () => import('./pages/backups/backups.tsx'), 'Backups'),
  page('/backups/$id', () => import('./pages/backups/backup.tsx'), 'Backup'),
  page('/clusters', () => import('./pages/clusters/clusters.tsx'), 'Clusters'),
  page('/datastores', () => import('./pages/datastores/datastores.tsx'), 'Datastores'),
  page('/datastores/$id', () => import('./pages/datastores/datastore.tsx'), 'Datastore'),
  page('/groups', () => import('./pages/groups/groups.tsx'), 'Groups'),
  page('/groups/$id', () => import('./pages/groups/group.tsx'), 'Group'),
  page('/hosts', () => import('./pages/hosts/hosts.tsx'), 'Hosts'),
  page('/hosts/$id', () => import('./pages/hosts/host.tsx'), 'Host'),
  page('/images', () => import('./pages/images/images.tsx'), 'Images'),
  page('/images/$id', () => import('./pages/images/image.tsx'), 'Image'),
  page('/jobs', () => import('./pages/jobs/jobs.tsx'), 'Jobs'),
  page('/jobs/$id', () => import('./pages/jobs/job.tsx'), 'Job'),
  page('/jobs/new', () => import('./pages/jobs/new-job.tsx'), 'NewJob'),
  page('/networks', () => import('./pages/networks/networks.tsx'), 'Networks'),
  page('/networks/$id', () => import('./pages/networks/network.tsx'), 'Network'),
  page('/quotas', () => import('./pages/quotas/quotas.tsx'), 'Quotas'),
  page('/runs', () => import('./pages/runs/runs.tsx'), 'Runs'),
  page('/settings', () => import('./pages/settings/settings.tsx'), 'Settings'),
  page('/templates', () => import('./pages/templates/templates.tsx'), 'Templates'),
  page('/templates/$id', () => import('./pages/templates/template.tsx'), 'Template'),
  page('/users', () => import('./pages/users/users.tsx'), 'Users'),
  page('/users/$id', () => import('./pages/users/user.tsx'), 'User'),
  page('/vdcs', () => import('./pages/vdcs/vdcs.tsx'), 'Vdcs'),
  page('/vms', () => import('./pages/vms/vms.tsx'), 'Vms'),
  page('/vms/$id', () => import('./pages/vms/vm.tsx'), 'Vm'),
  page('/vms/new', () => import('./pages/vms/new-vm.tsx'), 'NewVm'),
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
