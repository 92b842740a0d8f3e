// What can be done with datastores, and the dialogs that some of it opens.
import { useMemo, useState } from 'react';
import { call } from '../../api/call.ts';
import type { Datastore } from '../../api/documents.ts';
import type { Action } from '../../parts/actions.ts';
import { RenameDialog } from '../../parts/rename-dialog.tsx';
import { texts } from '../../texts/index.ts';
import { EditDatastore } from './edit-datastore.tsx';
import { BACKUP_DS, SYSTEM_DS } from './state.ts';

const { actions, ...words } = texts.datastores;

interface Open {
  what: 'edit' | 'rename';
  store: Datastore;
}

export function useDatastoreActions(onDeleted?: () => void) {
  const [open, setOpen] = useState<Open>();
  const list = useMemo(() => actionsThat(setOpen, onDeleted), [onDeleted]);
  const close = (): void => setOpen(undefined);
  const dialog = (
    <>
      {open?.what === 'edit' && <EditDatastore store={open.store} onClose={close} />}
      {open?.what === 'rename' && (
        <RenameDialog
          name={open.store.NAME}
          submit={(name) => call('one.datastore.rename', { id: open.store.ID, name })}
          onClose={close}
        />
      )}
    </>
  );
  return { actions: list, dialog };
}

function actionsThat(open: (what: Open) => void, onDeleted?: () => void): ReadonlyArray<Action<Datastore>> {
  return [
    {
      id: 'edit',
      label: actions.edit,
      method: 'one.datastore.update',
      needs: 'MANAGE',
      single: true,
      run: (store) => open({ what: 'edit', store }),
    },
    {
      id: 'rename',
      label: actions.rename,
      method: 'one.datastore.rename',
      needs: 'MANAGE',
      single: true,
      run: (store) => open({ what: 'rename', store }),
    },
    {
      id: 'enable',
      label: actions.enable,
      method: 'one.datastore.enable',
      needs: 'MANAGE',
      refused: ({ TYPE, STATE }) =>
        TYPE !== SYSTEM_DS ? actions.notSystem : STATE === 0 ? actions.isEnabled : undefined,
      run: ({ ID }) => call('one.datastore.enable', { id: ID, enable: true }),
    },
    {
      id: 'disable',
      label: actions.disable,
      method: 'one.datastore.enable',
      needs: 'MANAGE',
      refused: ({ TYPE, STATE }) =>
        TYPE !== SYSTEM_DS ? actions.notSystem : STATE === 1 ? actions.isDisabled : undefined,
      run: ({ ID }) => call('one.datastore.enable', { id: ID, enable: false }),
    },
    {
      id: 'rescan',
      label: actions.rescan,
      method: 'one.datastore.rescan',
      needs: 'ADMIN',
      refused: ({ TYPE }) => (TYPE === BACKUP_DS ? undefined : actions.notBackup),
      confirm: () => ({ title: words.rescanTitle, text: words.rescanText, button: actions.rescan }),
      run: ({ ID }) => call('one.datastore.rescan', { id: ID }),
    },
    {
      id: 'delete',
      label: actions.delete,
      method: 'one.datastore.delete',
      needs: 'ADMIN',
      dangerous: true,
      refused: ({ IMAGES }) => (IMAGES.ID.length > 0 ? actions.holds(IMAGES.ID.length) : undefined),
      confirm: () => ({ title: words.deleteTitle, text: words.deleteText, button: actions.delete }),
      run: async ({ ID }) => {
        await call('one.datastore.delete', { id: ID });
        onDeleted?.();
      },
    },
  ];
}
