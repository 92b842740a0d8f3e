// Chooses a group for a user.
import { NativeSelect, Text } from '@mantine/core';
import { useState } from 'react';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { texts } from '../../texts/index.ts';
import { useManagedGroups } from './managed-groups.ts';

interface Props {
  title: string;
  label: string;
  hint?: string;
  /** Groups that are no choice. */
  without: readonly number[];
  submit: (groupId: number) => Promise<unknown>;
  onClose: () => void;
}

export function GroupDialog({ title, label, hint, without, submit, onClose }: Props) {
  const [chosen, setChosen] = useState<number>();
  const choices = useManagedGroups().filter(({ ID }) => !without.includes(ID));
  const group = chosen ?? choices[0]?.ID;
  return (
    <FormDialog
      title={title}
      button={texts.common.save}
      isReady={() => group !== undefined}
      submit={async () => group !== undefined && submit(group)}
      onClose={onClose}
    >
      {choices.length === 0 ? (
        <Text size="sm">{texts.users.groups.all}</Text>
      ) : (
        <NativeSelect
          label={label}
          description={hint}
          data={choices.map(({ ID, NAME }) => ({ value: String(ID), label: NAME }))}
          value={String(group)}
          onChange={(event) => setChosen(Number(event.currentTarget.value))}
          data-autofocus
        />
      )}
    </FormDialog>
  );
}
