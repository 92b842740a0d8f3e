// What can be done with backups. Those that open a dialog tell whoever asked for the actions.
import { call } from '../../api/call.ts';
import type { Action } from '../../parts/actions.ts';
import { texts } from '../../texts/index.ts';
import { backupState, type BackupRow } from './state.ts';

const { actions, confirmDelete } = texts.backups;

export type BackupDialog = 'restore' | 'drill' | 'rename' | 'pin';

interface Asked {
  open: (dialog: BackupDialog, row: BackupRow) => void;
  /** Images with which something is done that their own cancel ends. */
  busy: ReadonlySet<number>;
}

export function backupActions({ open, busy }: Asked): ReadonlyArray<Action<BackupRow>> {
  return [
    {
      id: 'restore',
      label: actions.restore,
      method: 'one.image.restore',
      needs: 'USE',
      single: true,
      refused: holdsSomething,
      run: (row) => open('restore', row),
    },
    {
      id: 'verify',
      label: actions.verify,
      method: 'one.image.verify',
      needs: 'MANAGE',
      refused: holdsSomething,
      run: ({ id }) => call('one.image.verify', { id }),
    },
    {
      id: 'drill',
      label: actions.drill,
      method: 'one.image.drill',
      needs: 'MANAGE',
      single: true,
      refused: holdsSomething,
      run: (row) => open('drill', row),
    },
    {
      id: 'cancel',
      label: actions.cancel,
      method: 'one.image.cancel',
      needs: 'MANAGE',
      refused: ({ id }) => (busy.has(id) ? undefined : actions.nothingToCancel),
      run: ({ id }) => call('one.image.cancel', { id }),
    },
    {
      id: 'rename',
      label: actions.rename,
      method: 'one.image.rename',
      needs: 'MANAGE',
      single: true,
      run: (row) => open('rename', row),
    },
    {
      id: 'delete',
      label: actions.delete,
      method: 'one.image.delete',
      needs: 'MANAGE',
      dangerous: true,
      refused: ({ image }) => (backupState(image).word === 'locked' ? actions.inWork : undefined),
      confirm: () => confirmDelete,
      run: ({ id }) => call('one.image.delete', { id }),
    },
  ];
}

function holdsSomething({ points }: BackupRow): string | undefined {
  return points === 0 ? actions.noPoint : undefined;
}
