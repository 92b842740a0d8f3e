// What can be done with hosts, and the dialogs that some of it opens.
import { useMemo, useState } from 'react';
import { call } from '../../api/call.ts';
import type { Host } from '../../api/documents.ts';
import type { Action } from '../../parts/actions.ts';
import { RenameDialog } from '../../parts/rename-dialog.tsx';
import { TemplateDialog } from '../../parts/template-dialog.tsx';
import { texts } from '../../texts/index.ts';
import { hostState } from './state.ts';

const { actions, ...words } = texts.hosts;
const STATUS = { enable: 0, disable: 1, offline: 2 };
const APPEND = 1;

interface Open {
  what: 'rename' | 'attributes';
  host: Host;
}

export function useHostActions(onDeleted?: () => void) {
  const [open, setOpen] = useState<Open>();
  const list = useMemo(() => [...STATES, ...dialogs(setOpen), deletes(onDeleted)], [onDeleted]);
  const close = (): void => setOpen(undefined);
  const dialog = (
    <>
      {open?.what === 'rename' && (
        <RenameDialog
          name={open.host.NAME}
          submit={(name) => call('one.host.rename', { id: open.host.ID, name })}
          onClose={close}
        />
      )}
      {open?.what === 'attributes' && (
        <TemplateDialog
          title={words.attributesOf(open.host.NAME)}
          submit={(template) => call('one.host.update', { id: open.host.ID, template, append: APPEND })}
          onClose={close}
        />
      )}
    </>
  );
  return { actions: list, dialog };
}

const isIn = ({ STATE }: Host, ...states: string[]): boolean => states.includes(hostState(STATE).state);
const toStatus = (status: number) => (host: Host) => call('one.host.status', { id: host.ID, status });

const STATES: ReadonlyArray<Action<Host>> = [
  {
    id: 'enable',
    label: actions.enable,
    method: 'one.host.status',
    needs: 'ADMIN',
    refused: (host) => (isIn(host, 'disabled', 'offline') ? undefined : actions.isOn),
    run: toStatus(STATUS.enable),
  },
  {
    id: 'disable',
    label: actions.disable,
    method: 'one.host.status',
    needs: 'ADMIN',
    refused: (host) => (isIn(host, 'disabled') ? actions.isDisabled : undefined),
    run: toStatus(STATUS.disable),
  },
  {
    id: 'offline',
    label: actions.offline,
    method: 'one.host.status',
    needs: 'ADMIN',
    refused: (host) => (isIn(host, 'offline') ? actions.isOffline : undefined),
    confirm: () => ({ title: words.offlineTitle, text: words.offlineText, button: actions.offline }),
    run: toStatus(STATUS.offline),
  },
];

function dialogs(open: (what: Open) => void): ReadonlyArray<Action<Host>> {
  return [
    {
      id: 'rename',
      label: actions.rename,
      method: 'one.host.rename',
      needs: 'ADMIN',
      single: true,
      run: (host) => open({ what: 'rename', host }),
    },
    {
      id: 'attributes',
      label: actions.attributes,
      method: 'one.host.update',
      needs: 'ADMIN',
      single: true,
      run: (host) => open({ what: 'attributes', host }),
    },
  ];
}

function deletes(onDeleted: (() => void) | undefined): Action<Host> {
  return {
    id: 'delete',
    label: actions.delete,
    method: 'one.host.delete',
    needs: 'ADMIN',
    dangerous: true,
    refused: ({ VMS }) => (VMS.ID.length > 0 ? actions.holds(VMS.ID.length) : undefined),
    confirm: () => ({ title: words.deleteTitle, text: words.deleteText, button: actions.delete }),
    run: async ({ ID }) => {
      await call('one.host.delete', { id: ID });
      onDeleted?.();
    },
  };
}
