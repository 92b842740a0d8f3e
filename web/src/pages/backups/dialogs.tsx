// The dialogs of a backup, one at a time: for the list, for its page and for one of its points.
import { TextInput } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { call } from '../../api/call.ts';
import { useLiveRuns } from '../../api/live-runs.ts';
import type { Action } from '../../parts/actions.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { texts } from '../../texts/index.ts';
import { backupActions, type BackupDialog } from './actions.ts';
import { DrillDialog } from './drill-dialog.tsx';
import { PinDialog } from './pin-dialog.tsx';
import { RestoreDialog } from './restore-dialog.tsx';
import type { BackupRow } from './state.ts';

/** Opens a dialog, perhaps with a point chosen. */
export type OpenDialog = (dialog: BackupDialog, row: BackupRow, point?: number) => void;

interface Opened {
  dialog: BackupDialog;
  row: BackupRow;
  point: number;
}

const NEWEST = -1;

/** The actions of backups, and the dialog that one of them has opened. */
export function useBackupActions(): {
  actions: ReadonlyArray<Action<BackupRow>>;
  open: OpenDialog;
  dialog: ReactNode;
} {
  const [opened, setOpened] = useState<Opened>();
  const runs = useLiveRuns();
  // as text: the runs are new ones with each step forward
  const working = runs.flatMap(({ kind, imageIds }) => (kind === 'backup' ? [] : imageIds)).join(' ');
  const [open] = useState<OpenDialog>(
    () =>
      (dialog: BackupDialog, row: BackupRow, point: number = NEWEST) =>
        setOpened({ dialog, row, point }),
  );
  const actions = useMemo(
    () => backupActions({ open, busy: new Set(working === '' ? [] : working.split(' ').map(Number)) }),
    [open, working],
  );
  const close = (): void => setOpened(undefined);
  return { actions, open, dialog: opened && <Dialog {...opened} onClose={close} /> };
}

function Dialog({ dialog, row, point, onClose }: Opened & { onClose: () => void }) {
  switch (dialog) {
    case 'restore':
      return <RestoreDialog image={row.image} point={point} onClose={onClose} />;
    case 'drill':
      return <DrillDialog image={row.image} point={point} onClose={onClose} />;
    case 'pin':
      return <PinDialog row={row} point={point} onClose={onClose} />;
    case 'rename':
      return <Rename row={row} onClose={onClose} />;
  }
}

function Rename({ row, onClose }: { row: BackupRow; onClose: () => void }) {
  const [name, setName] = useState(row.name);
  const { rename } = texts.backups;
  return (
    <FormDialog
      title={rename.title}
      button={rename.button}
      isReady={() => name.trim() !== ''}
      submit={() => call('one.image.rename', { id: row.id, name: name.trim() })}
      onClose={onClose}
    >
      <TextInput
        label={rename.name}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
        required
      />
    </FormDialog>
  );
}
