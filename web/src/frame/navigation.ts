// The pages in the navigation: one line each, in the order in which they are shown. A page whose method the user may not call is left out.
import {
  IconArchive,
  IconBuilding,
  IconCalendarRepeat,
  IconChartBar,
  IconClipboardList,
  IconDatabase,
  IconDeviceDesktop,
  IconDisc,
  IconGauge,
  IconHistory,
  IconInfoCircle,
  IconLock,
  IconNetwork,
  IconServer,
  IconServer2,
  IconTemplate,
  IconUser,
  IconUsersGroup,
  type Icon,
} from '@tabler/icons-react';
import { texts } from '../texts/index.ts';

export interface NavigationEntry {
  to: string;
  label: string;
  icon: Icon;
  group: keyof typeof texts.navigation.groups;
  /** Method without which the page is of no use. */
  needs?: string;
}

export const NAVIGATION: readonly NavigationEntry[] = [
  { to: '/', label: texts.navigation.overview, icon: IconGauge, group: 'watch' },
  { to: '/runs', label: texts.navigation.runs, icon: IconHistory, group: 'watch' },
  { to: '/vms', label: texts.vms.title, icon: IconDeviceDesktop, group: 'protect' },
  { to: '/backups', label: texts.backups.title, icon: IconArchive, group: 'protect', needs: 'one.imagepool.info' },
  { to: '/jobs', label: texts.jobs.title, icon: IconCalendarRepeat, group: 'protect' },
  { to: '/templates', label: texts.templates.title, icon: IconTemplate, group: 'machines' },
  { to: '/images', label: texts.images.title, icon: IconDisc, group: 'machines' },
  { to: '/datastores', label: texts.datastores.title, icon: IconDatabase, group: 'infrastructure' },
  { to: '/networks', label: texts.networks.title, icon: IconNetwork, group: 'infrastructure' },
  { to: '/hosts', label: texts.hosts.title, icon: IconServer, group: 'infrastructure' },
  { to: '/clusters', label: texts.clusters.title, icon: IconServer2, group: 'infrastructure' },
  { to: '/vdcs', label: texts.vdcs.title, icon: IconBuilding, group: 'infrastructure' },
  { to: '/users', label: texts.users.title, icon: IconUser, group: 'people' },
  { to: '/groups', label: texts.groups.title, icon: IconUsersGroup, group: 'people' },
  { to: '/quotas', label: texts.quotas.title, icon: IconChartBar, group: 'people' },
  { to: '/acl', label: texts.acl.title, icon: IconLock, group: 'people', needs: 'one.acl.info' },
  { to: '/audit', label: texts.audit.title, icon: IconClipboardList, group: 'people', needs: 'one.system.audit' },
  { to: '/about', label: texts.navigation.about, icon: IconInfoCircle, group: 'people' },
];
