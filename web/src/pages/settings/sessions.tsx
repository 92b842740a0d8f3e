// One's sessions of the console: when each ends by itself, and ending one now.
import { Button, Code, Table, Text } from '@mantine/core';
import { useState } from 'react';
import type { User } from '../../api/documents.ts';
import { Section } from '../../parts/section.tsx';
import { Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';
import { EndLogin } from './end-login.tsx';
import { loginsOf, shortName } from './logins.ts';

const { sessions: words } = texts.settings;

export function Sessions({ user }: { user: User }) {
  const [ending, setEnding] = useState<string>();
  const { sessions } = loginsOf(user.LOGIN_TOKEN);
  return (
    <Section title={words.title} count={sessions.length}>
      <Text size="sm">{words.hint}</Text>
      {sessions.length === 0 ? (
        <Text size="sm" c="dimmed">
          {words.none}
        </Text>
      ) : (
        <Table.ScrollContainer minWidth={300} type="native">
          <Table aria-label={words.title}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{words.session}</Table.Th>
                <Table.Th>{words.ends}</Table.Th>
                <Table.Th>{texts.common.actions}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {sessions.map((session) => (
                <Table.Tr key={session.TOKEN}>
                  <Table.Td>
                    <Code>{shortName(session)}…</Code>
                  </Table.Td>
                  <Table.Td>
                    <Moment at={session.EXPIRATION_TIME} as="date" />
                  </Table.Td>
                  <Table.Td>
                    <Button
                      size="compact-sm"
                      variant="default"
                      aria-label={`${words.end} ${shortName(session)}`}
                      onClick={() => setEnding(session.TOKEN)}
                    >
                      {words.end}
                    </Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {ending !== undefined && (
        <EndLogin
          user={user}
          token={ending}
          asks={{ title: words.endTitle, text: words.endText, button: words.end }}
          onClose={() => setEnding(undefined)}
        />
      )}
    </Section>
  );
}
