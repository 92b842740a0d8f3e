// Attributes as text, for those that have no field: what is written here is set, all others stay.
import { Textarea } from '@mantine/core';
import { useState } from 'react';
import { texts } from '../texts/index.ts';
import { FormDialog } from './form-dialog.tsx';

interface Props {
  title: string;
  /** Is given the template; the daemon says what is wrong with it. */
  submit: (template: string) => Promise<unknown>;
  onClose: () => void;
}

export function TemplateDialog({ title, submit, onClose }: Props) {
  const [text, setText] = useState('');
  return (
    <FormDialog title={title} button={texts.common.save} submit={() => submit(text)} onClose={onClose} size="lg">
      <Textarea
        label={texts.common.attributes}
        description={texts.common.attributesHint}
        placeholder={'NAME="value"\nVECTOR=[ A="1", B="2" ]'}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        autosize
        minRows={6}
        maxRows={20}
        spellCheck={false}
        data-autofocus
      />
    </FormDialog>
  );
}
