// Gives an object another name.
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { texts } from '../texts/index.ts';
import { FormDialog } from './form-dialog.tsx';

interface Props {
  name: string;
  submit: (name: string) => Promise<unknown>;
  onClose: () => void;
}

export function RenameDialog({ name, submit, onClose }: Props) {
  const [wanted, setWanted] = useState(name);
  const [tried, setTried] = useState(false);
  return (
    <FormDialog
      title={`${texts.common.rename}: ${name}`}
      button={texts.common.rename}
      isReady={() => {
        setTried(true);
        return wanted !== '';
      }}
      submit={() => submit(wanted)}
      onClose={onClose}
    >
      <TextInput
        label={texts.common.name}
        required
        value={wanted}
        onChange={(event) => setWanted(event.currentTarget.value)}
        error={tried && wanted === '' ? texts.common.required : undefined}
        data-autofocus
      />
    </FormDialog>
  );
}
