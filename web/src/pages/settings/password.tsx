// Changing one's own password.
import { Button, Group, PasswordInput, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { call } from '../../api/call.ts';
import type { User } from '../../api/documents.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Section } from '../../parts/section.tsx';
import { tellDone } from '../../parts/tell.tsx';
import { texts } from '../../texts/index.ts';

const { password: words } = texts.settings;
/** The driver of users whose password OneVault keeps itself. */
const OWN = 'core';

export function Password({ user }: { user: User }) {
  const form = useForm({
    initialValues: { fresh: '', again: '' },
    validate: {
      fresh: (value) => (value === '' ? texts.common.required : null),
      again: (value, { fresh }) => (value === fresh ? null : words.differ),
    },
  });
  const change = useMutation({
    mutationFn: ({ fresh }: typeof form.values) => call('one.user.passwd', { id: user.ID, password: fresh }),
    onSuccess: () => {
      form.reset();
      tellDone(words.done);
    },
  });
  return (
    <Section title={words.title}>
      {user.AUTH_DRIVER === OWN ? (
        <form onSubmit={form.onSubmit((values) => change.mutate(values))}>
          <Stack gap="sm" maw={360}>
            <Text size="sm">{words.hint}</Text>
            <input type="text" name="username" autoComplete="username" value={user.NAME} readOnly hidden />
            <PasswordInput label={words.fresh} autoComplete="new-password" {...form.getInputProps('fresh')} />
            <PasswordInput label={words.again} autoComplete="new-password" {...form.getInputProps('again')} />
            {change.isError && <ErrorNote error={change.error} />}
            <Group>
              <Button type="submit" loading={change.isPending}>
                {words.button}
              </Button>
            </Group>
          </Stack>
        </form>
      ) : (
        <Text size="sm">{words.elsewhere(user.AUTH_DRIVER)}</Text>
      )}
    </Section>
  );
}
