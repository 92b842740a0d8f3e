// The page of one backup.
import { Button, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLiveRunsOfImage } from '../../api/live-runs.ts';
import { objectQuery } from '../../api/queries.ts';
import { ActionMenu } from '../../parts/action-menu.tsx';
import { DetailPage, useObjectId, type DetailTab } from '../../parts/detail-page.tsx';
import { PATHS } from '../../parts/paths.ts';
import { RunProgress } from '../../parts/run-progress.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { texts } from '../../texts/index.ts';
import { BackupDrill } from './backup-drill.tsx';
import { BackupFiles } from './backup-files.tsx';
import { BackupInfo } from './backup-info.tsx';
import { BackupLog } from './backup-log.tsx';
import { BackupPoints } from './backup-points.tsx';
import { BackupRetention } from './backup-retention.tsx';
import { useBackupActions, type OpenDialog } from './dialogs.tsx';
import { backupState, rowOf, type BackupRow } from './state.ts';
import { useMayWith } from './use-may-with.ts';

export function Backup() {
  const id = useObjectId();
  const { actions, open, dialog } = useBackupActions();
  const query = useQuery(objectQuery('image', id, 'one.image.info', { id }));
  const runs = useLiveRunsOfImage(id);
  const row = query.data && rowOf(query.data.IMAGE);
  const state = row && backupState(row.image);
  return (
    <Stack gap="md">
      <DetailPage
        back={{ to: PATHS.image, label: texts.backups.title }}
        query={query}
        name={row?.name}
        state={state && <StateBadge tone={state.tone}>{texts.backups.states[state.word]}</StateBadge>}
        actions={
          row && (
            <>
              <RestoreButton row={row} open={open} />
              <ActionMenu
                noun="image"
                rows={[row]}
                actions={actions}
                idOf={(one) => one.id}
                nameOf={({ name }) => name}
              />
            </>
          )
        }
        tabs={row ? tabsOf(row, open) : []}
      />
      {runs.map((run) => (
        <RunProgress key={run.id} run={run} />
      ))}
      {dialog}
    </Stack>
  );
}

/** What is done most. */
function RestoreButton({ row, open }: { row: BackupRow; open: OpenDialog }) {
  const may = useMayWith(row.image);
  if (row.points === 0 || !may('one.image.restore', 'USE')) return null;
  return <Button onClick={() => open('restore', row)}>{texts.backups.actions.restore}</Button>;
}

function tabsOf(row: BackupRow, open: OpenDialog): DetailTab[] {
  const { tabs } = texts.backups;
  const { image } = row;
  return [
    { id: 'points', label: tabs.points, render: () => <BackupPoints row={row} open={open} /> },
    { id: 'retention', label: tabs.retention, render: () => <BackupRetention key={image.ID} row={row} /> },
    { id: 'files', label: tabs.files, render: () => <BackupFiles key={image.ID} image={image} /> },
    { id: 'drill', label: tabs.drill, render: () => <BackupDrill row={row} open={open} /> },
    { id: 'info', label: tabs.info, render: () => <BackupInfo image={image} /> },
    { id: 'log', label: tabs.log, render: () => <BackupLog image={image} /> },
  ];
}
