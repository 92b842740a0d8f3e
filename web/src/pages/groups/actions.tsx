// What can be done with groups, and the dialogs that some of it opens.
import { useMemo, useState } from 'react';
import { call } from '../../api/call.ts';
import type { GroupEntry } from '../../api/documents.ts';
import type { Action } from '../../parts/actions.ts';
import { TemplateDialog } from '../../parts/template-dialog.tsx';
import { texts } from '../../texts/index.ts';

const { actions, ...words } = texts.groups;
const APPEND = 1;
/** oneadmin and users have been there from the beginning. */
const FIRST_OWN = 100;

type Which = Pick<GroupEntry, 'ID' | 'NAME' | 'USERS'>;

export function useGroupActions(onDeleted?: () => void) {
  const [editing, setEditing] = useState<Which>();
  const list = useMemo(() => actionsThat(setEditing, onDeleted), [onDeleted]);
  const dialog = editing && (
    <TemplateDialog
      title={words.attributesOf(editing.NAME)}
      submit={(template) => call('one.group.update', { id: editing.ID, template, append: APPEND })}
      onClose={() => setEditing(undefined)}
    />
  );
  return { actions: list, dialog };
}

function actionsThat(edit: (group: Which) => void, onDeleted?: () => void): ReadonlyArray<Action<Which>> {
  return [
    {
      id: 'attributes',
      label: actions.attributes,
      method: 'one.group.update',
      needs: 'MANAGE',
      single: true,
      run: edit,
    },
    {
      id: 'delete',
      label: actions.delete,
      method: 'one.group.delete',
      needs: 'ADMIN',
      dangerous: true,
      refused: ({ ID, USERS }) => {
        if (ID < FIRST_OWN) return actions.isBuiltIn;
        return USERS.ID.length > 0 ? actions.holds(USERS.ID.length) : undefined;
      },
      confirm: () => ({ title: words.deleteTitle, text: words.deleteText, button: actions.delete }),
      run: async ({ ID }) => {
        await call('one.group.delete', { id: ID });
        onDeleted?.();
      },
    },
  ];
}
