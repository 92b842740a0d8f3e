// Makes a user.
import { MultiSelect, NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { call } from '../../api/call.ts';
import { poolQuery } from '../../api/queries.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { pathOf } from '../../parts/paths.ts';
import { texts } from '../../texts/index.ts';

const words = texts.users.form;
const CORE = 'core';

export function NewUser({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const groups = useQuery(poolQuery('group', 'one.grouppool.info', {}));
  const form = useForm({
    initialValues: { name: '', driver: CORE, password: '', groupIds: [] as string[] },
    validate: {
      name: (name) => (name === '' ? texts.common.required : null),
      password: (password, { driver }) => (driver === CORE && password === '' ? texts.common.required : null),
    },
  });
  const submit = async (): Promise<void> => {
    const { name, driver, password, groupIds } = form.values;
    const id = await call('one.user.allocate', { name, password, driver, groupIds: groupIds.map(Number) });
    void navigate({ to: pathOf('user', id) });
  };
  return (
    <FormDialog
      title={texts.users.create}
      button={texts.common.create}
      isReady={() => !form.validate().hasErrors}
      submit={submit}
      onClose={onClose}
    >
      <TextInput
        label={words.name}
        description={words.nameHint}
        required
        autoComplete="off"
        data-autofocus
        {...form.getInputProps('name')}
      />
      <NativeSelect
        label={words.driver}
        data={Object.entries(words.drivers).map(([value, label]) => ({ value, label }))}
        {...form.getInputProps('driver')}
      />
      {form.values.driver === CORE && (
        <PasswordInput
          label={words.password}
          required
          autoComplete="new-password"
          {...form.getInputProps('password')}
        />
      )}
      <MultiSelect
        label={words.groups}
        description={words.groupsHint}
        data={(groups.data?.GROUP_POOL.GROUP ?? []).map(({ ID, NAME }) => ({ value: String(ID), label: NAME }))}
        searchable
        {...form.getInputProps('groupIds')}
      />
    </FormDialog>
  );
}
