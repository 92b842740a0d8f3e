// The dialogs of a template, one at a time: for a list and for its page.
import { TextInput } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { call } from '../../api/call.ts';
import type { Template } from '../../api/documents.ts';
import type { Action } from '../../parts/actions.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { RenameDialog } from '../../parts/rename-dialog.tsx';
import { TemplateDialog } from '../../parts/template-dialog.tsx';
import { texts } from '../../texts/index.ts';
import { templateActions, type TemplateDialogName } from './actions.ts';
import { Instantiate } from './instantiate.tsx';

/** The template is merged into what is there. */
const APPEND = 1;

/** The actions of templates, and the dialog that one of them has opened. */
export function useTemplateActions(): { actions: ReadonlyArray<Action<Template>>; dialog: ReactNode } {
  const [opened, setOpened] = useState<{ dialog: TemplateDialogName; template: Template }>();
  const actions = useMemo(() => templateActions((dialog, template) => setOpened({ dialog, template })), []);
  return { actions, dialog: opened && <Dialog {...opened} onClose={() => setOpened(undefined)} /> };
}

interface Props {
  dialog: TemplateDialogName;
  template: Template;
  onClose: () => void;
}

function Dialog({ dialog, template, onClose }: Props) {
  const { ID: id, NAME: name } = template;
  switch (dialog) {
    case 'instantiate':
      return <Instantiate template={template} onClose={onClose} />;
    case 'clone':
      return <Clone template={template} onClose={onClose} />;
    case 'rename':
      return (
        <RenameDialog name={name} submit={(to) => call('one.template.rename', { id, name: to })} onClose={onClose} />
      );
    case 'attributes':
      return (
        <TemplateDialog
          title={texts.templates.attributesOf(name)}
          submit={(text) => call('one.template.update', { id, template: text, append: APPEND })}
          onClose={onClose}
        />
      );
  }
}

function Clone({ template, onClose }: Omit<Props, 'dialog'>) {
  const { clone } = texts.templates;
  const [name, setName] = useState(`${template.NAME} copy`);
  return (
    <FormDialog
      title={clone.title(template.NAME)}
      button={clone.button}
      isReady={() => name !== ''}
      submit={() => call('one.template.clone', { id: template.ID, name })}
      onClose={onClose}
    >
      <TextInput
        label={clone.name}
        required
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
    </FormDialog>
  );
}
