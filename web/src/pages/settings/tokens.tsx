// One's login tokens: those there are, a new one, and revoking one. The daemon keeps only their hashes, so a token is shown once, when it is made.
import { Button, Code, Group, Table, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import type { User } from '../../api/documents.ts';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { Section } from '../../parts/section.tsx';
import { Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';
import { NewToken } from './new-token.tsx';

const { tokens: words } = texts.settings;
/** As many characters of a hash tell tokens apart. */
const SHOWN = 12;

export function Tokens({ user }: { user: User }) {
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<string>();
  const revoke = useMutation({
    mutationFn: (token: string) => call('one.user.login', { name: user.NAME, token, seconds: 0 }),
    onSuccess: () => setRevoking(undefined),
  });
  return (
    <Section title={words.title}>
      <Text size="sm">{words.hint}</Text>
      {user.LOGIN_TOKEN.length === 0 && (
        <Text size="sm" c="dimmed">
          {words.none}
        </Text>
      )}
      {user.LOGIN_TOKEN.length > 0 && (
        <Table.ScrollContainer minWidth={340} type="native">
          <Table aria-label={words.title}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{words.token}</Table.Th>
                <Table.Th>{words.expires}</Table.Th>
                <Table.Th>{words.group}</Table.Th>
                <Table.Th>{texts.common.actions}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {user.LOGIN_TOKEN.map(({ TOKEN, EXPIRATION_TIME, EGID }) => (
                <Table.Tr key={TOKEN}>
                  <Table.Td>
                    <Code>{TOKEN.slice(0, SHOWN)}…</Code>
                  </Table.Td>
                  <Table.Td>
                    <Moment at={EXPIRATION_TIME} otherwise={words.never} />
                  </Table.Td>
                  <Table.Td>{EGID < 0 ? words.anyGroup : EGID}</Table.Td>
                  <Table.Td>
                    <Button
                      size="compact-sm"
                      variant="default"
                      aria-label={`${words.revoke} ${TOKEN.slice(0, SHOWN)}`}
                      onClick={() => setRevoking(TOKEN)}
                    >
                      {words.revoke}
                    </Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <Group>
        <Button variant="default" onClick={() => setMaking(true)}>
          {words.create}
        </Button>
      </Group>
      {making && <NewToken user={user} onClose={() => setMaking(false)} />}
      {revoking !== undefined && (
        <ConfirmDialog
          asks={{ title: words.revokeTitle, text: words.revokeText, button: words.revoke }}
          dangerous
          pending={revoke.isPending}
          error={revoke.error}
          onConfirm={() => revoke.mutate(revoking)}
          onClose={() => setRevoking(undefined)}
        />
      )}
    </Section>
  );
}
