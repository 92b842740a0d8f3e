// Whether the audit log is whole, when somebody asks.
import { Alert, Button, Code, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { call } from '../../api/call.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { texts } from '../../texts/index.ts';

const words = texts.audit.check;

export function useCheck() {
  return useMutation({ mutationFn: () => call('one.system.auditverify', {}) });
}

type Check = ReturnType<typeof useCheck>;

export function CheckButton({ check }: { check: Check }) {
  return (
    <Button variant="default" loading={check.isPending} onClick={() => check.mutate()}>
      {words.button}
    </Button>
  );
}

export function CheckResult({ check: { data, error, isPending } }: { check: Check }) {
  if (error !== null) return <ErrorNote error={error} />;
  if (isPending) {
    return (
      <Text size="sm" role="status">
        {words.checking}
      </Text>
    );
  }
  if (!data) return null;
  const { WHOLE, BROKEN, FIRST, LAST, HASH, ANCHORS } = data.AUDIT_CHECK;
  const isWhole = WHOLE === 1;
  return (
    <Alert color={isWhole ? 'green' : 'red'} variant="light" role={isWhole ? 'status' : 'alert'}>
      <Text size="sm" c="var(--mantine-color-text)">
        {isWhole ? words.whole({ first: FIRST, last: LAST, anchors: ANCHORS }) : words.broken(BROKEN)}
      </Text>
      <Text size="sm" mt={4} c="var(--mantine-color-text)">
        {words.head}: <Code style={{ overflowWrap: 'anywhere' }}>{HASH}</Code>
      </Text>
    </Alert>
  );
}
