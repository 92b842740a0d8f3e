// What went wrong and what to do about it, in the daemon's words.
import { Alert, Button, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { failureOf } from '../api/failure.ts';
import { texts } from '../texts/index.ts';

export function ErrorNote({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { message, hint } = failureOf(error);
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} role="alert">
      <Text size="sm" c="var(--mantine-color-text)">
        {message}
      </Text>
      {hint !== undefined && (
        <Text size="sm" mt={4} c="var(--mantine-color-text)">
          <b>{texts.common.whatToDo}:</b> {hint}
        </Text>
      )}
      {onRetry && (
        <Button size="xs" variant="default" mt="xs" onClick={onRetry}>
          {texts.common.tryAgain}
        </Button>
      )}
    </Alert>
  );
}
