// The history of runs: how backups went, overall and by VM, and every run with its reason.
import { Stack, Tabs, Title } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { texts } from '../../texts/index.ts';
import { History } from './history.tsx';
import { ByVm } from './by-vm.tsx';
import { useFigures } from './figures.ts';
import { Charts } from './charts.tsx';

const { runs } = texts;
const TABS = [
  ['history', runs.tabs.history],
  ['vms', runs.tabs.vms],
] as const;

export function Runs() {
  const { tab = 'history' } = useSearch({ strict: false });
  const navigate = useNavigate();
  const figures = useFigures();
  return (
    <Stack gap="sm">
      <Title order={1} size="h2">
        {runs.title}
      </Title>
      <Charts figures={figures} />
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(to) => {
          if (to !== null) void navigate({ to: '.', search: (now) => ({ ...now, tab: to }), replace: true });
        }}
      >
        <Tabs.List>
          {TABS.map(([id, label]) => (
            <Tabs.Tab key={id} value={id}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="history" pt="sm">
          <History vm={figures.view.vm} />
        </Tabs.Panel>
        <Tabs.Panel value="vms" pt="sm">
          <ByVm figures={figures} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
