// The list of groups.
import { Button, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { call } from '../../api/call.ts';
import { poolQuery } from '../../api/queries.ts';
import { Empty } from '../../parts/empty.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { ListPage } from '../../parts/list-page.tsx';
import { pathOf } from '../../parts/paths.ts';
import { useMay } from '../../parts/use-session.ts';
import { texts } from '../../texts/index.ts';
import { useGroupActions } from './actions.tsx';
import { GROUP_COLUMNS, type GroupRow } from './columns.tsx';

const words = texts.groups;

export function Groups() {
  const navigate = useNavigate();
  const may = useMay();
  const { actions, dialog } = useGroupActions();
  const [making, setMaking] = useState(false);
  const query = useQuery(poolQuery('group', 'one.grouppool.info', {}));
  const rows = useMemo((): GroupRow[] | undefined => {
    if (query.data === undefined) return undefined;
    const { GROUP, QUOTAS } = query.data.GROUP_POOL;
    const quotas = new Map(QUOTAS.map((each) => [each.ID, each]));
    return GROUP.map((group) => ({ ...group, quotas: quotas.get(group.ID) }));
  }, [query.data]);
  return (
    <>
      <ListPage
        title={words.title}
        noun="group"
        query={query}
        rows={rows}
        columns={GROUP_COLUMNS}
        idOf={({ ID }) => ID}
        nameOf={({ NAME }) => NAME}
        actions={actions}
        onOpen={({ ID }) => void navigate({ to: pathOf('group', ID) })}
        create={may('one.group.allocate') && <Button onClick={() => setMaking(true)}>{words.create}</Button>}
        empty={<Empty title={words.empty}>{words.emptyHint}</Empty>}
        sort="name"
      />
      {making && <NewGroup onClose={() => setMaking(false)} />}
      {dialog}
    </>
  );
}

function NewGroup({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const form = useForm({
    initialValues: { name: '' },
    validate: { name: (name) => (name === '' ? texts.common.required : null) },
  });
  const submit = async (): Promise<void> => {
    const id = await call('one.group.allocate', { name: form.values.name });
    void navigate({ to: pathOf('group', id) });
  };
  return (
    <FormDialog
      title={words.create}
      button={texts.common.create}
      isReady={() => !form.validate().hasErrors}
      submit={submit}
      onClose={onClose}
    >
      <TextInput label={words.form.name} required autoComplete="off" data-autofocus {...form.getInputProps('name')} />
    </FormDialog>
  );
}
