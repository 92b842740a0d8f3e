// What can be done with users, and the dialogs that some of it opens.
import { useMemo, useState } from 'react';
import { call } from '../../api/call.ts';
import type { UserEntry } from '../../api/documents.ts';
import type { Action } from '../../parts/actions.ts';
import { TemplateDialog } from '../../parts/template-dialog.tsx';
import { texts } from '../../texts/index.ts';
import { GroupDialog } from './group-dialog.tsx';
import { useManagedGroups } from './managed-groups.ts';
import { PasswordDialog } from './password-dialog.tsx';

const { actions, ...words } = texts.users;
const APPEND = 1;
const FIRST_ADMINISTRATOR = 0;
/** The driver of users who sign in with a password. */
const CORE = 'core';

type Who = Pick<UserEntry, 'ID' | 'NAME' | 'GID' | 'ENABLED' | 'AUTH_DRIVER'>;

interface Open {
  what: 'password' | 'primary' | 'attributes';
  user: Who;
}

export function useUserActions(onDeleted?: () => void) {
  const [open, setOpen] = useState<Open>();
  const managesGroups = useManagedGroups().length > 0;
  const list = useMemo(
    () => [...dialogs(setOpen, managesGroups), ...STATES, deletes(onDeleted)],
    [managesGroups, onDeleted],
  );
  const close = (): void => setOpen(undefined);
  const dialog = (
    <>
      {open?.what === 'password' && <PasswordDialog user={open.user} onClose={close} />}
      {open?.what === 'primary' && (
        <GroupDialog
          title={words.primary.title(open.user.NAME)}
          label={words.primary.label}
          hint={words.primary.hint}
          without={[open.user.GID]}
          submit={(groupId) => call('one.user.chgrp', { id: open.user.ID, groupId })}
          onClose={close}
        />
      )}
      {open?.what === 'attributes' && (
        <TemplateDialog
          title={words.attributesOf(open.user.NAME)}
          submit={(template) => call('one.user.update', { id: open.user.ID, template, append: APPEND })}
          onClose={close}
        />
      )}
    </>
  );
  return { actions: list, dialog };
}

function dialogs(open: (what: Open) => void, managesGroups: boolean): ReadonlyArray<Action<Who>> {
  const all: ReadonlyArray<Action<Who>> = [
    {
      id: 'password',
      label: actions.password,
      method: 'one.user.passwd',
      needs: 'ADMIN',
      single: true,
      refused: ({ AUTH_DRIVER }) => (AUTH_DRIVER === CORE ? undefined : actions.cannotSignIn),
      run: (user) => open({ what: 'password', user }),
    },
    {
      id: 'primary',
      label: actions.primary,
      method: 'one.user.chgrp',
      needs: 'MANAGE',
      single: true,
      run: (user) => open({ what: 'primary', user }),
    },
    {
      id: 'attributes',
      label: actions.attributes,
      method: 'one.user.update',
      needs: 'MANAGE',
      single: true,
      run: (user) => open({ what: 'attributes', user }),
    },
  ];
  return all.filter(({ id }) => id !== 'primary' || managesGroups);
}

const STATES: ReadonlyArray<Action<Who>> = [
  {
    id: 'enable',
    label: actions.enable,
    method: 'one.user.enable',
    needs: 'ADMIN',
    refused: ({ ENABLED }) => (ENABLED === 1 ? actions.isEnabled : undefined),
    run: ({ ID }) => call('one.user.enable', { id: ID, enable: true }),
  },
  {
    id: 'disable',
    label: actions.disable,
    method: 'one.user.enable',
    needs: 'ADMIN',
    refused: ({ ID, ENABLED }) => {
      if (ID === FIRST_ADMINISTRATOR) return actions.isAdministrator;
      return ENABLED === 1 ? undefined : actions.isDisabled;
    },
    confirm: () => ({ title: words.disableTitle, text: words.disableText, button: actions.disable }),
    run: ({ ID }) => call('one.user.enable', { id: ID, enable: false }),
  },
];

function deletes(onDeleted: (() => void) | undefined): Action<Who> {
  return {
    id: 'delete',
    label: actions.delete,
    method: 'one.user.delete',
    needs: 'ADMIN',
    dangerous: true,
    refused: ({ ID }) => (ID === FIRST_ADMINISTRATOR ? actions.isAdministrator : undefined),
    confirm: () => ({ title: words.deleteTitle, text: words.deleteText, button: actions.delete }),
    run: async ({ ID }) => {
      await call('one.user.delete', { id: ID });
      onDeleted?.();
    },
  };
}
