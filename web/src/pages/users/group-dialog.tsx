// Chooses a group for a user.
import { NativeSelect, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { poolQuery } from '../../api/queries.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { texts } from '../../texts/index.ts';

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
  const pool = useQuery(poolQuery('group', 'one.grouppool.info', {}));
  const [chosen, setChosen] = useState<number>();
  const choices = (pool.data?.GROUP_POOL.GROUP ?? []).filter(({ ID }) => !without.includes(ID));
  const group = chosen ?? choices[0]?.ID;
  return (
    <FormDialog
      title={title}
      button={texts.common.save}
      isReady={() => group !== undefined}
      submit={async () => group !== undefined && submit(group)}
      onClose={onClose}
    >
      <Loaded query={pool}>
        {() =>
          choices.length === 0 ? (
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
          )
        }
      </Loaded>
    </FormDialog>
  );
}
