// What is shown instead of a page: while it loads, when it failed, when there is none.
import { Button, Center, Loader, Stack, Title } from '@mantine/core';
import { Link, type ErrorComponentProps } from '@tanstack/react-router';
import { ErrorNote } from '../parts/error-note.tsx';
import { texts } from '../texts/index.ts';

export function RoutePending() {
  return (
    <Center mih={200}>
      <Loader aria-label={texts.common.loading} />
    </Center>
  );
}

export function RouteFailure({ error, reset }: ErrorComponentProps) {
  return (
    <Stack p="md">
      <Title order={1}>{texts.common.crashed}</Title>
      <ErrorNote error={error} onRetry={reset} />
    </Stack>
  );
}

export function NotFound() {
  return (
    <Stack p="md" align="flex-start">
      <Title order={1}>{texts.common.notFound}</Title>
      <Button component={Link} to="/">
        {texts.common.backHome}
      </Button>
    </Stack>
  );
}
