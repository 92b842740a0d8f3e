// Gives a user another password.
import { PasswordInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { call } from '../../api/call.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { texts } from '../../texts/index.ts';

const words = texts.users.password;

export function PasswordDialog({ user, onClose }: { user: { ID: number; NAME: string }; onClose: () => void }) {
  const form = useForm({
    initialValues: { password: '' },
    validate: { password: (password) => (password === '' ? texts.common.required : null) },
  });
  return (
    <FormDialog
      title={words.title(user.NAME)}
      button={texts.common.save}
      isReady={() => !form.validate().hasErrors}
      submit={() => call('one.user.passwd', { id: user.ID, password: form.values.password })}
      onClose={onClose}
    >
      <PasswordInput
        label={words.label}
        description={words.hint}
        required
        autoComplete="new-password"
        data-autofocus
        {...form.getInputProps('password')}
      />
    </FormDialog>
  );
}
