// One's login tokens: those there are, a new one, and revoking one. The daemon keeps only their hashes, so a token is shown once, when it is made.
import { Button, Code, Group, Table, Text } from '@mantine/core';
import { useState } from 'react';
import type { User } from '../../api/documents.ts';
import { Section } from '../../parts/section.tsx';
import { Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';
import { EndLogin } from './end-login.tsx';
import { loginsOf, shortName } from './logins.ts';
import { NewToken } from './new-token.tsx';

const { tokens: words } = texts.settings;

export function Tokens({ user }: { user: User }) {
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<string>();
  const { tokens } = loginsOf(user.LOGIN_TOKEN);
  return (
    <Section title={words.title}>
      <Text size="sm">{words.hint}</Text>
      {tokens.length === 0 && (
        <Text size="sm" c="dimmed">
          {words.none}
        </Text>
      )}
      {tokens.length > 0 && (
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
              {tokens.map((token) => (
                <Table.Tr key={token.TOKEN}>
                  <Table.Td>
                    <Code>{shortName(token)}…</Code>
                  </Table.Td>
                  <Table.Td>
                    <Moment at={token.EXPIRATION_TIME} otherwise={words.never} />
                  </Table.Td>
                  <Table.Td>{token.EGID < 0 ? words.anyGroup : token.EGID}</Table.Td>
                  <Table.Td>
                    <Button
                      size="compact-sm"
                      variant="default"
                      aria-label={`${words.revoke} ${shortName(token)}`}
                      onClick={() => setRevoking(token.TOKEN)}
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
        <EndLogin
          user={user}
          token={revoking}
          asks={{ title: words.revokeTitle, text: words.revokeText, button: words.revoke }}
          onClose={() => setRevoking(undefined)}
        />
      )}
    </Section>
  );
}
