// Names of the pages in the navigation.
export const navigation = {
  label: 'Pages',
  groups: {
    watch: 'Watch',
    protect: 'Protect',
    machines: 'Machines',
    infrastructure: 'Infrastructure',
    people: 'People',
  },
  overview: 'Overview',
  runs: 'Runs',
  about: 'About',
  settings: 'Settings',
  light: 'Light',
  dark: 'Dark',
  auto: 'As the system',
  scheme: 'Colours',
};
