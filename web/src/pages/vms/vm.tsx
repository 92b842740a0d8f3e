// The page of one VM.
import { useQuery } from '@tanstack/react-query';
import type { Vm as VmDocument } from '../../api/documents.ts';
import { useLiveRunsOfVm } from '../../api/live-runs.ts';
import { objectQuery } from '../../api/queries.ts';
import { ActionMenu } from '../../parts/action-menu.tsx';
import { DetailPage, useObjectId, type DetailTab } from '../../parts/detail-page.tsx';
import { PATHS } from '../../parts/paths.ts';
import { RunProgress } from '../../parts/run-progress.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { texts } from '../../texts/index.ts';
import { useVmActions } from './dialogs.tsx';
import { vmState } from './state.ts';
import { VmBackup } from './vm-backup.tsx';
import { VmBackups } from './vm-backups.tsx';
import { VmInfo } from './vm-info.tsx';
import { VmLog } from './vm-log.tsx';
import { VmNetwork } from './vm-network.tsx';
import { VmSchedule } from './vm-schedule.tsx';
import { VmStorage } from './vm-storage.tsx';

export function Vm() {
  const id = useObjectId();
  const { actions, dialog } = useVmActions();
  const query = useQuery(objectQuery('vm', id, 'one.vm.info', { id }));
  const runs = useLiveRunsOfVm(id);
  const vm = query.data?.VM;
  const state = vm && vmState(vm);
  return (
    <>
      <DetailPage
        back={{ to: PATHS.vm, label: texts.vms.title }}
        query={query}
        name={vm?.NAME}
        state={state && <StateBadge tone={state.tone}>{texts.vms.states[state.word]}</StateBadge>}
        actions={
          vm && <ActionMenu noun="vm" rows={[vm]} actions={actions} idOf={({ ID }) => ID} nameOf={({ NAME }) => NAME} />
        }
        tabs={vm ? tabsOf(vm) : []}
      />
      {runs.map((run) => (
        <RunProgress key={run.id} run={run} />
      ))}
      {dialog}
    </>
  );
}

function tabsOf(vm: VmDocument): DetailTab[] {
  const { tabs } = texts.vms;
  return [
    { id: 'info', label: tabs.info, render: () => <VmInfo vm={vm} /> },
    { id: 'backup', label: tabs.backup, render: () => <VmBackup key={vm.ID} vm={vm} /> },
    { id: 'schedule', label: tabs.schedule, render: () => <VmSchedule vm={vm} /> },
    { id: 'backups', label: tabs.backups, render: () => <VmBackups vm={vm} /> },
    { id: 'storage', label: tabs.storage, render: () => <VmStorage vm={vm} /> },
    { id: 'network', label: tabs.network, render: () => <VmNetwork vm={vm} /> },
    { id: 'log', label: tabs.log, render: () => <VmLog vm={vm} /> },
  ];
}
