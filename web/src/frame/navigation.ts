// The pages in the navigation: one line each, in the order in which they are shown. A page whose method the user may not call is left out.
import {
  IconArchive,
  IconCalendarRepeat,
  IconGauge,
  IconDeviceDesktop,
  IconHistory,
  IconInfoCircle,
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
  { to: '/about', label: texts.navigation.about, icon: IconInfoCircle, group: 'people' },
];
