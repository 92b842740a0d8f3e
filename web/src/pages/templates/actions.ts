// What can be done with templates. Those that open a dialog tell whoever asked for the actions.
import { call } from '../../api/call.ts';
import type { Template } from '../../api/documents.ts';
import type { Action } from '../../parts/actions.ts';
import { texts } from '../../texts/index.ts';

const { actions, deleteText, deleteTitle } = texts.templates;

export type TemplateDialogName = 'instantiate' | 'clone' | 'rename' | 'attributes';

export function templateActions(
  open: (dialog: TemplateDialogName, template: Template) => void,
): ReadonlyArray<Action<Template>> {
  const opening = (id: TemplateDialogName, method: string, needs: 'USE' | 'MANAGE'): Action<Template> => ({
    ...{ id, label: actions[id], method, needs, single: true },
    run: (template) => open(id, template),
  });
  return [
    opening('instantiate', 'one.template.instantiate', 'USE'),
    opening('attributes', 'one.template.update', 'MANAGE'),
    opening('rename', 'one.template.rename', 'MANAGE'),
    opening('clone', 'one.template.clone', 'USE'),
    {
      ...{ id: 'delete', label: actions.delete, method: 'one.template.delete', needs: 'MANAGE', dangerous: true },
      confirm: () => ({ title: deleteTitle, text: deleteText, button: actions.delete }),
      run: ({ ID }) => call('one.template.delete', { id: ID }),
    },
  ];
}
