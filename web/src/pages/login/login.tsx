// Signing in with a user of OneVault, or on pages of a provider where one is configured.
import { Button, Center, Divider, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { signIn, signInQuery } from '../../api/session.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { texts } from '../../texts/index.ts';

export function Login() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { to } = useSearch({ from: '/login' });
  const { elsewhere, failed } = useQuery(signInQuery).data ?? {};
  const form = useForm({ initialValues: { user: '', password: '' } });
  const signing = useMutation({
    mutationFn: ({ user, password }: typeof form.values) => signIn(client, user, password),
    onSuccess: () => navigate({ href: to ?? '/' }),
    onError: () => form.setFieldValue('password', ''),
  });
  return (
    <Center component="main" mih="100dvh" p="sm">
      <Paper withBorder p="lg" w={360} maw="100%">
        <form onSubmit={form.onSubmit((values) => signing.mutate(values))}>
          <Stack>
            <Title order={1} size="h3">
              {texts.session.title}
            </Title>
            {signing.isError ? <ErrorNote error={signing.error} /> : failed && <ErrorNote error={failed} />}
            <TextInput
              label={texts.session.user}
              autoComplete="username"
              autoFocus
              required
              {...form.getInputProps('user')}
            />
            <PasswordInput
              label={texts.session.password}
              autoComplete="current-password"
              required
              {...form.getInputProps('password')}
            />
            <Button type="submit" loading={signing.isPending}>
              {texts.session.signIn}
            </Button>
            {elsewhere?.map(({ name, path }) => (
              <SignInWith key={path} name={name} href={`${path}?to=${encodeURIComponent(to ?? '/')}`} />
            ))}
            <Text size="xs" c="dimmed">
              {texts.session.help}
            </Text>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}

function SignInWith({ name, href }: { name: string; href: string }) {
  return (
    <>
      <Divider />
      <Button component="a" href={href} variant="default">
        {texts.session.signInWith(name)}
      </Button>
    </>
  );
}
