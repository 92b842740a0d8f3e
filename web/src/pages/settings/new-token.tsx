// A dialog that makes a login token and then shows it, once.
import { Alert, Button, Code, CopyButton, Group, Modal, NumberInput, Select, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import type { User } from '../../api/documents.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { texts } from '../../texts/index.ts';
import { secondsOf } from './term.ts';

const { tokens: words } = texts.settings;
const DAYS = 30;
const ANY_GROUP = -1;

export function NewToken({ user, onClose }: { user: User; onClose: () => void }) {
  const [days, setDays] = useState<number>(DAYS);
  const [group, setGroup] = useState<string | null>(null);
  const making = useMutation({
    mutationFn: () =>
      call('one.user.login', {
        name: user.NAME,
        token: '',
        seconds: secondsOf(days),
        egid: group === null ? ANY_GROUP : Number(group),
      }),
  });
  return (
    <Modal opened onClose={onClose} title={words.create} closeButtonProps={{ 'aria-label': texts.common.close }}>
      {making.data === undefined ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            making.mutate();
          }}
        >
          <Stack>
            <NumberInput
              label={words.days}
              description={words.daysHint}
              min={0}
              max={3650}
              allowDecimal={false}
              value={days}
              onChange={(value) => setDays(Number(value))}
              data-autofocus
            />
            <Select
              label={words.limit}
              description={words.limitHint}
              placeholder={words.anyGroup}
              clearable
              data={user.GROUPS.ID.map(String)}
              value={group}
              onChange={setGroup}
            />
            {making.isError && <ErrorNote error={making.error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                {texts.common.cancel}
              </Button>
              <Button type="submit" loading={making.isPending}>
                {texts.common.create}
              </Button>
            </Group>
          </Stack>
        </form>
      ) : (
        <Stack>
          <Alert color="blue" variant="light">
            {words.made}
          </Alert>
          <Code block aria-label={words.token} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {making.data}
          </Code>
          <Group justify="flex-end">
            <CopyButton value={making.data}>
              {({ copied, copy }) => (
                <Button variant="default" onClick={copy}>
                  {copied ? words.copied : words.copy}
                </Button>
              )}
            </CopyButton>
            <Button onClick={onClose}>{texts.common.close}</Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
